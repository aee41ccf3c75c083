//! What is known of a person: addresses, names, language, zone and typed attributes.
//!
//! Changes of a whole batch are loaded, combined and written with two statements. A row is written, and
//! told to the feed, only when something really changed.

pub(crate) mod row;
pub mod typed;

use std::collections::{BTreeSet, HashMap};

use kernel::{feed::ChangeKind, time::Millis};
use sea_orm::DbErr;
use serde_json::{Map, Value as Json};
use storage::feed;

use crate::{
    context::Ctx,
    identity::{Denied, KeyKind},
    source::Source,
};
use row::{Hold, Row};

/// The standard facts; `None` leaves a fact as it is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Facts {
    /// The company's id of the person.
    pub external_id: Option<String>,
    /// Email address, normalised and owned by the profile in `identity`.
    pub email: Option<String>,
    /// Telephone number, normalised and owned likewise.
    pub phone: Option<String>,
    /// Family name.
    pub family_name: Option<String>,
    /// Given name.
    pub given_name: Option<String>,
    /// Whole name as it is written.
    pub full_name: Option<String>,
    /// Language tag such as `ja` or `en-US`.
    pub locale: Option<String>,
    /// IANA zone such as `Asia/Tokyo`.
    pub time_zone: Option<String>,
}

/// A change of one person's facts.
#[derive(Debug, Clone)]
pub struct Change {
    /// The profile.
    pub profile: i64,
    /// Standard facts.
    pub facts: Facts,
    /// Typed attributes; null removes one.
    pub attributes: Map<String, Json>,
    /// Who says so.
    pub source: Source,
    /// The external id replaces the one that is shown, as after an alias.
    pub is_alias: bool,
    /// Language and zone that a device reports; taken only where none is known.
    pub hints: Facts,
    /// When the person gave the sign of life that it comes with: written along where anything else is written.
    pub seen_at: Option<Millis>,
}

impl Change {
    /// A change of standard facts by a server.
    pub fn new(profile: i64, facts: Facts) -> Self {
        Self {
            profile,
            facts,
            attributes: Map::new(),
            source: Source::Server,
            is_alias: false,
            hints: Facts::default(),
            seen_at: None,
        }
    }

    fn is_empty(&self) -> bool {
        self.attributes.is_empty()
            && self.facts == Facts::default()
            && self.hints == Facts::default()
    }
}

/// An address that a browser key was not allowed to change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RefusedFact {
    /// The profile.
    pub profile: i64,
    /// The value that was not taken.
    pub value: String,
    /// Why.
    pub why: Denied,
}

/// Applies changes in order and returns the addresses that were refused.
///
/// # Errors
/// When the database does not answer.
pub async fn apply(ctx: Ctx<'_>, changes: Vec<Change>) -> Result<Vec<RefusedFact>, DbErr> {
    let changes: Vec<Change> = changes
        .into_iter()
        .filter(|change| !change.is_empty())
        .collect();
    if changes.is_empty() {
        return Ok(Vec::new());
    }
    let mut rows = row::load(
        ctx,
        changes.iter().map(|change| change.profile).collect(),
        Hold::Facts,
    )
    .await?;
    let locked = locked_addresses(ctx, &changes, &rows).await?;
    let mut refused = Vec::new();
    let mut touched = BTreeSet::new();
    for change in &changes {
        let Some(row) = rows.get_mut(&change.profile) else {
            continue;
        };
        if combine(row, change, &locked, &mut refused) {
            touched.insert(change.profile);
        }
    }
    let written: Vec<&Row> = touched.iter().filter_map(|id| rows.get(id)).collect();
    row::update(ctx, &written).await?;
    let told: Vec<_> = touched
        .iter()
        .map(|id| ctx.change(*id, ChangeKind::Profile))
        .collect();
    feed::append(ctx.tx, ctx.now, &told).await?;
    Ok(refused)
}

