//! Consent and suppression: who may be written to, for what, and the proof of it.
//!
//! `consent` holds the present state per person, channel and purpose; `consent_log` everything that was
//! ever said, with a hash of the address so that it outlives the person; `suppression` the addresses
//! that must not be written to, whoever they belong to. Each change writes its feed row.

mod address;
mod reach;

use std::collections::HashMap;

use kernel::{
    feed::{Change, ChangeKind},
    id::ProfileId,
    time::Millis,
};
use sea_orm::{DbErr, FromQueryResult};
use serde_json::json;
use storage::{
    Value,
    bulk::{Bulk, ColumnType},
    feed, sql,
};

use crate::{
    context::Ctx,
    identity::live::{self, Live},
    rowset::{self, Col},
    source::Source,
};

pub use address::{Reason, suppress, unsubscribe};
pub(crate) use reach::follows_sql;
pub use reach::{FOLLOWS, deliverable_sql, line_sql, mailable_sql, push_sql};

/// The purpose of advertising messages.
pub const MARKETING: &str = "marketing";
/// The purpose of recording behaviour; its channel is [`ANY_CHANNEL`].
pub const TRACKING: &str = "tracking";
/// The channel of purposes that are no messages.
pub const ANY_CHANNEL: &str = "any";
/// The channel of email.
pub const EMAIL: &str = "email";

/// A person said yes or no.
#[derive(Debug, Clone)]
pub struct ConsentChange {
    /// The person.
    pub profile: ProfileId,
    /// `email`, `line`, `push`, `sms`, or `any`.
    pub channel: String,
    /// `marketing`, `tracking`, or the key of a topic.
    pub purpose: String,
    /// Yes or no.
    pub granted: bool,
    /// Which wording the person saw.
    pub text_version: Option<String>,
    /// Who reports it.
    pub source: Source,
    /// What proves it: a form's address, a file's line.
    pub proof: Option<String>,
    /// When the person said it.
    pub occurred_at: Millis,
    /// When a yes ends.
    pub expires_at: Option<Millis>,
}

/// What became of a change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ConsentOutcome {
    /// It is the present state.
    Applied,
    /// It was logged, but the person said something later (or said no at the same instant).
    Older,
    /// A browser key may not change what a server, a form or a file has set.
    Refused,
    /// There is no such person.
    NoProfile,
}

const CONSENT: Bulk = Bulk {
    table: "consent",
    columns: &[
        ("workspace_id", ColumnType::Int),
        ("profile_id", ColumnType::Int),
        ("channel", ColumnType::Text),
        ("purpose", ColumnType::Text),
        ("granted", ColumnType::Bool),
        ("text_version", ColumnType::Text),
        ("source", ColumnType::Text),
        ("occurred_at", ColumnType::Int),
        ("expires_at", ColumnType::Int),
    ],
    // A no wins over a yes of the same instant; a browser never overrules anybody else.
    suffix: "ON CONFLICT (profile_id, channel, purpose) DO UPDATE SET
        granted = excluded.granted, text_version = excluded.text_version, source = excluded.source,
        occurred_at = excluded.occurred_at, expires_at = excluded.expires_at
      WHERE (excluded.occurred_at > consent.occurred_at
             OR (excluded.occurred_at = consent.occurred_at AND NOT excluded.granted))
        AND (excluded.source <> 'browser' OR consent.source = 'browser')
      RETURNING profile_id, channel, purpose",
};

const LOG: Bulk = Bulk {
    table: "consent_log",
    columns: &[
        ("id", ColumnType::Int),
        ("workspace_id", ColumnType::Int),
        ("profile_id", ColumnType::Int),
        ("channel", ColumnType::Text),
        ("purpose", ColumnType::Text),
        ("granted", ColumnType::Bool),
        ("address_hash", ColumnType::Bytes),
        ("text_version", ColumnType::Text),
        ("source", ColumnType::Text),
        ("proof", ColumnType::Text),
        ("occurred_at", ColumnType::Int),
        ("recorded_at", ColumnType::Int),
    ],
    suffix: "",
};

