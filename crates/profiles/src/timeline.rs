//! What happened with a customer, newest first: a view over several stores, merged on read.
//!
//! Events, consents and merges are read here; whoever knows more (deliveries, decisions) reads its own
//! entries before the same position and hands them to [`page`]. Nothing is copied into one table.

use kernel::{
    id::{CampaignId, DeliveryId, LinkId, OrderId, ProductId, ProfileId, WorkspaceId},
    page::{BadCursor, Page, PageRequest},
    time::Millis,
};
use sea_orm::{ConnectionTrait, DbErr, FromQueryResult};
use serde::Serialize;
use serde_json::Value as Json;
use storage::sql;

use crate::names;

/// Something that happened.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct TimelineEntry {
    /// When.
    pub at: Millis,
    /// The number of its row; breaks ties and is unique over all stores.
    #[serde(skip)]
    pub id: i64,
    /// What.
    pub what: What,
}

/// What happened.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum What {
    /// An event.
    Event(Box<EventEntry>),
    /// A consent was given or withdrawn.
    Consent {
        /// Channel.
        channel: String,
        /// Purpose.
        purpose: String,
        /// Yes or no.
        is_granted: bool,
        /// Who reported it.
        source: String,
    },
    /// Another profile was merged into this one.
    Merge {
        /// The profile that went away.
        merged: ProfileId,
        /// Why.
        reason: String,
        /// When the merge was undone.
        undone_at: Option<Millis>,
    },
    /// An entry of another store, such as a delivery; `source` says which.
    Other {
        /// The store.
        source: String,
        /// Its own words.
        detail: Json,
    },
}

/// An event on the timeline.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct EventEntry {
    /// Its name.
    pub name: String,
    /// The product.
    pub product: Option<ProductId>,
    /// Product code.
    pub sku: Option<String>,
    /// Category path.
    pub category: Option<String>,
    /// Amount in minor units.
    pub amount: Option<i64>,
    /// How many.
    pub quantity: Option<i64>,
    /// The order.
    pub order: Option<OrderId>,
    /// The campaign that it answers.
    pub campaign: Option<CampaignId>,
    /// The delivery that it answers.
    pub delivery: Option<DeliveryId>,
    /// The link that was clicked.
    pub link: Option<LinkId>,
    /// Whether a machine did it.
    pub is_machine: bool,
    /// Whether it was imported.
    pub is_imported: bool,
    /// Whether it was derived from other events.
    pub is_derived: bool,
    /// Everything else.
    pub properties: Option<Json>,
}

/// Entries older than this are wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Before {
    /// The instant.
    pub at: Millis,
    /// The row, among those of the same instant.
    pub id: i64,
}

impl Before {
    /// Reads the position of a page; the beginning is the end of time.
    pub fn of(page: &PageRequest) -> Result<Self, BadCursor> {
        let [at, id] = page.position()?.unwrap_or([i64::MAX; 2]);
        Ok(Self { at: Millis(at), id })
    }
}

/// Puts entries of several stores in order and cuts a page. Each store gives its `limit + 1` newest before
/// the same position.
pub fn page(
    limit: u64,
    stores: impl IntoIterator<Item = Vec<TimelineEntry>>,
) -> Page<TimelineEntry> {
    let mut entries: Vec<TimelineEntry> = stores.into_iter().flatten().collect();
    entries.sort_by_key(|entry| std::cmp::Reverse((entry.at, entry.id)));
    Page::cut(entries, limit, |entry| vec![entry.at.0, entry.id])
}

/// Reads the entries that this crate knows: events (but for the single lines of orders), consents, merges.
pub async fn read(
    db: &impl ConnectionTrait,
    workspace: WorkspaceId,
    profile: ProfileId,
    before: Before,
    limit: u64,
) -> Result<Vec<Vec<TimelineEntry>>, DbErr> {
    let n = limit.cast_signed() + 1;
    Ok(vec![
        events(db, workspace, profile, before, n).await?,
        consents(db, workspace, profile, before, n).await?,
        merges(db, workspace, profile, before, n).await?,
    ])
}

#[derive(FromQueryResult)]
struct EventRow {
    id: i64,
    occurred_at: i64,
    name_id: i32,
    name: Option<String>,
    product_id: Option<i64>,
    sku: Option<String>,
    category: Option<String>,
    amount: Option<i64>,
    quantity: Option<i64>,
    order_id: Option<i64>,
    campaign_id: Option<i64>,
    delivery_id: Option<i64>,
    link_id: Option<i64>,
    flags: i32,
    properties: Option<Json>,
}