/// Finds the present addresses that browser changes would replace and that somebody else has set.
async fn locked_addresses(
    ctx: Ctx<'_>,
    changes: &[Change],
    rows: &HashMap<i64, Row>,
) -> Result<Vec<(i16, String)>, DbErr> {
    let mut asked = Vec::new();
    for change in changes.iter().filter(|change| !change.source.is_trusted()) {
        let Some(row) = rows.get(&change.profile) else {
            continue;
        };
        for (kind, now, new) in [
            (KeyKind::Email, &row.email, &change.facts.email),
            (KeyKind::Phone, &row.phone, &change.facts.phone),
        ] {
            if let (Some(now), Some(new)) = (now, new)
                && now != new
            {
                asked.push(serde_json::json!([kind.code(), now]));
            }
        }
    }
    row::trusted_values(ctx, asked).await
}

/// Brings a change into a row; tells whether anything changed.
fn combine(
    row: &mut Row,
    change: &Change,
    locked: &[(i16, String)],
    refused: &mut Vec<RefusedFact>,
) -> bool {
    let before = row.clone();
    let may = |kind: KeyKind, now: &Option<String>| {
        change.source.is_trusted()
            || now.as_ref().is_none_or(|now| {
                !locked
                    .iter()
                    .any(|(code, value)| *code == kind.code() && value == now)
            })
    };
    let facts = &change.facts;
    if change.is_alias || row.external_id.is_none() {
        set(&mut row.external_id, facts.external_id.as_ref());
    }
    for (kind, now, new) in [
        (KeyKind::Email, &mut row.email, &facts.email),
        (KeyKind::Phone, &mut row.phone, &facts.phone),
    ] {
        let Some(value) = new else { continue };
        if now.as_ref() == Some(value) || may(kind, now) {
            set(now, Some(value));
        } else {
            refused.push(RefusedFact {
                profile: change.profile,
                value: value.clone(),
                why: Denied::BrowserChange,
            });
        }
    }
    set_names(row, facts);
    set(&mut row.locale, facts.locale.as_ref());
    set(&mut row.time_zone, facts.time_zone.as_ref());
    if row.locale.is_none() {
        set(&mut row.locale, change.hints.locale.as_ref());
    }
    if row.time_zone.is_none() {
        set(&mut row.time_zone, change.hints.time_zone.as_ref());
    }
    row.is_anonymous = row.external_id.is_none() && row.email.is_none() && row.phone.is_none();
    for (key, value) in &change.attributes {
        if value.is_null() {
            row.attributes.remove(key);
        } else {
            row.attributes.insert(key.clone(), value.clone());
        }
    }
    let has_changed = *row != before;
    if let Some(at) = change.seen_at {
        row.last_seen_at = row.last_seen_at.max(at.0);
    }
    has_changed
}

fn set_names(row: &mut Row, facts: &Facts) {
    set(&mut row.family_name, facts.family_name.as_ref());
    set(&mut row.given_name, facts.given_name.as_ref());
    set(&mut row.full_name, facts.full_name.as_ref());
    let has_part = facts.family_name.is_some() || facts.given_name.is_some();
    if facts.full_name.is_none() && has_part {
        row.full_name = whole_name(row.family_name.as_deref(), row.given_name.as_deref());
    }
}

/// Puts a name together: family first where it is written in Japanese, Chinese or Korean script.
fn whole_name(family: Option<&str>, given: Option<&str>) -> Option<String> {
    let (Some(family), Some(given)) = (family, given) else {
        return family.or(given).map(str::to_owned);
    };
    let is_eastern = family
        .chars()
        .chain(given.chars())
        .any(|c| u32::from(c) >= 0x2e80);
    Some(if is_eastern {
        format!("{family} {given}")
    } else {
        format!("{given} {family}")
    })
}

fn set(field: &mut Option<String>, value: Option<&String>) {
    if let Some(value) = value {
        *field = Some(value.clone());
    }
}
