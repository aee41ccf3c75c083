//! The list of customers: searched, filtered, paged by key.

use std::fmt::Write as _;

use kernel::{
    id::{ProfileId, WorkspaceId},
    page::{Page, PageRequest},
    time::Millis,
};
use sea_orm::{ConnectionTrait, FromQueryResult};
use storage::{Dialect, Value, sql};

use super::CustomerError;
use crate::search;

/// Which customers are wanted.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CustomerFilter {
    /// Part of a name, address or external id, however it is written.
    pub search: Option<String>,
    /// Only people of whom no id or address is known, or only the others.
    pub is_anonymous: Option<bool>,
}

/// A customer in a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CustomerSummary {
    /// The customer.
    pub id: ProfileId,
    /// Id in the shop's own system.
    pub external_id: Option<String>,
    /// Whole name.
    pub full_name: Option<String>,
    /// Email address.
    pub email: Option<String>,
    /// Telephone number.
    pub phone: Option<String>,
    /// Whether no id or address is known.
    pub is_anonymous: bool,
    /// When first seen.
    pub first_seen_at: Millis,
    /// When last seen.
    pub last_seen_at: Millis,
}

#[derive(FromQueryResult)]
struct Row {
    id: i64,
    external_id: Option<String>,
    full_name: Option<String>,
    email: Option<String>,
    phone: Option<String>,
    is_anonymous: bool,
    first_seen_at: i64,
    last_seen_at: i64,
}

/// Lists customers, the newest first. Ids grow with time, so no index has to follow what people do.
pub async fn list(
    db: &impl ConnectionTrait,
    workspace: WorkspaceId,
    filter: &CustomerFilter,
    page: &PageRequest,
) -> Result<Page<CustomerSummary>, CustomerError> {
    let [id] = page.position()?.unwrap_or([i64::MAX]);
    let limit = page.limit();
    let mut binds: Vec<Value> = vec![
        workspace.raw().into(),
        id.into(),
        (limit.cast_signed() + 1).into(),
    ];
    let conditions = narrowed(db, filter, &mut binds);
    let text = format!(
        "SELECT id, external_id, full_name, email, phone, is_anonymous, first_seen_at, last_seen_at FROM profile
         WHERE workspace_id = $1 AND state = 0 AND id < $2{conditions}
         ORDER BY id DESC LIMIT $3"
    );
    let rows: Vec<Row> = sql::all(db, text, binds).await?;
    let people: Vec<CustomerSummary> = rows
        .into_iter()
        .map(|row| CustomerSummary {
            id: ProfileId::from_raw(row.id),
            external_id: row.external_id,
            full_name: row.full_name,
            email: row.email,
            phone: row.phone,
            is_anonymous: row.is_anonymous,
            first_seen_at: Millis(row.first_seen_at),
            last_seen_at: Millis(row.last_seen_at),
        })
        .collect();
    Ok(Page::cut(people, limit, |person| vec![person.id.raw()]))
}

/// Counts the customers that a list shows, up to `most`: counting a million for a headline is not worth the wait.
pub async fn count(
    db: &impl ConnectionTrait,
    workspace: WorkspaceId,
    filter: &CustomerFilter,
    most: i64,
) -> Result<i64, CustomerError> {
    let mut binds: Vec<Value> = vec![workspace.raw().into(), most.into()];
    let conditions = narrowed(db, filter, &mut binds);
    let text = format!(
        "SELECT COUNT(*) FROM (SELECT 1 FROM profile WHERE workspace_id = $1 AND state = 0{conditions} LIMIT $2) found"
    );
    Ok(sql::number(db, text, binds).await?)
}

/// Returns the conditions of a filter and adds their binds.
fn narrowed(db: &impl ConnectionTrait, filter: &CustomerFilter, binds: &mut Vec<Value>) -> String {
    let mut conditions = String::new();
    if let Some(wanted) = filter
        .search
        .as_deref()
        .map(search::fold)
        .filter(|text| !text.is_empty())
    {
        binds.push(wanted.into());
        let n = binds.len();
        // Writing to a String cannot fail.
        let _ = match Dialect::of(db.get_database_backend()) {
            Dialect::Sqlite => write!(conditions, " AND instr(search_text, ${n}) > 0"),
            Dialect::Postgres => write!(conditions, " AND position(${n} IN search_text) > 0"),
        };
    }
    if let Some(is_anonymous) = filter.is_anonymous {
        binds.push(is_anonymous.into());
        let _ = write!(conditions, " AND is_anonymous = ${}", binds.len());
    }
    conditions
}
