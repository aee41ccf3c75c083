//! What settled rows leave on the timeline.

use std::collections::HashSet;

use kernel::{
    feed::{Change, ChangeKind},
    id::{DeliveryId, MAX_BLOCK, ProfileId},
    time::Millis,
};
use profiles::{Ctx, consent, names};
use sea_orm::DbErr;
use serde_json::{Value as Json, json};
use storage::{
    Value,
    bulk::{Bulk, ColumnType},
    feed,
};

use super::moves::{Settle, Settlement};

/// One thing that happened to a delivery.
#[derive(Debug, Clone)]
pub(crate) struct MessageEvent {
    pub(crate) profile: i64,
    pub(crate) name: i32,
    pub(crate) at: Millis,
    pub(crate) campaign: i64,
    pub(crate) delivery: i64,
    pub(crate) link: Option<i64>,
    pub(crate) flags: i32,
    pub(crate) properties: Option<Json>,
}

/// Bit of `event.flags`: not a human act.
pub(crate) const MACHINE: i32 = 1;

const EVENT: Bulk = Bulk {
    table: "event",
    columns: &[
        ("workspace_id", ColumnType::Int),
        ("profile_id", ColumnType::Int),
        ("occurred_at", ColumnType::Int),
        ("id", ColumnType::Int),
        ("name_id", ColumnType::Int),
        ("campaign_id", ColumnType::Int),
        ("delivery_id", ColumnType::Int),
        ("link_id", ColumnType::Int),
        ("flags", ColumnType::Int),
        ("received_at", ColumnType::Int),
        ("properties", ColumnType::Json),
    ],
    suffix: "",
};

/// Writes events of messages with their rows of the feed; returns the id of each.
pub(crate) async fn write(ctx: Ctx<'_>, events: &[MessageEvent]) -> Result<Vec<i64>, DbErr> {
    let mut written = Vec::with_capacity(events.len());
    for block in events.chunks(MAX_BLOCK) {
        let first = ctx.ids.next_block(block.len());
        let (mut rows, mut changes) = (Vec::new(), Vec::new());
        for (event, id) in block.iter().zip(first..) {
            rows.push(row(ctx, event, id));
            changes.push(Change {
                workspace: ctx.workspace,
                profile: ProfileId::from_raw(event.profile),
                kind: ChangeKind::Events,
                a: id,
                b: id,
            });
            written.push(id);
        }
        EVENT.insert(ctx.tx, rows).await?;
        feed::append(ctx.tx, ctx.now, &changes).await?;
    }
    Ok(written)
}

fn row(ctx: Ctx<'_>, event: &MessageEvent, id: i64) -> Vec<Value> {
    vec![
        ctx.workspace.raw().into(),
        event.profile.into(),
        event.at.0.into(),
        id.into(),
        i64::from(event.name).into(),
        event.campaign.into(),
        event.delivery.into(),
        event.link.into(),
        i64::from(event.flags).into(),
        ctx.now.0.into(),
        event.properties.as_ref().map(ToString::to_string).into(),
    ]
}

/// Writes what newly settled rows of one workspace mean for the timeline and the suppression list.
pub(crate) async fn of_settled(
    ctx: Ctx<'_>,
    rows: &[&Settle],
    news: &HashSet<i64>,
) -> Result<(), DbErr> {
    let fresh = rows
        .iter()
        .filter(|row| !row.is_test && news.contains(&row.key.id.raw()));
    let mut events = Vec::new();
    for row in fresh {
        let (name, properties) = match &row.result {
            Settlement::Accepted => (names::MESSAGE_SENT, None),
            Settlement::Failed(reason) => (names::MESSAGE_BOUNCED, Some(("dropped", reason))),
            Settlement::Dead(reason, why) => {
                let delivery = Some(DeliveryId::from_raw(row.key.id.raw()));
                consent::suppress(ctx, row.channel.as_str(), &row.address, *why, delivery).await?;
                (names::MESSAGE_BOUNCED, Some(("hard", reason)))
            }
            Settlement::TooLate(reason) => (names::MESSAGE_BOUNCED, Some(("soft", reason))),
            Settlement::Unmade(_)
            | Settlement::Again(..)
            | Settlement::Unknown(_)
            | Settlement::InDoubt(..) => continue,
        };
        events.push(MessageEvent {
            profile: row.key.profile.raw(),
            name,
            at: ctx.now,
            campaign: row.campaign.raw(),
            delivery: row.key.id.raw(),
            link: None,
            flags: 0,
            properties: properties.map(|(kind, reason)| {
                json!({"kind": kind, "class": reason.class.as_str(), "code": reason.code})
            }),
        });
    }
    if events.is_empty() {
        return Ok(());
    }
    write(ctx, &events).await.map(|_| ())
}