async fn events(
    db: &impl ConnectionTrait,
    workspace: WorkspaceId,
    profile: ProfileId,
    before: Before,
    n: i64,
) -> Result<Vec<TimelineEntry>, DbErr> {
    // The lines stand with their order; on the timeline a basket is one entry.
    let text = format!(
        "SELECT e.id, e.occurred_at, e.name_id, n.name, e.product_id, t.value AS sku, c.value AS category, e.amount,
                e.quantity, e.order_id, e.campaign_id, e.delivery_id, e.link_id, e.flags, e.properties
         FROM event e LEFT JOIN event_name n ON n.workspace_id = e.workspace_id AND n.id = e.name_id
         LEFT JOIN term t ON t.id = e.product_id LEFT JOIN term c ON c.id = e.category_id
         WHERE e.profile_id = $1 AND e.workspace_id = $2 AND (e.occurred_at, e.id) < ($3, $4)
           AND NOT (e.name_id = {line} AND e.order_id IS NOT NULL)
         ORDER BY e.occurred_at DESC, e.id DESC LIMIT $5",
        line = names::PRODUCT_PURCHASED
    );
    let rows: Vec<EventRow> = sql::all(db, text, binds(workspace, profile, before, n)).await?;
    Ok(rows
        .into_iter()
        .map(|row| TimelineEntry {
            at: Millis(row.occurred_at),
            id: row.id,
            what: What::Event(Box::new(EventEntry {
                name: names::fixed_text(row.name_id)
                    .map(str::to_owned)
                    .or(row.name)
                    .unwrap_or_else(|| row.name_id.to_string()),
                product: row.product_id.map(ProductId::from_raw),
                sku: row.sku,
                category: row.category,
                amount: row.amount,
                quantity: row.quantity,
                order: row.order_id.map(OrderId::from_raw),
                campaign: row.campaign_id.map(CampaignId::from_raw),
                delivery: row.delivery_id.map(DeliveryId::from_raw),
                link: row.link_id.map(LinkId::from_raw),
                is_machine: row.flags & crate::event::MACHINE != 0,
                is_imported: row.flags & crate::bulk::IMPORTED != 0,
                is_derived: row.flags & crate::bulk::DERIVED != 0,
                properties: row.properties,
            })),
        })
        .collect())
}

async fn consents(
    db: &impl ConnectionTrait,
    workspace: WorkspaceId,
    profile: ProfileId,
    before: Before,
    n: i64,
) -> Result<Vec<TimelineEntry>, DbErr> {
    #[derive(FromQueryResult)]
    struct Row {
        id: i64,
        occurred_at: i64,
        channel: String,
        purpose: String,
        granted: bool,
        source: String,
    }
    // The log is evidence and keeps the profile that it was written for: what merged customers said is found
    // through the merges that stand.
    let rows: Vec<Row> = sql::all(
        db,
        "WITH RECURSIVE family(id) AS (
           SELECT CAST($1 AS BIGINT)
           UNION
           SELECT m.merged_id FROM family f JOIN merge_log m
             ON m.workspace_id = $2 AND m.survivor_id = f.id AND m.undone_at IS NULL)
         SELECT id, occurred_at, channel, purpose, granted, source FROM consent_log
         WHERE profile_id IN (SELECT family.id FROM family) AND workspace_id = $2 AND (occurred_at, id) < ($3, $4)
         ORDER BY occurred_at DESC, id DESC LIMIT $5",
        binds(workspace, profile, before, n),
    )
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| TimelineEntry {
            at: Millis(row.occurred_at),
            id: row.id,
            what: What::Consent {
                channel: row.channel,
                purpose: row.purpose,
                is_granted: row.granted,
                source: row.source,
            },
        })
        .collect())
}

async fn merges(
    db: &impl ConnectionTrait,
    workspace: WorkspaceId,
    profile: ProfileId,
    before: Before,
    n: i64,
) -> Result<Vec<TimelineEntry>, DbErr> {
    #[derive(FromQueryResult)]
    struct Row {
        id: i64,
        at: i64,
        merged_id: i64,
        reason: String,
        undone_at: Option<i64>,
    }
    let rows: Vec<Row> = sql::all(
        db,
        "SELECT id, at, merged_id, reason, undone_at FROM merge_log
         WHERE survivor_id = $1 AND workspace_id = $2 AND (at, id) < ($3, $4) ORDER BY at DESC, id DESC LIMIT $5",
        binds(workspace, profile, before, n),
    )
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| TimelineEntry {
            at: Millis(row.at),
            id: row.id,
            what: What::Merge {
                merged: ProfileId::from_raw(row.merged_id),
                reason: row.reason,
                undone_at: row.undone_at.map(Millis),
            },
        })
        .collect())
}

fn binds(
    workspace: WorkspaceId,
    profile: ProfileId,
    before: Before,
    n: i64,
) -> [storage::Value; 5] {
    [
        profile.raw().into(),
        workspace.raw().into(),
        before.at.0.into(),
        before.id.into(),
        n.into(),
    ]
}
