//! Between the campaigns of the domain and their form on the wire.

use api_types::campaigns as wire;
use campaigns::{
    CampaignError,
    model::{
        CampaignDocument, ChannelCard, ContentFacts, ContentsSource, Facts, Held, State, Words,
    },
    sender::{self, Transport},
    store::{Author, Campaign},
};
use kernel::{
    id::{CampaignId, SegmentId},
    invalid::Invalid,
    time::Millis,
};
use storage::{ConnectionTrait, Tx};

use super::sensitive;
use crate::{
    http::{audit, auth::Caller, problem::ApiError},
    state::App,
};

impl From<CampaignError> for ApiError {
    fn from(error: CampaignError) -> Self {
        match error {
            CampaignError::Invalid(invalid) => invalid.into(),
            CampaignError::NotFound => Self::not_found(),
            CampaignError::Conflict { .. } => Self::conflict(),
            CampaignError::WrongState { state } => wrong_state(state),
            CampaignError::Audience(error) => error.into(),
            CampaignError::Db(error) => error.into(),
            CampaignError::Storage(error) => error.into(),
        }
    }
}

fn wrong_state(state: State) -> ApiError {
    let (en, ja) = match state {
        State::Draft => ("it is a draft", "下書きです"),
        State::Scheduled => ("it is scheduled", "予約されています"),
        State::Running => ("it is running", "配信中です"),
        State::Paused => ("it is paused", "一時停止中です"),
        State::Finished => ("it has finished", "終わっています"),
        State::Cancelled => ("it was cancelled", "中止されています"),
    };
    ApiError::new(
        axum::http::StatusCode::CONFLICT,
        "campaign-state",
        "not possible in this state",
        "いまの状態ではできません",
    )
    .because(
        format!("{en}; reload the page to see what can be done"),
        format!("このキャンペーンは{ja}。ページを読み込み直してください"),
    )
}

/// Says who acts.
pub(super) fn author(app: &App, caller: &Caller) -> Author {
    Author {
        workspace: caller.workspace,
        user: caller.user(),
        now: app.now(),
    }
}

/// Reads the cards; errors point into the body at `/document`.
pub(super) fn document(cards: &wire::CampaignDocument) -> Result<CampaignDocument, ApiError> {
    let json = serde_json::to_value(cards).map_err(|error| ApiError::internal(&error))?;
    CampaignDocument::read(json).map_err(|invalid| {
        let errors = invalid.0.into_iter().map(|mut error| {
            error.pointer = format!("/document{}", error.pointer);
            error
        });
        Invalid(errors.collect()).into()
    })
}

pub(super) fn summary(campaign: &Campaign) -> wire::CampaignSummary {
    let text = |at: Option<Millis>| at.map(|at| at.to_string());
    wire::CampaignSummary {
        id: campaign.id.to_string(),
        name: campaign.name.clone(),
        state: campaign.stage.state.as_str().to_owned(),
        version: campaign.version,
        held: (campaign.stage.state == State::Paused)
            .then_some(campaign.held)
            .flatten()
            .map(held),
        plan_at: text(campaign.plan_at),
        launched_at: text(campaign.launched_at),
        finished_at: text(campaign.finished_at),
        created_at: campaign.created_at.to_string(),
        updated_at: campaign.updated_at.to_string(),
    }
}

const fn held(why: Held) -> wire::HeldView {
    match why {
        Held::DevicesLost {
            sent,
            lost,
            percent,
        } => wire::HeldView::DevicesLost {
            sent,
            lost,
            percent,
        },
    }
}

pub(super) fn view(campaign: &Campaign) -> Result<wire::CampaignView, ApiError> {
    let document = serde_json::from_value(campaign.document.to_json());
    Ok(wire::CampaignView {
        summary: summary(campaign),
        document: document.map_err(|error| ApiError::internal(&error))?,
    })
}

/// Finds the campaign or answers 404.
pub(super) async fn find(
    db: &impl ConnectionTrait,
    caller: &Caller,
    id: CampaignId,
) -> Result<Campaign, ApiError> {
    campaigns::store::find(db, caller.workspace, id)
        .await?
        .ok_or_else(ApiError::not_found)
}