/// The key of a present state: person, channel, purpose.
type StateKey = (i64, String, String);

#[derive(FromQueryResult)]
struct StateRow {
    profile_id: i64,
    channel: String,
    purpose: String,
}

impl StateRow {
    fn key(self) -> StateKey {
        (self.profile_id, self.channel, self.purpose)
    }
}

/// Records one change.
///
/// # Errors
/// When the database does not answer.
pub async fn set(ctx: Ctx<'_>, change: ConsentChange) -> Result<ConsentOutcome, DbErr> {
    let outcomes = set_many(ctx, std::slice::from_ref(&change)).await?;
    Ok(outcomes
        .first()
        .copied()
        .unwrap_or(ConsentOutcome::NoProfile))
}

/// Records many changes with few statements and tells what became of each, in the same order.
///
/// # Errors
/// When the database does not answer.
pub async fn set_many(
    ctx: Ctx<'_>,
    changes: &[ConsentChange],
) -> Result<Vec<ConsentOutcome>, DbErr> {
    let live = live::lock(
        ctx,
        changes.iter().map(|change| change.profile.raw()).collect(),
    )
    .await?;
    let latest = latest_per_state(changes, &live);
    let mut rows: Vec<_> = latest.iter().collect();
    // A fixed order keeps two writers from waiting for each other in a circle.
    rows.sort_by(|a, b| a.0.cmp(b.0));
    let rows = rows
        .into_iter()
        .map(|(key, change)| state_row(ctx, key, change))
        .collect();
    let applied: Vec<StateKey> = CONSENT
        .insert_returning::<StateRow>(ctx.tx, rows)
        .await?
        .into_iter()
        .map(StateRow::key)
        .collect();
    let held: Vec<&StateKey> = latest.keys().filter(|key| !applied.contains(key)).collect();
    let sources = sources_of(ctx, &held).await?;
    let mut outcomes = Vec::with_capacity(changes.len());
    for change in changes {
        outcomes.push(outcome(change, &live, &latest, &applied, &sources));
    }
    write_log(ctx, changes, &outcomes, &live).await?;
    lift_unsubscribes(ctx, changes, &outcomes, &live).await?;
    let mut touched: Vec<i64> = applied.into_iter().map(|(profile, ..)| profile).collect();
    touched.sort_unstable();
    touched.dedup();
    let rows: Vec<Change> = touched
        .into_iter()
        .map(|profile| ctx.change(profile, ChangeKind::Consent))
        .collect();
    feed::append(ctx.tx, ctx.now, &rows).await?;
    Ok(outcomes)
}

fn key_of(change: &ConsentChange, live: &HashMap<i64, Live>) -> Option<StateKey> {
    let profile = live.get(&change.profile.raw())?.id;
    Some((profile, change.channel.clone(), change.purpose.clone()))
}

fn latest_per_state<'a>(
    changes: &'a [ConsentChange],
    live: &HashMap<i64, Live>,
) -> HashMap<StateKey, &'a ConsentChange> {
    let mut latest: HashMap<StateKey, &ConsentChange> = HashMap::new();
    for change in changes {
        let Some(key) = key_of(change, live) else {
            continue;
        };
        let rank = |change: &ConsentChange| {
            (
                change.source.is_trusted(),
                change.occurred_at,
                !change.granted,
            )
        };
        let held = latest.entry(key).or_insert(change);
        if rank(change) > rank(held) {
            *held = change;
        }
    }
    latest
}

fn state_row(ctx: Ctx<'_>, key: &StateKey, change: &ConsentChange) -> Vec<Value> {
    vec![
        ctx.workspace.raw().into(),
        key.0.into(),
        key.1.clone().into(),
        key.2.clone().into(),
        change.granted.into(),
        change.text_version.clone().into(),
        change.source.word().into(),
        change.occurred_at.0.into(),
        change.expires_at.map(|at| at.0).into(),
    ]
}

