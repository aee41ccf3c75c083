//! What may leave the product about customers, in notices to the company's own programs: ids, outcomes and permissions,
//! never an address, a name or an attribute.

use std::collections::{BTreeMap, BTreeSet};

use kernel::{id::WorkspaceId, time::DAY};
use sea_orm::{ConnectionTrait, DbErr, FromQueryResult};
use serde_json::{Value as Json, json};
use storage::{Dialect, sql};

use crate::{
    names::{MESSAGE_COMPLAINED, MESSAGE_SENT},
    rowset::{self, Col},
};

/// Returns the external ids of customers who have one: what the company itself calls them.
///
/// # Errors
/// When the database does not answer.
pub async fn external_ids(
    db: &impl ConnectionTrait,
    workspace: WorkspaceId,
    profiles: &BTreeSet<i64>,
) -> Result<BTreeMap<i64, String>, DbErr> {
    #[derive(FromQueryResult)]
    struct Row {
        id: i64,
        external_id: String,
    }
    let wanted = rowset::ids_of(Dialect::of(db.get_database_backend()), "$2");
    let text = format!(
        "SELECT p.id, p.external_id FROM {wanted} u CROSS JOIN profile p
         WHERE p.id = u.id AND p.workspace_id = $1 AND p.external_id IS NOT NULL"
    );
    let rows: Vec<Row> = of(db, workspace, profiles, text).await?;
    Ok(rows
        .into_iter()
        .map(|row| (row.id, row.external_id))
        .collect())
}

/// What was said of a customer's permissions.
#[derive(Debug, Clone, PartialEq, Eq, FromQueryResult)]
pub struct Permission {
    /// The customer.
    pub profile_id: i64,
    /// `email`, `line` …, `any` for tracking.
    pub channel: String,
    /// `marketing`, `tracking`, or a topic.
    pub purpose: String,
    /// Yes or no.
    pub granted: bool,
}

/// Returns the permissions of customers as they stand now.
///
/// # Errors
/// When the database does not answer.
pub async fn permissions(
    db: &impl ConnectionTrait,
    workspace: WorkspaceId,
    profiles: &BTreeSet<i64>,
) -> Result<Vec<Permission>, DbErr> {
    let wanted = rowset::ids_of(Dialect::of(db.get_database_backend()), "$2");
    let text = format!(
        "SELECT c.profile_id, c.channel, c.purpose, c.granted FROM {wanted} u CROSS JOIN consent c
         WHERE c.profile_id = u.id AND +c.workspace_id = $1 ORDER BY c.profile_id, c.channel, c.purpose"
    );
    of(db, workspace, profiles, text).await
}

/// An address that must not be written to, without the address.
#[derive(Debug, Clone, PartialEq, Eq, FromQueryResult)]
pub struct Suppressed {
    /// The channel.
    pub channel: String,
    /// Why; see `consent::Reason`.
    pub reason: String,
    /// The delivery that it followed from.
    pub delivery_id: Option<i64>,
    /// When, in milliseconds.
    pub created_at: i64,
    /// Whose address it is now; none when it is nobody's.
    pub profile_id: Option<i64>,
}

/// Returns the addresses that were suppressed at some instants.
///
/// # Errors
/// When the database does not answer.
pub async fn suppressed(
    db: &impl ConnectionTrait,
    workspace: WorkspaceId,
    instants: &BTreeSet<i64>,
) -> Result<Vec<Suppressed>, DbErr> {
    let (email, phone) = (
        crate::identity::KeyKind::Email.code(),
        crate::identity::KeyKind::Phone.code(),
    );
    let wanted = rowset::ids_of(Dialect::of(db.get_database_backend()), "$2");
    let text = format!(
        "SELECT s.channel, s.reason, s.delivery_id, s.created_at, i.profile_id
         FROM {wanted} u CROSS JOIN suppression s LEFT JOIN identity i ON i.workspace_id = s.workspace_id
           AND i.value = s.address AND i.kind = CASE s.channel WHEN 'email' THEN {email} WHEN 'sms' THEN {phone} ELSE 0 END
         WHERE s.workspace_id = $1 AND s.created_at = u.id ORDER BY s.created_at, s.channel, s.address, s.reason"
    );
    of(db, workspace, instants, text).await
}

/// Events of a customer that a row of the feed tells of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Span {
    /// The customer.
    pub profile: i64,
    /// The first event.
    pub first: i64,
    /// The last event.
    pub last: i64,
    /// When they were written, in milliseconds.
    pub written_at: i64,
}

/// What became of a message.
#[derive(Debug, Clone, PartialEq, FromQueryResult)]
pub struct MessageEvent {
    /// The customer.
    pub profile_id: i64,
    /// One of `names::MESSAGE_…`.
    pub name_id: i32,
    /// When, in milliseconds.
    pub occurred_at: i64,
    /// The event.
    pub id: i64,
    /// The campaign.
    pub campaign_id: Option<i64>,
    /// The delivery.
    pub delivery_id: Option<i64>,
    /// The number of its channel in the ledger; nothing when the delivery is gone.
    pub channel: Option<i16>,
    /// The link that was followed.
    pub link_id: Option<i64>,
    /// See `event::MACHINE`.
    pub flags: i32,
    /// Everything else.
    pub properties: Option<Json>,
}

/// Returns those of the events that tell what became of messages, the oldest first.
///
/// # Errors
/// When the database does not answer.
pub async fn messages(
    db: &impl ConnectionTrait,
    workspace: WorkspaceId,
    spans: &[Span],
) -> Result<Vec<MessageEvent>, DbErr> {
    if spans.is_empty() {
        return Ok(Vec::new());
    }
    let columns = [
        ("id", Col::Int),
        ("first", Col::Int),
        ("last", Col::Int),
        ("earliest", Col::Int),
        ("latest", Col::Int),
    ];
    let listed = rowset::rows_of(Dialect::of(db.get_database_backend()), "$2", &columns);
    // The product records what became of a message when it learns of it: a day on either side is plenty, and spares
    // the rest of the customer's history and of the table's partitions.
    let text = format!(
        "SELECT e.profile_id, e.name_id, e.occurred_at, e.id, e.campaign_id, e.delivery_id, e.link_id, e.flags, e.properties,
           (SELECT d.channel FROM delivery d WHERE d.id = e.delivery_id) AS channel
         FROM {listed} u CROSS JOIN event e
         WHERE e.profile_id = u.id AND e.occurred_at BETWEEN u.earliest AND u.latest AND e.id BETWEEN u.first AND u.last
           AND +e.workspace_id = $1 AND e.name_id BETWEEN {MESSAGE_SENT} AND {MESSAGE_COMPLAINED} ORDER BY e.id"
    );
    let spans = spans.iter().map(|span| {
        let (earliest, latest) = (span.written_at - DAY, span.written_at + DAY);
        json!([span.profile, span.first, span.last, earliest, latest])
    });
    let binds = [workspace.raw().into(), rowset::bind(spans.collect())];
    sql::all(db, text, binds).await
}

async fn of<T: FromQueryResult>(
    db: &impl ConnectionTrait,
    workspace: WorkspaceId,
    numbers: &BTreeSet<i64>,
    text: String,
) -> Result<Vec<T>, DbErr> {
    if numbers.is_empty() {
        return Ok(Vec::new());
    }
    let numbers = rowset::bind_ids(numbers.iter().copied());
    sql::all(db, text, [workspace.raw().into(), numbers]).await
}
