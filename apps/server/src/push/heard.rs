//! Tokens that apps tell beside their events, as Segment's libraries do: `context.device.token` with its `type`.
//!
//! Every event of such an app holds the token, so that a known one is not looked at for an hour. What its owner or the
//! company has stopped is not brought back by it: only the app's own registration does.

use std::collections::BTreeSet;

use campaigns::sender::{self, PushSettings, Transport};
use channel_apns::DeviceToken;
use channel_fcm::Target;
use devices::{Kind, Registration, Why, book};
use kernel::{
    id::{ProfileId, SenderId, WorkspaceId},
    time::HOUR,
};
use profiles::{
    Ctx, Source,
    identity::{self, Claim, Key, KeyKind, normal},
    ingest::AppDevice,
};

use crate::state::App;

/// A known device is left alone for so long.
const REST: i64 = HOUR;

/// Writes down the devices that messages were sent from. The messages are stored whatever comes of it.
///
/// # Errors
/// When the database does not answer.
pub async fn heard(
    app: &App,
    workspace: WorkspaceId,
    source: Source,
    told: BTreeSet<AppDevice>,
) -> anyhow::Result<()> {
    if told.is_empty() {
        return Ok(());
    }
    let senders: Vec<(SenderId, PushSettings)> = sender::list(app.db.reader(), workspace)
        .await?
        .into_iter()
        .filter_map(|sender| match sender.transport {
            Transport::Push(settings) => Some((sender.id, settings)),
            _ => None,
        })
        .collect();
    for device in told {
        if let Some((sender, kind, token)) = place(&senders, &device) {
            take(app, workspace, source, sender, kind, &token, &device).await?;
        }
    }
    Ok(())
}

/// Says for whose pushes a token is, and by whom it is reached: an app's own where its name is known.
fn place(
    senders: &[(SenderId, PushSettings)],
    device: &AppDevice,
) -> Option<(SenderId, Kind, String)> {
    let of_apple = |named: bool| {
        senders.iter().find(|(_, settings)| {
            let app = settings.apns.as_ref().map(|apns| &apns.topic);
            app.is_some() && (!named || app == device.app.as_ref())
        })
    };
    let by_firebase = || {
        let (sender, _) = senders
            .iter()
            .find(|(_, settings)| settings.fcm.is_some())?;
        let target = Target::parse(&device.token).ok()?;
        Some((*sender, Kind::Fcm, target.as_str().to_owned()))
    };
    if device.system != "ios" {
        return by_firebase();
    }
    match DeviceToken::parse(&device.token) {
        Ok(token) => {
            let (sender, _) = of_apple(true).or_else(|| of_apple(false))?;
            Some((*sender, Kind::Apns, token.as_str().to_owned()))
        }
        // Firebase reaches devices of Apple's, too, under tokens of its own.
        Err(_) => by_firebase(),
    }
}

async fn take(
    app: &App,
    workspace: WorkspaceId,
    source: Source,
    sender: SenderId,
    kind: Kind,
    token: &str,
    device: &AppDevice,
) -> anyhow::Result<()> {
    let now = app.now();
    let known = book::known(app.db.reader(), workspace, sender, kind, token).await?;
    if let Some(known) = known {
        let is_stopped = matches!(known.gone, Some((_, Why::Owner | Why::Company)));
        let is_fresh = known.gone.is_none() && known.last_seen_at.plus(REST) > now;
        if is_stopped || is_fresh {
            return Ok(());
        }
    }
    let keys: Vec<Key> = [
        (KeyKind::External, &device.user_id),
        (KeyKind::Anonymous, &device.anonymous_id),
    ]
    .into_iter()
    .filter_map(|(kind, value)| Some(Key::new(kind, normal::id(value.as_deref()?).ok()?)))
    .collect();
    let tx = app.db.begin().await?;
    let ctx = Ctx {
        tx: &tx,
        workspace,
        now,
        ids: &*app.ids,
    };
    let claim = Claim {
        keys,
        source,
        is_alias: false,
        seen_at: now.0,
    };
    let found = identity::resolve(ctx, &[claim]).await?;
    let Some(owner) = found.into_iter().next().flatten() else {
        return Ok(());
    };
    let registration = Registration {
        sender,
        kind,
        address: token,
        token,
        name: device.name.as_deref().unwrap_or_default(),
        replaces: None,
    };
    devices::register(ctx, ProfileId::from_raw(owner.profile), registration).await?;
    tx.commit().await?;
    Ok(())
}
