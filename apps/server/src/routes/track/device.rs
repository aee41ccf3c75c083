//! Devices that come and go: a browser that subscribed, an app that told its token.

use axum::{
    body::to_bytes,
    extract::State,
    http::{HeaderMap, StatusCode},
};
use campaigns::{
    ledger,
    sender::{self, Transport},
};
use channel_apns::DeviceToken;
use channel_fcm::Target;
use channel_webpush::Subscription;
use devices::{Kind, Registration, book};
use kernel::{
    id::{ProfileId, SenderId, WorkspaceId},
    invalid::Invalid,
    time::DAY,
};
use profiles::{
    Ctx, Source,
    identity::{self, Claim, Key, KeyKind, normal},
};
use serde::Deserialize;
use serde_json::Value;

use super::key;
use crate::{
    http::{extract::parse_json, problem::ApiError},
    push,
    state::App,
};

/// A subscription and two ids are far smaller.
const LARGEST: usize = 16 * 1024;

/// What a device says of itself, in the spelling of the tracking calls.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Said {
    #[serde(default)]
    write_key: Option<String>,
    sender: String,
    kind: String,
    /// Of a browser: what `PushSubscription.toJSON()` gives.
    #[serde(default)]
    subscription: Option<Value>,
    /// Of an app.
    #[serde(default)]
    token: Option<String>,
    #[serde(default)]
    anonymous_id: Option<String>,
    #[serde(default)]
    user_id: Option<String>,
    #[serde(default)]
    name: Option<String>,
    /// The endpoint or token that it had before.
    #[serde(default)]
    replaces: Option<String>,
}

/// A device as its service knows it.
pub(crate) struct Named {
    pub(crate) kind: Kind,
    /// What tells it from others.
    pub(crate) address: String,
    /// What is handed to its channel.
    pub(crate) token: String,
}

/// Reads the token of an app in the one way that its channel writes it.
pub(crate) fn named_app(kind: Kind, token: &str) -> Option<Named> {
    let token = match kind {
        Kind::Browser => return None,
        Kind::Apns | Kind::ApnsSandbox => DeviceToken::parse(token).ok()?.as_str().to_owned(),
        Kind::Fcm => Target::parse(token).ok()?.as_str().to_owned(),
    };
    Some(Named {
        kind,
        address: token.clone(),
        token,
    })
}

