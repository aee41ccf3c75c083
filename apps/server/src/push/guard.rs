//! A campaign holds itself when people leave because of it.

use campaigns::{
    lifecycle,
    sender::{self, PushGuard, Transport},
    store::{self, Author},
};
use devices::book;
use kernel::id::{CampaignId, WorkspaceId};

use crate::state::App;

/// Beyond so many losses each is no longer looked at by itself.
const EACH: i64 = 64;
/// Then one in so many is.
const ONE_IN: i64 = 16;

/// Looks whether a campaign that has just lost a device has lost too many, and holds it then.
///
/// # Errors
/// When the database does not answer.
pub async fn judge(app: &App, workspace: WorkspaceId, campaign: CampaignId) -> anyhow::Result<()> {
    let lost = book::lost_to(app.db.reader(), workspace, campaign).await?;
    if lost > EACH && lost % ONE_IN != 0 {
        return Ok(());
    }
    let Some(guard) = guard_of(app, workspace, campaign).await? else {
        return Ok(());
    };
    let author = Author {
        workspace,
        user: None,
        now: app.now(),
    };
    let tx = app.db.begin().await?;
    let held = lifecycle::guard(&tx, author, campaign, guard, lost).await?;
    tx.commit().await?;
    if held.is_some() {
        tracing::warn!(campaign.id = %campaign, lost, "campaign {campaign} holds itself: too many devices were lost");
    }
    Ok(())
}

async fn guard_of(
    app: &App,
    workspace: WorkspaceId,
    campaign: CampaignId,
) -> anyhow::Result<Option<PushGuard>> {
    let db = app.db.reader();
    let Some(campaign) = store::find(db, workspace, campaign).await? else {
        return Ok(None);
    };
    let Some(card) = campaign.document.channel else {
        return Ok(None);
    };
    let sender = sender::find(db, workspace, card.sender()).await?;
    Ok(sender.and_then(|sender| match sender.transport {
        Transport::Push(settings) => Some(settings.guard),
        _ => None,
    }))
}