/// Returns the words that the contents card names, as they are now.
pub(super) async fn words(
    db: &impl ConnectionTrait,
    campaign: &Campaign,
) -> Result<Option<Words>, ApiError> {
    match campaign
        .document
        .contents
        .as_ref()
        .map(|contents| &contents.source)
    {
        None => Ok(None),
        Some(ContentsSource::Inline(email)) => Ok(Some(Words::Email(email.clone()))),
        Some(ContentsSource::Line(line)) => Ok(Some(Words::Line(line.clone()))),
        Some(ContentsSource::Push(push)) => Ok(Some(Words::Push(push.clone()))),
        Some(ContentsSource::Saved(id)) => {
            let found = contents::store::find(db, campaign.workspace, *id).await?;
            let usable = found.filter(|content| content.summary.archived_at.is_none());
            Ok(usable.map(|content| content.document.into()))
        }
    }
}

/// Gathers what readiness needs to know of the rest of the workspace.
pub(super) async fn facts(
    app: &App,
    db: &impl ConnectionTrait,
    campaign: &Campaign,
) -> Result<Facts, ApiError> {
    let workspace = campaigns::workspace::facts(db, campaign.workspace).await?;
    let mut segments = Vec::new();
    if let Some(target) = &campaign.document.target {
        for id in target.include.iter().chain(&target.exclude) {
            if is_segment(db, campaign, *id).await? {
                segments.push(*id);
            }
        }
    }
    let has_sender = has_sender(db, campaign).await?;
    let words = words(db, campaign).await?;
    let sensitive = sensitive::uses(db, campaign, words.as_ref()).await?;
    let content = match words {
        Some(Words::Email(email)) => ContentFacts::Email(email),
        Some(Words::Line(line)) => {
            let problems = contents::line::problems(&line, line_refuses);
            ContentFacts::Line(line, problems)
        }
        Some(Words::Push(push)) => {
            let problems = contents::push::problems(&push);
            ContentFacts::Push(push, problems)
        }
        None => ContentFacts::Unknown,
    };
    Ok(Facts {
        now: app.now(),
        segments,
        has_sender,
        content,
        has_postal_address: !workspace.postal_address.trim().is_empty(),
        sensitive,
    })
}

/// Says what LINE would refuse of message objects.
pub(crate) fn line_refuses(messages: serde_json::Value) -> Result<(), Invalid> {
    channel_line::Messages::check(messages, "").map(drop)
}

/// Tells whether the sender, and all that may stand in for it, are there and of the channel that was chosen.
async fn has_sender(db: &impl ConnectionTrait, campaign: &Campaign) -> Result<bool, ApiError> {
    let Some(card) = &campaign.document.channel else {
        return Ok(false);
    };
    let is_right = |found: sender::Sender| match (card, found.transport) {
        (ChannelCard::Line { .. }, Transport::Line(_))
        | (ChannelCard::Push { .. }, Transport::Push(_)) => true,
        (ChannelCard::Email { .. }, other) => {
            matches!(other, Transport::Sandbox | Transport::Smtp(_))
        }
        _ => false,
    };
    for id in [card.sender()].iter().chain(card.then()) {
        let found = sender::find(db, campaign.workspace, *id).await?;
        if !found.is_some_and(is_right) {
            return Ok(false);
        }
    }
    Ok(true)
}

async fn is_segment(
    db: &impl ConnectionTrait,
    campaign: &Campaign,
    id: SegmentId,
) -> Result<bool, ApiError> {
    let found = segmentation::store::find(db, campaign.workspace, id).await?;
    Ok(found.is_some_and(|segment| segment.archived_at.is_none()))
}

/// Writes the audit log.
pub(super) async fn log(
    app: &App,
    tx: &Tx,
    caller: &Caller,
    action: &str,
    campaign: &Campaign,
) -> Result<(), ApiError> {
    audit::log(app, tx, caller, action, ("campaign", Some(campaign.id.raw())), serde_json::json!({
            "name": campaign.name, "version": campaign.version, "state": campaign.stage.state.as_str(),
        })).await
}
