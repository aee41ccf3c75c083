//! What customers bought, as the formulas of computed attributes want it.
//!
//! Read from the events, as conditions of segments are, so that both count the same orders: an order that was called
//! off is none, machines do not buy, foreign currency stays out of sums, a refund takes off money at its own time.

use std::collections::{BTreeMap, BTreeSet};

use kernel::{feed::Change, id::WorkspaceId};
use sea_orm::{ConnectionTrait, DbErr, FromQueryResult};
use serde_json::{Map, Value as Json, json};
use storage::{Dialect, sql};

use super::acts::{self, Act, Wanted};
use crate::{
    bulk::FOREIGN,
    event::MACHINE,
    names::{ORDER_CANCELLED, ORDER_COMPLETED, ORDER_REFUNDED},
    rowset::{self, Col},
};

/// One event of an order: completed, refunded or cancelled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OrderEvent {
    /// The event.
    pub id: i64,
    /// When, in milliseconds.
    pub at: i64,
    /// The order, where the event names one.
    pub order: Option<i64>,
    /// What happened to it.
    pub step: OrderStep,
    /// Minor units of the workspace's currency; 0 of foreign currency.
    pub amount: i64,
}

/// What happened to an order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OrderStep {
    /// It was placed.
    Completed,
    /// Money went back.
    Refunded,
    /// It was called off.
    Cancelled,
}

/// A living customer and what formulas need of her.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Person {
    /// The customer.
    pub id: i64,
    /// Whether an id or address is known.
    pub is_known: bool,
    /// When the profile was made.
    pub created_at: i64,
    /// The events of her orders, by time.
    pub events: Vec<OrderEvent>,
    /// What else she did, by time.
    pub acts: Vec<Act>,
    /// Her attributes but for what is computed, where they are wanted.
    pub attributes: Map<String, Json>,
}

#[derive(FromQueryResult)]
struct PersonRow {
    id: i64,
    is_anonymous: bool,
    created_at: i64,
}

#[derive(FromQueryResult)]
struct EventRow {
    profile_id: i64,
    id: i64,
    occurred_at: i64,
    name_id: i32,
    order_id: Option<i64>,
    amount: Option<i64>,
    flags: i32,
}

#[derive(FromQueryResult)]
struct IdRow {
    id: i64,
}

/// Reads living customers with the events of their orders, and what else is wanted of them; who is no more is left out.
///
/// # Errors
/// When the database does not answer.
pub async fn read(
    db: &impl ConnectionTrait,
    workspace: WorkspaceId,
    ids: &BTreeSet<i64>,
    wanted: &Wanted,
) -> Result<Vec<Person>, DbErr> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let dialect = Dialect::of(db.get_database_backend());
    let listed = rowset::ids_of(dialect, "$2");
    let binds = || {
        [
            workspace.raw().into(),
            rowset::bind_ids(ids.iter().copied()),
        ]
    };
    let text = format!(
        "SELECT p.id, p.is_anonymous, p.created_at FROM {listed} u CROSS JOIN profile p
         WHERE p.id = u.id AND +p.workspace_id = $1 AND p.state = 0 ORDER BY p.id"
    );
    let rows: Vec<PersonRow> = sql::all(db, text, binds()).await?;
    let mut people: Vec<Person> = rows
        .into_iter()
        .map(|row| Person {
            id: row.id,
            is_known: !row.is_anonymous,
            created_at: row.created_at,
            events: Vec::new(),
            acts: Vec::new(),
            attributes: Map::new(),
        })
        .collect();
    let text = format!(
        "SELECT e.profile_id, e.id, e.occurred_at, e.name_id, e.order_id, e.amount, e.flags
         FROM {listed} u CROSS JOIN event e
         WHERE e.profile_id = u.id AND +e.workspace_id = $1 AND (e.flags & {MACHINE}) = 0
           AND e.name_id IN ({ORDER_COMPLETED}, {ORDER_REFUNDED}, {ORDER_CANCELLED})
         ORDER BY e.profile_id, e.occurred_at, e.id"
    );
    let rows: Vec<EventRow> = sql::all(db, text, binds()).await?;
    for row in rows {
        let place = people.binary_search_by_key(&row.profile_id, |person| person.id);
        if let Some(person) = place.ok().and_then(|place| people.get_mut(place)) {
            person.events.push(row.into());
        }
    }
    acts::add(db, workspace, wanted, &mut people).await?;
    Ok(people)
}

impl From<EventRow> for OrderEvent {
    fn from(row: EventRow) -> Self {
        Self {
            id: row.id,
            at: row.occurred_at,
            order: row.order_id,
            step: match row.name_id {
                ORDER_COMPLETED => OrderStep::Completed,
                ORDER_REFUNDED => OrderStep::Refunded,
                _ => OrderStep::Cancelled,
            },
            amount: row
                .amount
                .filter(|_| row.flags & FOREIGN == 0)
                .unwrap_or_default(),
        }
    }
}

/// Tells of whom some rows of the feed that speak of events bring an order, or something else that is wanted.
///
/// # Errors
/// When the database does not answer.
pub async fn touched(
    db: &impl ConnectionTrait,
    workspace: WorkspaceId,
    events: &[Change],
    wanted: &Wanted,
) -> Result<BTreeSet<i64>, DbErr> {
    let mut spans: BTreeMap<i64, (i64, i64)> = BTreeMap::new();
    for change in events {
        let span = spans
            .entry(change.profile.raw())
            .or_insert((change.a, change.b));
        *span = (span.0.min(change.a), span.1.max(change.b));
    }
    if spans.is_empty() {
        return Ok(BTreeSet::new());
    }
    let columns = [("id", Col::Int), ("first", Col::Int), ("last", Col::Int)];
    let listed = rowset::rows_of(Dialect::of(db.get_database_backend()), "$2", &columns);
    let others: String = wanted
        .names
        .keys()
        .fold(String::new(), |list, name| list + ", " + &name.to_string());
    let text = format!(
        "SELECT DISTINCT u.id FROM {listed} u CROSS JOIN event e
         WHERE e.profile_id = u.id AND e.id BETWEEN u.first AND u.last AND +e.workspace_id = $1
           AND e.name_id IN ({ORDER_COMPLETED}, {ORDER_REFUNDED}, {ORDER_CANCELLED}{others})"
    );
    let spans: Vec<Json> = spans
        .iter()
        .map(|(profile, (first, last))| json!([profile, first, last]))
        .collect();
    let binds = [workspace.raw().into(), rowset::bind(spans)];
    let rows: Vec<IdRow> = sql::all(db, text, binds).await?;
    Ok(rows.into_iter().map(|row| row.id).collect())
}

/// Lists living customers in the order of their ids, after one of them.
///
/// # Errors
/// When the database does not answer.
pub async fn page(
    db: &impl ConnectionTrait,
    workspace: WorkspaceId,
    after: i64,
    limit: usize,
) -> Result<BTreeSet<i64>, DbErr> {
    let text = "SELECT id FROM profile WHERE workspace_id = $1 AND state = 0 AND id > $2 ORDER BY id LIMIT $3";
    let most = i64::try_from(limit).unwrap_or(i64::MAX);
    let binds = [workspace.raw().into(), after.into(), most.into()];
    let rows: Vec<IdRow> = sql::all(db, text, binds).await?;
    Ok(rows.into_iter().map(|row| row.id).collect())
}
