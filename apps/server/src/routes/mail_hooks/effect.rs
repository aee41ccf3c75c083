//! What it means that a provider told something.

use std::collections::HashMap;

use campaigns::{
    sender::provider as heard,
    track::{self, CameBack, Kind, Named, Report, Sent, Stop, token_of},
};
use channel_core::Reason;
use channel_email::{
    provider_events::{EventKind, Provider, ProviderEvent, Told},
    returned::Permanence,
};
use futures::{StreamExt as _, stream};
use kernel::id::{SenderId, WorkspaceId};
use profiles::Ctx;

use crate::{intake::post::UNWANTED, state::App};

/// Events of one call that are written down at a time: they share commits.
const AT_ONCE: usize = 64;

/// Whose webhook it is.
#[derive(Debug, Clone, Copy)]
pub(super) struct Hook {
    /// The workspace; nothing of another is touched.
    pub(super) workspace: WorkspaceId,
    /// The sender.
    pub(super) sender: SenderId,
    /// Its provider.
    pub(super) provider: Provider,
}

/// What an event does.
enum Deed {
    Report(Report),
    Unsubscribe,
}

/// Does what a call tells; a repeat does nothing.
pub(super) async fn apply(app: &App, hook: &Hook, told: Told) -> anyhow::Result<()> {
    let Told { once, events } = told;
    let mut done = Vec::new();
    let is_repeat = match &once {
        Some(once) => heard::is_known(app.db.reader(), hook.sender, once).await?,
        None => false,
    };
    if !is_repeat {
        let all = stream::iter(
            by_message(events)
                .into_iter()
                .map(|one| each(app, hook, one)),
        );
        let keys: Vec<anyhow::Result<Vec<String>>> = all.buffer_unordered(AT_ONCE).collect().await;
        for keys in keys {
            done.extend(keys?);
        }
        done.extend(once);
    }
    let now = app.now();
    let tx = app.db.begin().await?;
    heard::remember(&tx, hook.sender, &done, now).await?;
    heard::hear(&tx, hook.workspace, hook.sender, now).await?;
    tx.commit().await?;
    Ok(())
}

/// Puts together what is told of one message: what follows from an event hangs on those before it.
fn by_message(events: Vec<ProviderEvent>) -> Vec<Vec<ProviderEvent>> {
    let mut groups: Vec<Vec<ProviderEvent>> = Vec::new();
    let mut known: HashMap<(Option<String>, Option<String>), usize> = HashMap::new();
    for event in events {
        let about = (
            event.about.return_path.clone(),
            event.about.message_id.clone(),
        );
        let at = match known.get(&about) {
            Some(at) if about != (None, None) => *at,
            _ => {
                known.insert(about, groups.len());
                groups.push(Vec::new());
                groups.len() - 1
            }
        };
        if let Some(group) = groups.get_mut(at) {
            group.push(event);
        }
    }
    groups
}

/// Does what the events of one message tell, one after the other; returns the names of those that had an effect.
async fn each(app: &App, hook: &Hook, events: Vec<ProviderEvent>) -> anyhow::Result<Vec<String>> {
    let mut done = Vec::new();
    for event in events {
        done.extend(one(app, hook, event).await?);
    }
    Ok(done)
}

/// Does what an event tells; returns its name when it had an effect, so that a repeat has none.
async fn one(app: &App, hook: &Hook, event: ProviderEvent) -> anyhow::Result<Option<String>> {
    metrics::counter!("mail_hook_events", "provider" => hook.provider.as_str(), "what" => event.kind.as_str())
        .increment(1);
    let Some(deed) = deed(&event) else {
        return Ok(None);
    };
    if heard::is_known(app.db.reader(), hook.sender, &event.key).await? {
        return Ok(None);
    }
    match find(app, hook, &event).await? {
        Sent::Message(token) => match deed {
            Deed::Report(report) => {
                app.returns
                    .came_back(token, app.now(), vec![report])
                    .await?;
            }
            Deed::Unsubscribe => {
                app.tracker.unsubscribe(token, Some(proof(hook))).await?;
            }
        },
        Sent::Address(address) => stop(app, hook, &address, &deed).await?,
        // Others may send through the same account.
        Sent::Unknown => return Ok(None),
    }
    Ok(Some(event.key))
}

fn deed(event: &ProviderEvent) -> Option<Deed> {
    let back = match &event.kind {
        EventKind::Bounced(bounce) => {
            let reason = Reason::new(bounce.meaning.class, None, &bounce.detail);
            match bounce.meaning.permanence {
                Permanence::Hard => CameBack::Gone(reason),
                Permanence::Soft => CameBack::Refused(reason),
            }
        }
        EventKind::Complained(kind) if UNWANTED.contains(&kind.as_str()) => CameBack::Complaint,
        EventKind::Unsubscribed => return Some(Deed::Unsubscribe),
        EventKind::Complained(_)
        | EventKind::Deferred
        | EventKind::Delivered
        | EventKind::Opened
        | EventKind::Clicked
        | EventKind::Other => return None,
    };
    let status = match &event.kind {
        EventKind::Bounced(bounce) => bounce.status.clone(),
        _ => None,
    };
    Some(Deed::Report(Report {
        addresses: event.recipient.iter().cloned().collect(),
        back,
        status,
    }))
}

async fn find(app: &App, hook: &Hook, event: &ProviderEvent) -> anyhow::Result<Sent> {
    let token = match event.about.return_path.as_deref().and_then(token_of) {
        Some(token) => app.keyring.verify(Kind::Return, &token).await?,
        None => None,
    };
    let named = Named {
        token,
        message_id: event.about.message_id.as_deref(),
        recipient: event.recipient.as_deref(),
    };
    Ok(track::find_sent(app.db.reader(), hook.workspace, named).await?)
}

/// Stops writing to somebody's address of which no message is known: it was sent otherwise through the same account.
async fn stop(app: &App, hook: &Hook, address: &str, deed: &Deed) -> anyhow::Result<()> {
    let why = match deed {
        Deed::Unsubscribe => Stop::Unsubscribed,
        Deed::Report(report) => match report.back {
            CameBack::Gone(_) => Stop::Gone,
            CameBack::Complaint => Stop::Complained,
            CameBack::Refused(_) => return Ok(()),
        },
    };
    let tx = app.db.begin().await?;
    let ctx = Ctx {
        tx: &tx,
        workspace: hook.workspace,
        now: app.now(),
        ids: &*app.ids,
    };
    track::stop_address(ctx, address, why, Some(proof(hook))).await?;
    tx.commit().await?;
    Ok(())
}

/// What stands behind a no that the provider told.
fn proof(hook: &Hook) -> String {
    format!("webhook of {}", hook.provider.as_str())
}
