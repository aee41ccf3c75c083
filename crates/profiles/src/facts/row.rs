//! Profile rows as the fact and merge code handles them: loaded and written many at a time.

use std::collections::HashMap;

use sea_orm::{DbErr, FromQueryResult};
use serde_json::{Map, Value as Json, json};
use storage::{Dialect, sql};

use crate::{
    context::Ctx,
    rowset::{self, Col},
    search,
};

/// A profile's row, without bookkeeping.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Row {
    pub(crate) id: i64,
    pub(crate) external_id: Option<String>,
    pub(crate) email: Option<String>,
    pub(crate) phone: Option<String>,
    pub(crate) family_name: Option<String>,
    pub(crate) given_name: Option<String>,
    pub(crate) full_name: Option<String>,
    pub(crate) locale: Option<String>,
    pub(crate) time_zone: Option<String>,
    pub(crate) is_anonymous: bool,
    pub(crate) attributes: Map<String, Json>,
    pub(crate) first_seen_at: i64,
    pub(crate) last_seen_at: i64,
}

#[derive(FromQueryResult)]
struct Stored {
    id: i64,
    external_id: Option<String>,
    email: Option<String>,
    phone: Option<String>,
    family_name: Option<String>,
    given_name: Option<String>,
    full_name: Option<String>,
    locale: Option<String>,
    time_zone: Option<String>,
    is_anonymous: bool,
    attributes: Json,
    first_seen_at: i64,
    last_seen_at: i64,
}

impl From<Stored> for Row {
    fn from(stored: Stored) -> Self {
        let attributes = match stored.attributes {
            Json::Object(map) => map,
            _ => Map::new(),
        };
        Self {
            id: stored.id,
            external_id: stored.external_id,
            email: stored.email,
            phone: stored.phone,
            family_name: stored.family_name,
            given_name: stored.given_name,
            full_name: stored.full_name,
            locale: stored.locale,
            time_zone: stored.time_zone,
            is_anonymous: stored.is_anonymous,
            attributes,
            first_seen_at: stored.first_seen_at,
            last_seen_at: stored.last_seen_at,
        }
    }
}

/// What the loaded rows are kept for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Hold {
    /// Facts change; others may go on to add events and consents.
    Facts,
    /// The profile may go away; nobody else may lean on it.
    Merge,
}

/// Loads living profiles and keeps others from changing them until the transaction ends.
pub(crate) async fn load(
    ctx: Ctx<'_>,
    mut ids: Vec<i64>,
    hold: Hold,
) -> Result<HashMap<i64, Row>, DbErr> {
    ids.sort_unstable();
    ids.dedup();
    let dialect = ctx.tx.dialect();
    let lock = match (dialect, hold) {
        (Dialect::Sqlite, _) => "",
        (Dialect::Postgres, Hold::Facts) => "FOR NO KEY UPDATE OF p",
        (Dialect::Postgres, Hold::Merge) => "FOR UPDATE OF p",
    };
    let wanted = rowset::ids_of(dialect, "$2");
    let text = format!(
        "SELECT p.id, p.external_id, p.email, p.phone, p.family_name, p.given_name, p.full_name, p.locale, p.time_zone,
                p.is_anonymous, p.attributes, p.first_seen_at, p.last_seen_at
         FROM {wanted} u CROSS JOIN profile p
         WHERE p.id = u.id AND p.workspace_id = $1 AND p.state = 0 ORDER BY p.id {lock}"
    );
    let rows: Vec<Stored> = sql::all(
        ctx.tx,
        text,
        [ctx.workspace.raw().into(), rowset::bind_ids(ids)],
    )
    .await?;
    Ok(rows.into_iter().map(|row| (row.id, row.into())).collect())
}

/// Writes rows back with a new version.
pub(crate) async fn update(ctx: Ctx<'_>, rows: &[&Row]) -> Result<(), DbErr> {
    if rows.is_empty() {
        return Ok(());
    }
    let dialect = ctx.tx.dialect();
    let attributes = if dialect == Dialect::Postgres {
        "u.attributes::jsonb"
    } else {
        "u.attributes"
    };
    let is_anonymous = if dialect == Dialect::Postgres {
        "u.is_anonymous"
    } else {
        "u.is_anonymous <> 0"
    };
    let written = rowset::rows_of(
        dialect,
        "$1",
        &[
            ("id", Col::Int),
            ("external_id", Col::Text),
            ("email", Col::Text),
            ("phone", Col::Text),
            ("family_name", Col::Text),
            ("given_name", Col::Text),
            ("full_name", Col::Text),
            ("locale", Col::Text),
            ("time_zone", Col::Text),
            ("is_anonymous", Col::Bool),
            ("attributes", Col::Text),
            ("search_text", Col::Text),
            ("first_seen_at", Col::Int),
            ("last_seen_at", Col::Int),
        ],
    );
    let text = format!(
        "UPDATE profile SET external_id = u.external_id, email = u.email, phone = u.phone,
           family_name = u.family_name, given_name = u.given_name, full_name = u.full_name, locale = u.locale,
           time_zone = u.time_zone, is_anonymous = {is_anonymous}, attributes = {attributes},
           search_text = u.search_text, first_seen_at = u.first_seen_at, last_seen_at = u.last_seen_at,
           updated_at = $2, version = profile.version + 1
         FROM {written} u WHERE profile.id = u.id"
    );
    let binds = [
        rowset::bind(rows.iter().map(|row| as_json(row)).collect()),
        ctx.now.0.into(),
    ];
    sql::exec(ctx.tx, text, binds).await.map(|_| ())
}

fn as_json(row: &Row) -> Json {
    let name = match (&row.full_name, &row.family_name, &row.given_name) {
        (Some(full), ..) => Some(full.as_str()),
        (None, Some(part), _) | (None, None, Some(part)) => Some(part.as_str()),
        (None, None, None) => None,
    };
    let search = search::fold_all([
        name,
        row.email.as_deref(),
        row.external_id.as_deref(),
        row.phone.as_deref(),
    ]);
    json!([
        row.id,
        row.external_id,
        row.email,
        row.phone,
        row.family_name,
        row.given_name,
        row.full_name,
        row.locale,
        row.time_zone,
        row.is_anonymous,
        Json::Object(row.attributes.clone()).to_string(),
        search,
        row.first_seen_at,
        row.last_seen_at,
    ])
}

/// Returns which of some identity values (kind, value) were set by anybody but a browser.
pub(crate) async fn trusted_values(
    ctx: Ctx<'_>,
    asked: Vec<Json>,
) -> Result<Vec<(i16, String)>, DbErr> {
    #[derive(FromQueryResult)]
    struct Found {
        kind: i16,
        value: String,
    }
    if asked.is_empty() {
        return Ok(Vec::new());
    }
    let wanted = rowset::rows_of(
        ctx.tx.dialect(),
        "$2",
        &[("kind", Col::Int), ("value", Col::Text)],
    );
    let text = format!(
        "SELECT i.kind, i.value FROM {wanted} u
         CROSS JOIN identity i WHERE i.workspace_id = $1 AND i.kind = u.kind AND i.value = u.value AND i.source <> 2"
    );
    let rows: Vec<Found> = sql::all(
        ctx.tx,
        text,
        [ctx.workspace.raw().into(), rowset::bind(asked)],
    )
    .await?;
    Ok(rows.into_iter().map(|row| (row.kind, row.value)).collect())
}
