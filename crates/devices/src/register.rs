//! Writing a device down.

use kernel::{
    feed::{Change, ChangeKind},
    id::{DeviceId, ProfileId, SenderId},
};
use profiles::{
    Ctx,
    event::{self, OwnEvent},
    names,
};
use sea_orm::DbErr;
use serde_json::json;
use storage::{feed, sql};

use crate::{
    Kind, Why,
    device::{COLUMNS, Row, fingerprint},
};

/// More devices than anybody has; beyond it those that were not heard of for longest go.
pub const MOST: i64 = 20;
/// The longest name that is kept, in characters.
const LONGEST_NAME: usize = 80;

/// A device that says where it is reached.
#[derive(Clone, Copy)]
pub struct Registration<'a> {
    /// For whose pushes.
    pub sender: SenderId,
    /// By whom it is reached.
    pub kind: Kind,
    /// What tells it from others: a browser's endpoint, an app's token.
    pub address: &'a str,
    /// What is handed to its channel as the recipient.
    pub token: &'a str,
    /// As people call it.
    pub name: &'a str,
    /// The address that it had before, where its service gave it a new one.
    pub replaces: Option<&'a str>,
}

/// What came of a registration.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Registered {
    /// The device.
    pub id: DeviceId,
    /// Whether it takes pushes since just now.
    pub is_news: bool,
}

/// Writes a device down for a customer, or says of a known one that it is still there.
///
/// # Errors
/// When the database does not answer.
pub async fn register(
    ctx: Ctx<'_>,
    owner: ProfileId,
    device: Registration<'_>,
) -> Result<Registered, DbErr> {
    ctx.lock().await?;
    let renewed = replace(ctx, device).await?;
    let before = find(ctx, device, device.address).await?;
    let (id, is_news) = if let Some((row, is_gone)) = &before {
        renew(ctx, row.id, owner, device).await?;
        (row.id, *is_gone && !renewed)
    } else {
        let id = ctx.ids.next_raw();
        insert(ctx, id, owner, device).await?;
        (id, !renewed)
    };
    let mut moved = Vec::new();
    let former = before
        .filter(|(_, is_gone)| !is_gone)
        .map(|(row, _)| row.profile_id);
    if former != Some(owner.raw()) {
        moved.push(owner.raw());
        moved.extend(former);
    }
    drop_oldest(ctx, owner, device.sender).await?;
    tell(ctx, &moved).await?;
    if is_news {
        let detail = json!({"sender": device.sender.to_string(), "device": name_of(device.name), "kind": device.kind.as_str()});
        let allowed = own_event(ctx, owner, names::PUSH_ALLOWED, detail);
        event::record_acts(ctx, &[(ctx.ids.next_raw(), allowed)]).await?;
    }
    Ok(Registered {
        id: DeviceId::from_raw(id),
        is_news,
    })
}

async fn find(
    ctx: Ctx<'_>,
    device: Registration<'_>,
    address: &str,
) -> Result<Option<(Row, bool)>, DbErr> {
    let text = format!(
        "SELECT {COLUMNS} FROM device d WHERE d.workspace_id = $1 AND d.sender_id = $2 AND d.fingerprint = $3"
    );
    let binds = [
        ctx.workspace.raw().into(),
        device.sender.raw().into(),
        fingerprint(device.kind, address).into(),
    ];
    let row: Option<Row> = sql::one(ctx.tx, text, binds).await?;
    // A device that is gone names nobody any more.
    Ok(row.map(|row| {
        let is_gone = row.token.is_empty();
        (row, is_gone)
    }))
}

/// Forgets the address that the device had before; it is the same device, so nobody left and nobody came.
async fn replace(ctx: Ctx<'_>, device: Registration<'_>) -> Result<bool, DbErr> {
    let Some(old) = device.replaces.filter(|old| *old != device.address) else {
        return Ok(false);
    };
    let touched = sql::exec(
        ctx.tx,
        "DELETE FROM device WHERE workspace_id = $1 AND sender_id = $2 AND fingerprint = $3 AND gone_at IS NULL",
        [
            ctx.workspace.raw().into(),
            device.sender.raw().into(),
            fingerprint(device.kind, old).into(),
        ],
    )
    .await?;
    Ok(touched == 1)
}

async fn renew(
    ctx: Ctx<'_>,
    id: i64,
    owner: ProfileId,
    device: Registration<'_>,
) -> Result<(), DbErr> {
    sql::exec(
        ctx.tx,
        "UPDATE device SET token = $2, name = $3, registered_at = $4, last_seen_at = $4, gone_at = NULL, gone_why = NULL,
           gone_campaign_id = NULL, profile_id = $5,
           origin_profile_id = CASE WHEN profile_id = $5 THEN origin_profile_id ELSE $5 END
         WHERE id = $1",
        [
            id.into(),
            device.token.into(),
            name_of(device.name).into(),
            ctx.now.0.into(),
            owner.raw().into(),
        ],
    )
    .await
    .map(|_| ())
}

async fn insert(
    ctx: Ctx<'_>,
    id: i64,
    owner: ProfileId,
    device: Registration<'_>,
) -> Result<(), DbErr> {
    sql::exec(
        ctx.tx,
        "INSERT INTO device (workspace_id, id, sender_id, kind, fingerprint, token, name, profile_id, origin_profile_id,
           registered_at, last_seen_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $8, $9, $9)",
        [
            ctx.workspace.raw().into(),
            id.into(),
            device.sender.raw().into(),
            i64::from(device.kind.code()).into(),
            fingerprint(device.kind, device.address).into(),
            device.token.into(),
            name_of(device.name).into(),
            owner.raw().into(),
            ctx.now.0.into(),
        ],
    )
    .await
    .map(|_| ())
}

/// Whoever holds a browser key could register devices without end.
async fn drop_oldest(ctx: Ctx<'_>, owner: ProfileId, sender: SenderId) -> Result<(), DbErr> {
    let why = Why::TooMany.code();
    sql::exec(
        ctx.tx,
        format!(
            "UPDATE device SET gone_at = $3, gone_why = {why}, token = '' WHERE id IN
               (SELECT d.id FROM device d WHERE d.profile_id = $1 AND d.sender_id = $2 AND d.gone_at IS NULL
                ORDER BY d.last_seen_at DESC, d.id DESC LIMIT 1000 OFFSET {MOST})"
        ),
        [owner.raw().into(), sender.raw().into(), ctx.now.0.into()],
    )
    .await
    .map(|_| ())
}

fn name_of(name: &str) -> String {
    let clean = name.chars().filter(|sign| !sign.is_control());
    clean
        .take(LONGEST_NAME)
        .collect::<String>()
        .trim()
        .to_owned()
}

/// Tells of customers that whether they can be reached may have changed.
pub(crate) async fn tell(ctx: Ctx<'_>, owners: &[i64]) -> Result<(), DbErr> {
    let told: Vec<Change> = owners
        .iter()
        .map(|owner| {
            Change::of(
                ctx.workspace,
                ProfileId::from_raw(*owner),
                ChangeKind::Friend,
            )
        })
        .collect();
    feed::append(ctx.tx, ctx.now, &told).await
}

pub(crate) fn own_event(
    ctx: Ctx<'_>,
    profile: ProfileId,
    name_id: i32,
    detail: serde_json::Value,
) -> OwnEvent {
    OwnEvent {
        profile,
        name_id,
        occurred_at: ctx.now,
        campaign: None,
        delivery: None,
        link: None,
        flags: 0,
        properties: Some(detail),
    }
}