fn outcome(
    change: &ConsentChange,
    live: &HashMap<i64, Live>,
    latest: &HashMap<StateKey, &ConsentChange>,
    applied: &[StateKey],
    sources: &HashMap<StateKey, String>,
) -> ConsentOutcome {
    let Some(key) = key_of(change, live) else {
        return ConsentOutcome::NoProfile;
    };
    let is_latest = latest
        .get(&key)
        .is_some_and(|held| std::ptr::eq(*held, change));
    let held_by = sources.get(&key).map(String::as_str);
    if is_latest && applied.contains(&key) {
        ConsentOutcome::Applied
    } else if !change.source.is_trusted()
        && held_by.is_some_and(|word| word != Source::Browser.word())
    {
        ConsentOutcome::Refused
    } else {
        ConsentOutcome::Older
    }
}

#[derive(FromQueryResult)]
struct SourceRow {
    profile_id: i64,
    channel: String,
    purpose: String,
    source: String,
}

async fn sources_of(ctx: Ctx<'_>, keys: &[&StateKey]) -> Result<HashMap<StateKey, String>, DbErr> {
    let rows: Vec<_> = keys
        .iter()
        .map(|(profile, channel, purpose)| json!([profile, channel, purpose]))
        .collect();
    if rows.is_empty() {
        return Ok(HashMap::new());
    }
    let wanted = rowset::rows_of(
        ctx.tx.dialect(),
        "$1",
        &[
            ("profile_id", Col::Int),
            ("channel", Col::Text),
            ("purpose", Col::Text),
        ],
    );
    let text = format!(
        "SELECT c.profile_id, c.channel, c.purpose, c.source FROM {wanted} u
         CROSS JOIN consent c WHERE c.profile_id = u.profile_id AND c.channel = u.channel AND c.purpose = u.purpose"
    );
    let found: Vec<SourceRow> = sql::all(ctx.tx, text, [rowset::bind(rows)]).await?;
    Ok(found
        .into_iter()
        .map(|row| ((row.profile_id, row.channel, row.purpose), row.source))
        .collect())
}

async fn write_log(
    ctx: Ctx<'_>,
    changes: &[ConsentChange],
    outcomes: &[ConsentOutcome],
    live: &HashMap<i64, Live>,
) -> Result<(), DbErr> {
    let mut rows = Vec::new();
    for (change, outcome) in changes.iter().zip(outcomes) {
        let Some(person) = live.get(&change.profile.raw()) else {
            continue;
        };
        if *outcome == ConsentOutcome::Refused {
            continue;
        }
        let hash = person
            .address(&change.channel)
            .map(|address| address::hash(ctx.workspace, &change.channel, address));
        rows.push(vec![
            ctx.ids.next_raw().into(),
            ctx.workspace.raw().into(),
            person.id.into(),
            change.channel.clone().into(),
            change.purpose.clone().into(),
            change.granted.into(),
            hash.into(),
            change.text_version.clone().into(),
            change.source.word().into(),
            change.proof.clone().into(),
            change.occurred_at.0.into(),
            ctx.now.0.into(),
        ]);
    }
    LOG.insert(ctx.tx, rows).await.map(|_| ())
}

/// A person who says yes again on a form or to a user lifts the unsubscription of the own address; a
/// file or a server's sync does not, or the next import would undo every unsubscription.
async fn lift_unsubscribes(
    ctx: Ctx<'_>,
    changes: &[ConsentChange],
    outcomes: &[ConsentOutcome],
    live: &HashMap<i64, Live>,
) -> Result<(), DbErr> {
    for (change, outcome) in changes.iter().zip(outcomes) {
        let by_person = matches!(change.source, Source::Form | Source::Admin);
        let lifts = *outcome == ConsentOutcome::Applied
            && change.granted
            && by_person
            && change.purpose == MARKETING;
        let address = live
            .get(&change.profile.raw())
            .and_then(|person| person.address(&change.channel));
        if let (true, Some(address)) = (lifts, address) {
            address::lift(ctx, &change.channel, address, change.occurred_at).await?;
        }
    }
    Ok(())
}