/// Writes a device down for whoever it says it is of. 204 means that it is durable.
pub(super) async fn register(
    State(app): State<App>,
    headers: HeaderMap,
    body: axum::body::Body,
) -> Result<StatusCode, ApiError> {
    let (said, key) = read(&app, &headers, body).await?;
    let sender = sender_of(&app, key.workspace, &said.sender).await?;
    let device = named(&app, &said)?;
    let keys = keys(&said)?;
    let tx = app.db.begin().await?;
    let ctx = Ctx {
        tx: &tx,
        workspace: key.workspace,
        now: app.now(),
        ids: &*app.ids,
    };
    let owner = person(ctx, keys, key.source).await?;
    let registration = Registration {
        sender,
        kind: device.kind,
        address: &device.address,
        token: &device.token,
        name: said.name.as_deref().unwrap_or_default(),
        replaces: said.replaces.as_deref(),
    };
    devices::register(ctx, owner, registration).await?;
    tx.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Her own no on a device: it takes no pushes any more. One that is not known is no fault.
pub(super) async fn stop(
    State(app): State<App>,
    headers: HeaderMap,
    body: axum::body::Body,
) -> Result<StatusCode, ApiError> {
    let (said, key) = read(&app, &headers, body).await?;
    let sender = sender_of(&app, key.workspace, &said.sender).await?;
    let device = address(&app, &said)?;
    let workspace = key.workspace;
    let db = app.db.reader();
    let known = book::known(db, workspace, sender, device.kind, &device.address).await?;
    let Some(known) = known.filter(|known| known.gone.is_none()) else {
        return Ok(StatusCode::NO_CONTENT);
    };
    // Who turns pushes off within a day of one does so because of it.
    let since = app.now().plus(-DAY);
    let after = ledger::last_push(db, workspace, known.owner, since).await?;
    let tx = app.db.begin().await?;
    let ctx = Ctx {
        tx: &tx,
        workspace,
        now: app.now(),
        ids: &*app.ids,
    };
    devices::stop(ctx, sender, device.kind, &device.address, after).await?;
    tx.commit().await?;
    if let Some(campaign) = after {
        push::judge(&app, workspace, campaign)
            .await
            .map_err(|error| ApiError::internal(error.as_ref()))?;
    }
    Ok(StatusCode::NO_CONTENT)
}

async fn read(
    app: &App,
    headers: &HeaderMap,
    body: axum::body::Body,
) -> Result<(Said, key::Key), ApiError> {
    let bytes = to_bytes(body, LARGEST).await.map_err(|_| {
        ApiError::new(
            StatusCode::PAYLOAD_TOO_LARGE,
            "too-large",
            "the body is too large",
            "本文が大きすぎます",
        )
    })?;
    let said = parse_json::<Said>(&bytes);
    // The key is checked first, so that a stranger learns nothing about how bodies are judged.
    let presented = key::presented(headers)
        .or_else(|| said.as_ref().ok().and_then(|said| said.write_key.clone()));
    let key = key::find(app, presented).await?;
    Ok((said?, key))
}

/// Finds a sender of pushes of the key's workspace.
pub(super) async fn sender_of(
    app: &App,
    workspace: WorkspaceId,
    id: &str,
) -> Result<SenderId, ApiError> {
    let unknown = || {
        ApiError::from(Invalid::one(
            "/sender",
            "unknown",
            "give the id (snd_…) of a sender of pushes of this workspace",
            "このワークスペースのプッシュ通知の差出人ID（snd_…）を入れてください",
        ))
    };
    let id: SenderId = id.parse().map_err(|_| unknown())?;
    let listed = sender::list(app.db.reader(), workspace).await?;
    let found = listed.into_iter().find(|sender| sender.id == id);
    match found.map(|sender| sender.transport) {
        Some(Transport::Push(_)) => Ok(id),
        _ => Err(unknown()),
    }
}

fn kind_of(said: &Said) -> Result<Kind, ApiError> {
    Kind::parse(&said.kind).ok_or_else(|| {
        Invalid::one(
            "/kind",
            "unknown",
            "use browser, apns, apns_sandbox or fcm",
            "browser・apns・apns_sandbox・fcm のどれかにしてください",
        )
        .into()
    })
}

/// Reads a device with all that is needed to reach it.
fn named(app: &App, said: &Said) -> Result<Named, ApiError> {
    let kind = kind_of(said)?;
    if kind == Kind::Browser {
        let text = said.subscription.as_ref().map(Value::to_string);
        let read = Subscription::read(&text.unwrap_or_default(), push::schemes(app));
        let subscription = read.map_err(|error| {
            Invalid::one(
                "/subscription",
                "form",
                error.to_string(),
                format!("購読情報を読み取れません（{error}）"),
            )
        })?;
        return Ok(Named {
            kind,
            address: subscription.endpoint().to_owned(),
            token: subscription.to_text(),
        });
    }
    let token = said.token.as_deref().unwrap_or_default();
    named_app(kind, token.trim()).ok_or_else(|| {
        Invalid::one(
            "/token",
            "form",
            "this is no token of that service's",
            "このサービスのトークンとして読み取れません",
        )
        .into()
    })
}

/// Reads a device as far as it must be told from others: of a browser that has unsubscribed the endpoint is enough.
fn address(app: &App, said: &Said) -> Result<Named, ApiError> {
    let endpoint = said
        .subscription
        .as_ref()
        .and_then(|subscription| subscription.get("endpoint"))
        .and_then(Value::as_str);
    match (kind_of(said)?, endpoint) {
        (kind @ Kind::Browser, Some(endpoint)) => Ok(Named {
            kind,
            address: endpoint.to_owned(),
            token: String::new(),
        }),
        _ => named(app, said),
    }
}

fn keys(said: &Said) -> Result<Vec<Key>, ApiError> {
    let mut keys = Vec::new();
    for (kind, pointer, value) in [
        (KeyKind::External, "/userId", &said.user_id),
        (KeyKind::Anonymous, "/anonymousId", &said.anonymous_id),
    ] {
        let Some(value) = value.as_deref().filter(|value| !value.trim().is_empty()) else {
            continue;
        };
        let id = normal::id(value).map_err(|error| {
            Invalid::one(pointer, "id", error.to_string(), "IDとして使えない値です")
        })?;
        keys.push(Key::new(kind, id));
    }
    if keys.is_empty() {
        return Err(Invalid::one(
            "/anonymousId",
            "required",
            "say whose it is: anonymousId, userId or both",
            "anonymousId か userId を入れてください",
        )
        .into());
    }
    Ok(keys)
}

/// Finds or makes whoever it is.
async fn person(ctx: Ctx<'_>, keys: Vec<Key>, source: Source) -> Result<ProfileId, ApiError> {
    let claim = Claim {
        keys,
        source,
        is_alias: false,
        seen_at: ctx.now.0,
    };
    let found = identity::resolve(ctx, &[claim]).await?;
    let owner = found.into_iter().next().flatten();
    owner
        .map(|owner| ProfileId::from_raw(owner.profile))
        .ok_or_else(ApiError::not_found)
}
