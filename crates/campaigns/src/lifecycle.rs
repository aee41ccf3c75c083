//! What people do to campaigns: copy, launch, pause, resume, call off.

use jobs::NewJob;
use kernel::{
    id::{CampaignId, IdSource},
    invalid::Invalid,
};
use serde_json::json;
use storage::{Tx, sql};

use crate::{
    CampaignError, ledger,
    model::{Action, Facts, Held, State, Words, missing},
    planning,
    sender::PushGuard,
    store::{self, Author, Campaign},
};

/// Makes a draft out of any campaign.
///
/// # Errors
/// When there is no such campaign.
pub async fn copy(
    tx: &Tx,
    author: Author,
    ids: &dyn IdSource,
    id: CampaignId,
    name: &str,
) -> Result<Campaign, CampaignError> {
    let original = find(tx, author, id).await?;
    store::insert(tx, author, ids, name, &original.document).await
}

/// Lets a draft go: keeps the words as they are now and enqueues the planning for its time.
///
/// `version` is the version that the person has reviewed; `words` are what the contents card names.
///
/// # Errors
/// [`CampaignError::Invalid`] names every card that is not ready, [`CampaignError::Conflict`] says that
/// somebody changed it since the review.
pub async fn launch(
    tx: &Tx,
    author: Author,
    ids: &dyn IdSource,
    id: CampaignId,
    version: i64,
    facts: &Facts,
    words: &Words,
) -> Result<Campaign, CampaignError> {
    let campaign = find(tx, author, id).await?;
    let next = campaign
        .stage
        .after(Action::Launch)
        .ok_or(CampaignError::WrongState {
            state: campaign.stage.state,
        })?;
    if campaign.version != version {
        return Err(CampaignError::Conflict {
            current: campaign.version,
        });
    }
    Invalid(missing(&campaign.name, &campaign.document, facts)).into_result()?;
    let Some(timing) = &campaign.document.timing else {
        return Err(CampaignError::NotFound);
    };
    if !store::move_stage(tx, author, &campaign, next).await? {
        return Err(CampaignError::Conflict {
            current: campaign.version,
        });
    }
    let plan_at = timing.plan_at(author.now);
    store::freeze(tx, author.workspace, id, words, author.now).await?;
    sql::exec(
        tx,
        "UPDATE campaign SET plan_at = $2, launched_at = $3, launched_by = $4 WHERE id = $1",
        [
            id.raw().into(),
            plan_at.0.into(),
            author.now.0.into(),
            author.user.map(kernel::id::Id::raw).into(),
        ],
    )
    .await?;
    let job = NewJob::new(author.workspace, planning::KIND, &json!({"campaign": id}))
        .map_err(|error| sea_orm::DbErr::Custom(error.to_string()))?
        .unique(id.to_string())
        .at(plan_at);
    jobs::enqueue(tx, ids, author.now, job).await?;
    find(tx, author, id).await
}

/// Holds a campaign: from the commit on nothing more is handed over.
///
/// # Errors
/// [`CampaignError::WrongState`] when there is nothing to hold.
pub async fn pause(tx: &Tx, author: Author, id: CampaignId) -> Result<Campaign, CampaignError> {
    act(tx, author, id, Action::Pause).await?;
    store::hold(tx, author, id, None).await?;
    find(tx, author, id).await
}

/// Holds a running campaign of pushes when too many were lost; `None` when it goes on.
///
/// Whoever lets such a campaign go on means it: it holds itself again when twice as many are lost.
///
/// # Errors
/// When the database does not answer.
pub async fn guard(
    tx: &Tx,
    author: Author,
    id: CampaignId,
    guard: PushGuard,
    lost: i64,
) -> Result<Option<Campaign>, CampaignError> {
    let campaign = find(tx, author, id).await?;
    let borne = campaign
        .held
        .map_or(0, |Held::DevicesLost { lost, .. }| lost * 2);
    if campaign.stage.state != State::Running || lost < borne {
        return Ok(None);
    }
    let sent = ledger::n_written(tx, id).await?;
    if !guard.is_passed(sent, lost) {
        return Ok(None);
    }
    let held = Held::DevicesLost {
        sent,
        lost,
        percent: guard.percent,
    };
    act(tx, author, id, Action::Pause).await?;
    store::hold(tx, author, id, Some(held)).await?;
    find(tx, author, id).await.map(Some)
}

/// Lets a held campaign go on where it stopped; nobody who was written to is written to again.
///
/// # Errors
/// [`CampaignError::WrongState`] when it is not held.
pub async fn resume(tx: &Tx, author: Author, id: CampaignId) -> Result<Campaign, CampaignError> {
    act(tx, author, id, Action::Resume).await
}

/// Calls a campaign off: all that has not been handed over is cancelled.
///
/// # Errors
/// [`CampaignError::WrongState`] when it has not been launched or has ended.
pub async fn cancel(tx: &Tx, author: Author, id: CampaignId) -> Result<Campaign, CampaignError> {
    let campaign = act(tx, author, id, Action::Cancel).await?;
    ledger::cancel_rest(tx, id, author.now).await?;
    Ok(campaign)
}

pub(crate) async fn act(
    tx: &Tx,
    author: Author,
    id: CampaignId,
    action: Action,
) -> Result<Campaign, CampaignError> {
    let campaign = find(tx, author, id).await?;
    let refused = CampaignError::WrongState {
        state: campaign.stage.state,
    };
    let Some(next) = campaign.stage.after(action) else {
        return Err(refused);
    };
    if !store::move_stage(tx, author, &campaign, next).await? {
        return Err(CampaignError::Conflict {
            current: campaign.version,
        });
    }
    find(tx, author, id).await
}

async fn find(tx: &Tx, author: Author, id: CampaignId) -> Result<Campaign, CampaignError> {
    store::find(tx, author.workspace, id)
        .await?
        .ok_or(CampaignError::NotFound)
}
