//! Event rows: written many at a time, with the feed rows that tell of them.

use std::collections::{BTreeMap, HashSet};

use kernel::{
    feed::{Change, ChangeKind},
    id::{CampaignId, DeliveryId, LinkId, ProfileId},
    time::Millis,
};
use sea_orm::DbErr;
use storage::{
    bulk::{Bulk, ColumnType},
    feed,
};

use crate::{context::Ctx, identity::live, seen};

/// Bit of `flags`: not a human act (a mail scanner's open or click).
pub const MACHINE: i32 = 1;

const EVENT: Bulk = Bulk {
    table: "event",
    columns: &[
        ("workspace_id", ColumnType::Int),
        ("profile_id", ColumnType::Int),
        ("occurred_at", ColumnType::Int),
        ("id", ColumnType::Int),
        ("name_id", ColumnType::Int),
        ("product_id", ColumnType::Int),
        ("category_id", ColumnType::Int),
        ("amount", ColumnType::Int),
        ("quantity", ColumnType::Int),
        ("order_id", ColumnType::Int),
        ("campaign_id", ColumnType::Int),
        ("delivery_id", ColumnType::Int),
        ("link_id", ColumnType::Int),
        ("flags", ColumnType::Int),
        ("received_at", ColumnType::Int),
        ("properties", ColumnType::Json),
    ],
    suffix: "",
};

/// One event as its row.
#[derive(Debug, Clone, Default)]
pub(crate) struct Row {
    pub(crate) profile: i64,
    pub(crate) at: i64,
    pub(crate) id: i64,
    pub(crate) name_id: i32,
    pub(crate) product: Option<i64>,
    pub(crate) category: Option<i64>,
    pub(crate) amount: Option<i64>,
    pub(crate) quantity: Option<i64>,
    pub(crate) order: Option<i64>,
    pub(crate) campaign: Option<i64>,
    pub(crate) delivery: Option<i64>,
    pub(crate) link: Option<i64>,
    pub(crate) flags: i32,
    pub(crate) properties: Option<String>,
}

/// Writes events and one feed row per person; the person's events are those with ids from `a` to `b`.
///
/// Of those in `acting` the row also tells that they were here just now.
pub(crate) async fn insert(
    ctx: Ctx<'_>,
    mut rows: Vec<Row>,
    acting: &HashSet<i64>,
) -> Result<(), DbErr> {
    // In the order of the key: each page of the table is met once.
    rows.sort_unstable_by_key(|row| (row.profile, row.at, row.id));
    let mut spans: BTreeMap<i64, (i64, i64)> = BTreeMap::new();
    for row in &rows {
        let span = spans.entry(row.profile).or_insert((row.id, row.id));
        *span = (span.0.min(row.id), span.1.max(row.id));
    }
    let values = rows.into_iter().map(|row| {
        vec![
            ctx.workspace.raw().into(),
            row.profile.into(),
            row.at.into(),
            row.id.into(),
            i64::from(row.name_id).into(),
            row.product.into(),
            row.category.into(),
            row.amount.into(),
            row.quantity.into(),
            row.order.into(),
            row.campaign.into(),
            row.delivery.into(),
            row.link.into(),
            i64::from(row.flags).into(),
            ctx.now.0.into(),
            row.properties.into(),
        ]
    });
    EVENT.insert(ctx.tx, values.collect()).await?;
    let kind_of = |profile| {
        if acting.contains(&profile) {
            ChangeKind::Acted
        } else {
            ChangeKind::Events
        }
    };
    let told: Vec<Change> = spans
        .into_iter()
        .map(|(profile, (a, b))| Change {
            a,
            b,
            ..ctx.change(profile, kind_of(profile))
        })
        .collect();
    feed::append(ctx.tx, ctx.now, &told).await
}

/// An event that the product itself records: a message sent, opened, clicked.
#[derive(Debug, Clone)]
pub struct OwnEvent {
    /// Who.
    pub profile: ProfileId,
    /// One of [`crate::names`].
    pub name_id: i32,
    /// When.
    pub occurred_at: Millis,
    /// The campaign it answers.
    pub campaign: Option<CampaignId>,
    /// The delivery it answers.
    pub delivery: Option<DeliveryId>,
    /// The link that was clicked.
    pub link: Option<LinkId>,
    /// See [`MACHINE`].
    pub flags: i32,
    /// Everything else.
    pub properties: Option<serde_json::Value>,
}

/// Records events of the product itself; a merged person's go to the survivor, an erased one's nowhere.
///
/// # Errors
/// When the database does not answer.
pub async fn record(ctx: Ctx<'_>, events: &[OwnEvent]) -> Result<(), DbErr> {
    let named: Vec<(i64, &OwnEvent)> = events
        .iter()
        .map(|event| (ctx.ids.next_raw(), event))
        .collect();
    write(ctx, &named, &HashSet::new()).await
}

/// Records things that customers did themselves, under row numbers that the caller has chosen; what they did just
/// now is also a sign of life.
///
/// # Errors
/// When the database does not answer.
pub async fn record_acts(ctx: Ctx<'_>, acts: &[(i64, OwnEvent)]) -> Result<(), DbErr> {
    let acting = acts
        .iter()
        .filter(|(_, act)| seen::is_at_once(ctx.now, act.occurred_at.0))
        .map(|(_, act)| act.profile.raw())
        .collect();
    let named: Vec<(i64, &OwnEvent)> = acts.iter().map(|(id, act)| (*id, act)).collect();
    write(ctx, &named, &acting).await
}

async fn write(
    ctx: Ctx<'_>,
    events: &[(i64, &OwnEvent)],
    acting: &HashSet<i64>,
) -> Result<(), DbErr> {
    let live = live::lock(
        ctx,
        events
            .iter()
            .map(|(_, event)| event.profile.raw())
            .collect(),
    )
    .await?;
    let row = |(id, event): &(i64, &OwnEvent)| {
        Some(Row {
            profile: live.get(&event.profile.raw())?.id,
            at: event.occurred_at.0,
            id: *id,
            name_id: event.name_id,
            campaign: event.campaign.map(kernel::id::Id::raw),
            delivery: event.delivery.map(kernel::id::Id::raw),
            link: event.link.map(kernel::id::Id::raw),
            flags: event.flags,
            properties: event.properties.as_ref().map(ToString::to_string),
            ..Row::default()
        })
    };
    let acting = acting
        .iter()
        .filter_map(|asked| live.get(asked).map(|live| live.id))
        .collect();
    let rows = events.iter().filter_map(row).collect();
    insert(ctx, rows, &acting).await
}
