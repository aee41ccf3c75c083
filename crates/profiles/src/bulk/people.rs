//! From identity values to profiles, and new profiles for values that nobody has.

use std::collections::HashMap;

use kernel::{
    feed::{Change, ChangeKind},
    time::Millis,
};
use sea_orm::{DbErr, FromQueryResult};
use serde::Serialize;
use serde_json::json;
use storage::{Dialect, feed, sql};

use crate::{
    context::Ctx,
    identity::{self, Claim, Key, KeyKind},
    rowset::{self, Col},
    source::Source,
};

/// How a row names its customer; values are normalised.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum CustomerKey {
    /// Id in the shop's own system.
    ExternalId(String),
    /// Email address.
    Email(String),
}

impl CustomerKey {
    /// Returns the key that `identity` knows.
    pub(super) fn key(&self) -> Key {
        let kind = match self {
            Self::ExternalId(_) => KeyKind::External,
            Self::Email(_) => KeyKind::Email,
        };
        Key::new(kind, self.value())
    }

    pub(super) fn value(&self) -> &str {
        match self {
            Self::ExternalId(value) | Self::Email(value) => value,
        }
    }
}

/// From when to when somebody was seen.
#[derive(Debug, Clone, Copy)]
pub(super) struct Seen {
    first: Millis,
    last: Millis,
}

impl Seen {
    pub(super) const fn at(instant: Millis) -> Self {
        Self {
            first: instant,
            last: instant,
        }
    }

    pub(super) fn and(self, instant: Millis) -> Self {
        Self {
            first: self.first.min(instant),
            last: self.last.max(instant),
        }
    }
}

#[derive(FromQueryResult)]
struct Found {
    kind: i16,
    value: String,
    profile_id: i64,
}

/// Makes a row set the outer side of a join. Left to itself SQLite scans the whole table of the workspace and
/// reads the JSON again for each of its rows: 172 lines/s instead of tens of thousands. `LIMIT -1` makes it
/// write the rows down first and search the table by its full key.
pub(super) fn outer(dialect: Dialect, rows: &str) -> String {
    match dialect {
        Dialect::Sqlite => format!("(SELECT * FROM {rows} w LIMIT -1)"),
        Dialect::Postgres => rows.to_owned(),
    }
}

/// Finds the profiles of identity values.
pub(super) async fn find(
    ctx: Ctx<'_>,
    keys: &[&CustomerKey],
) -> Result<HashMap<(i16, String), i64>, DbErr> {
    let rows: Vec<_> = keys
        .iter()
        .map(|key| json!([key.key().kind.code(), key.value()]))
        .collect();
    if rows.is_empty() {
        return Ok(HashMap::new());
    }
    let wanted = rowset::rows_of(
        ctx.tx.dialect(),
        "$2",
        &[("kind", Col::Int), ("value", Col::Text)],
    );
    let wanted = outer(ctx.tx.dialect(), &wanted);
    let text = format!(
        "SELECT i.kind, i.value, i.profile_id FROM {wanted} u
         CROSS JOIN identity i WHERE i.workspace_id = $1 AND i.kind = u.kind AND i.value = u.value"
    );
    let found: Vec<Found> = sql::all(
        ctx.tx,
        text,
        [ctx.workspace.raw().into(), rowset::bind(rows)],
    )
    .await?;
    Ok(found
        .into_iter()
        .map(|row| ((row.kind, row.value), row.profile_id))
        .collect())
}

/// Finds the profiles of the keys, creates those that nobody has, and widens the span in which they were seen.
pub(super) async fn find_or_create(
    ctx: Ctx<'_>,
    source: Source,
    seen: &HashMap<&CustomerKey, Seen>,
) -> Result<HashMap<CustomerKey, i64>, DbErr> {
    let mut found = find(ctx, &seen.keys().copied().collect::<Vec<_>>()).await?;
    let mut people = HashMap::with_capacity(seen.len());
    let mut missing = Vec::new();
    for key in seen.keys() {
        match found.remove(&(key.key().kind.code(), key.value().to_owned())) {
            Some(profile) => {
                people.insert((*key).clone(), profile);
            }
            None => missing.push(*key),
        }
    }
    // The same order in every run: ids and feed rows are repeatable.
    missing.sort_unstable();
    let claims: Vec<Claim> = missing
        .iter()
        .map(|key| Claim {
            keys: vec![key.key()],
            source,
            is_alias: false,
            seen_at: seen.get(key).map_or(ctx.now.0, |span| span.first.0),
        })
        .collect();
    if !claims.is_empty() {
        for (key, resolved) in missing.iter().zip(identity::resolve(ctx, &claims).await?) {
            if let Some(resolved) = resolved {
                people.insert((*key).clone(), resolved.profile);
            }
        }
    }
    let spans: Vec<(i64, Seen)> = seen
        .iter()
        .filter_map(|(key, span)| Some((*people.get(*key)?, *span)))
        .collect();
    widen(ctx, spans).await?;
    Ok(people)
}

/// Widens the span in which known profiles were seen; those already seen wider are not touched.
pub(super) async fn widen(ctx: Ctx<'_>, mut spans: Vec<(i64, Seen)>) -> Result<(), DbErr> {
    if spans.is_empty() {
        return Ok(());
    }
    // Two keys of one person are one row: which of two would win is not defined.
    spans.sort_unstable_by_key(|(profile, _)| *profile);
    spans.dedup_by(|later, kept| {
        let same = later.0 == kept.0;
        if same {
            kept.1 = kept.1.and(later.1.first).and(later.1.last);
        }
        same
    });
    let rows = spans
        .iter()
        .map(|(profile, span)| json!([profile, span.first.0, span.last.0]))
        .collect();
    let rows_of = rowset::rows_of(
        ctx.tx.dialect(),
        "$1",
        &[("id", Col::Int), ("first", Col::Int), ("last", Col::Int)],
    );
    let text = format!(
        "UPDATE profile SET
           first_seen_at = CASE WHEN u.first < profile.first_seen_at THEN u.first ELSE profile.first_seen_at END,
           last_seen_at = CASE WHEN u.last > profile.last_seen_at THEN u.last ELSE profile.last_seen_at END
         FROM {rows_of} u
         WHERE profile.id = u.id AND (u.first < profile.first_seen_at OR u.last > profile.last_seen_at)
         RETURNING profile.id"
    );
    let widened: Vec<Widened> = sql::all(ctx.tx, text, [rowset::bind(rows)]).await?;
    let told: Vec<Change> = widened
        .iter()
        .map(|row| ctx.change(row.id, ChangeKind::Seen))
        .collect();
    feed::append(ctx.tx, ctx.now, &told).await
}

#[derive(FromQueryResult)]
struct Widened {
    id: i64,
}

/// Feed rows for events: one per profile, naming the range of their ids.
pub(super) fn event_changes(ctx: Ctx<'_>, ids: &[(i64, i64)]) -> Vec<Change> {
    let mut changes: Vec<Change> = Vec::new();
    for (profile, event) in ids {
        match changes.last_mut() {
            Some(change) if change.profile.raw() == *profile && change.b + 1 == *event => {
                change.b = *event;
            }
            _ => changes.push(Change {
                a: *event,
                b: *event,
                ..ctx.change(*profile, ChangeKind::Events)
            }),
        }
    }
    changes
}
