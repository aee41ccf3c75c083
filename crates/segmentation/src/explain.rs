//! Why a person is in or out: clause by clause, with what was found and when it will next change.

mod future;
mod past;
mod sequence;

use std::collections::HashMap;

use kernel::{id::ProfileId, time::Millis};
use sea_orm::FromQueryResult;
use serde_json::Value as Json;
use storage::{ConnectionTrait, Dialect, Value, sql};

use crate::{
    SegmentError,
    language::{Dealer, Document, Events, Fact, Node, Place, Source},
    resolve::{At, Resolved, resolve},
    sql::{After, Binds, Compiler, Scope, answer_events, event_filters},
    standing::tally::{self, Placed},
};

use future::{Candidate, Gathered, Sight};
use past::Stayed;
use sequence::Followed;

pub use past::Stays;

/// How many events are shown as evidence.
const SHOWN: usize = 5;
/// How many events a forecast looks through; beyond it, none is made.
const LOOKED_THROUGH: usize = 500;

/// True, false or unknown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Truth {
    /// It holds.
    True,
    /// It does not hold.
    False,
    /// A value is absent or of another type.
    Unknown,
}

impl Truth {
    const fn of(truth: bool) -> Self {
        if truth { Self::True } else { Self::False }
    }

    const fn not(self) -> Self {
        match self {
            Self::True => Self::False,
            Self::False => Self::True,
            Self::Unknown => Self::Unknown,
        }
    }
}

/// Why one person is in or out.
#[derive(Debug, Clone, PartialEq)]
pub struct Explanation {
    /// Whether the person is a member: the root is true.
    pub is_member: bool,
    /// Every condition and group, a group before its members.
    pub clauses: Vec<Clause>,
    /// When membership changes if nothing further happens; `None` when it does not or cannot be said.
    pub flips_at: Option<Millis>,
}

/// One condition or group of an explanation.
#[derive(Debug, Clone, PartialEq)]
pub struct Clause {
    /// JSON pointer of the node.
    pub pointer: String,
    /// How many groups stand above.
    pub depth: usize,
    /// Whether it holds.
    pub truth: Truth,
    /// What it rests on.
    pub evidence: Evidence,
    /// When it changes if nothing further happens.
    pub flips_at: Option<Millis>,
}

/// What a clause rests on.
#[derive(Debug, Clone, PartialEq)]
pub enum Evidence {
    /// On its members, or on another segment.
    Inner,
    /// On a value; `None` when absent.
    Value(Option<Json>),
    /// On events.
    Events {
        /// How many events matched.
        n_lines: i64,
        /// How many orders (or events without one) they are.
        n_times: i64,
        /// Sum of amounts in minor units.
        amount: i64,
        /// Sum of quantities.
        quantity: i64,
        /// The latest of them, latest first.
        latest: Vec<Happened>,
    },
    /// On the order of events.
    Sequence(Reached),
    /// On a standing among buyers; `None` of who is no buyer.
    Standing(Option<Placed>),
    /// On when the customer was in a segment.
    Past(Stays),
    /// On a list: since when the customer has stood on it; `None` when she does not.
    Listed(Option<Millis>),
    /// On a permission: whether it was given and until when; `None` when never said.
    Consent(Option<(bool, Option<Millis>)>),
}

/// The furthest that somebody got in a sequence.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Reached {
    /// The events that are its steps, in their order.
    pub steps: Vec<Happened>,
    /// The last instant at which something may still follow that must not.
    pub open_until: Option<Millis>,
    /// What followed although it must not.
    pub broken_by: Option<Happened>,
}

/// One event that counted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Happened {
    /// When.
    pub at: Millis,
    /// The product's number.
    pub product: Option<String>,
    /// The category's path.
    pub category: Option<String>,
    /// Amount in minor units.
    pub amount: Option<i64>,
    /// Quantity.
    pub quantity: Option<i64>,
}

/// Explains a document for one person; `None` when there is no such active customer.
pub async fn explain(
    db: &impl ConnectionTrait,
    at: &At,
    document: &Document,
    profile: ProfileId,
) -> Result<Option<Explanation>, SegmentError> {
    let resolved = resolve(db, at, &[document]).await?;
    let dialect = Dialect::of(db.get_database_backend());
    let mut compiler = Compiler::new(dialect, at, &resolved, Scope::Only(profile));
    let places = compiler.each(document);
    let columns: Vec<String> = places
        .iter()
        .map(|(_, leaf)| {
            format!(
                "CAST(CASE WHEN {0} THEN 1 WHEN NOT {0} THEN 0 END AS BIGINT)",
                leaf.sql
            )
        })
        .collect();
    let (text, values) = compiler.select(&columns.join(", "), None, "");
    let rows = sql::rows(db, text, values).await?;
    let (Some(row), Some(facts)) = (rows.first(), Facts::load(db, at, profile).await?) else {
        return Ok(None);
    };
    let mut clauses = Vec::with_capacity(places.len());
    let mut sights: HashMap<String, Sight> = HashMap::new();
    for (index, (place, _)) in places.iter().enumerate() {
        let truth = match row.try_get_by_index::<Option<i64>>(index)? {
            Some(truth) => Truth::of(truth == 1),
            None => Truth::Unknown,
        };
        let (evidence, sight) = evidence(db, at, &resolved, &facts, profile, place).await?;
        let flips_at = sight.as_ref().and_then(|sight| sight.flips_at(at, truth));
        sights.extend(sight.map(|sight| (place.pointer.clone(), sight)));
        clauses.push(Clause {
            pointer: place.pointer.clone(),
            depth: place.depth,
            truth,
            evidence,
            flips_at,
        });
    }
    let is_member = clauses
        .first()
        .is_some_and(|clause| clause.truth == Truth::True);
    let is_blind = |clause: &Clause| {
        matches!(
            clause.evidence,
            Evidence::Events { .. } | Evidence::Sequence(_) | Evidence::Past(_)
        ) && !sights.contains_key(&clause.pointer)
    };
    let flips_at = if clauses.iter().any(is_blind) {
        None
    } else {
        future::membership_flips_at(at, document, &clauses, &sights, is_member)
    };
    Ok(Some(Explanation {
        is_member,
        clauses,
        flips_at,
    }))
}

async fn evidence(
    db: &impl ConnectionTrait,
    at: &At,
    resolved: &Resolved,
    facts: &Facts,
    profile: ProfileId,
    place: &Place<'_>,
) -> Result<(Evidence, Option<Sight>), SegmentError> {
    let events = match place.node {
        Node::Fact(fact) => return Ok((Evidence::Value(facts.value(fact)), None)),
        Node::Consent(consent) => {
            let found = consent_of(db, profile, &consent.channel, &consent.purpose).await?;
            return Ok((Evidence::Consent(found), None));
        }
        Node::Reachable(reachable) => {
            let found = consent_of(db, profile, reachable.channel.as_str(), "marketing").await?;
            return Ok((Evidence::Consent(found), None));
        }
        Node::Share(share) => {
            let part = Dealer::new(&share.salt).part(profile.raw());
            let per_cent = Json::from(f64::from(u16::try_from(part).unwrap_or(0)) / 100.0);
            return Ok((Evidence::Value(Some(per_cent)), None));
        }
        Node::Standing(standing) => {
            let found = tally::placed(db, at, standing, profile).await?;
            return Ok((Evidence::Standing(found), None));
        }
        Node::Sequence(sequence) => {
            let followed = Followed::load(db, at, resolved, sequence, profile).await?;
            let is_whole = followed.is_whole();
            return Ok((
                Evidence::Sequence(followed.reached(at)),
                is_whole.then_some(Sight::Followed(followed)),
            ));
        }
        Node::WasIn(was_in) => {
            let stayed = Stayed::load(db, at, resolved, was_in, profile).await?;
            return Ok(stayed.seen(at));
        }
        Node::List(list) => {
            let since = past::listed(db, at, list, profile).await?;
            return Ok((Evidence::Listed(since), None));
        }
        Node::Events(events) => events.clone(),
        Node::Message(answer) => answer_events(answer),
        Node::All(_) | Node::Any(_) | Node::Not(_) | Node::Segment(_) => {
            return Ok((Evidence::Inner, None));
        }
    };
    let seen = matching(db, at, resolved, &events, profile).await?;
    let is_whole = seen.len() < LOOKED_THROUGH && future::is_foreseen(&events);
    let sight = Gathered { events, seen };
    let now = sight.within(at);
    let (n_lines, n_times, amount, quantity) =
        (now.lines(), now.times(), now.amount(), now.quantity());
    let latest = now.latest(SHOWN);
    Ok((
        Evidence::Events {
            n_lines,
            n_times,
            amount,
            quantity,
            latest,
        },
        is_whole.then_some(Sight::Gathered(sight)),
    ))
}

/// Reads the events that match a condition's names and filters, from its window's beginning up to now.
async fn matching(
    db: &impl ConnectionTrait,
    at: &At,
    resolved: &Resolved,
    events: &Events,
    profile: ProfileId,
) -> Result<Vec<Candidate>, SegmentError> {
    let mut binds = Binds::new(Dialect::of(db.get_database_backend()));
    let ids: Vec<i64> = events
        .names
        .iter()
        .filter_map(|name| resolved.name(name))
        .collect();
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let (profile, workspace) = (binds.one(profile.raw()), binds.one(at.workspace.raw()));
    let (from, _) = events.within.range(at.now, at.zone);
    let (from, now) = (
        binds.one(from.map_or(i64::MIN, |from| from.0)),
        binds.one(at.now.0),
    );
    let mut wheres = vec![
        format!("e.profile_id = {profile} AND +e.workspace_id = {workspace}"),
        format!("e.occurred_at >= {from} AND e.occurred_at < {now}"),
        binds.int_in("e.name_id", &ids),
    ];
    wheres.extend(event_filters(&mut binds, at, resolved, events.picked()));
    if let Some(since) = &events.since {
        let after = After::new(&mut binds, at, resolved, since);
        wheres.push(format!("e.occurred_at > {}", after.of_one(&profile)));
    }
    let text = format!(
        "SELECT e.occurred_at, e.id, e.order_id, e.amount, e.quantity, CAST(e.flags AS BIGINT) AS flags,
                product.value AS product, category.value AS category
         FROM event e LEFT JOIN term product ON product.id = e.product_id
         LEFT JOIN term category ON category.id = e.category_id
         WHERE {} ORDER BY e.occurred_at DESC, e.id DESC LIMIT {LOOKED_THROUGH}",
        wheres.join(" AND ")
    );
    Ok(sql::all(db, text, binds.into_values()).await?)
}

#[derive(FromQueryResult)]
struct ConsentRow {
    granted: bool,
    expires_at: Option<i64>,
}

async fn consent_of(
    db: &impl ConnectionTrait,
    profile: ProfileId,
    channel: &str,
    purpose: &str,
) -> Result<Option<(bool, Option<Millis>)>, SegmentError> {
    let binds: [Value; 3] = [profile.raw().into(), channel.into(), purpose.into()];
    let text = "SELECT granted, expires_at FROM consent WHERE profile_id = $1 AND channel = $2 AND purpose = $3";
    let row: Option<ConsentRow> = sql::one(db, text, binds).await?;
    Ok(row.map(|row| (row.granted, row.expires_at.map(Millis))))
}

#[derive(FromQueryResult)]
struct Facts {
    external_id: Option<String>,
    email: Option<String>,
    phone: Option<String>,
    family_name: Option<String>,
    given_name: Option<String>,
    full_name: Option<String>,
    locale: Option<String>,
    time_zone: Option<String>,
    is_anonymous: bool,
    first_seen_at: i64,
    last_seen_at: i64,
    created_at: i64,
    attributes: Json,
}

impl Facts {
    async fn load(
        db: &impl ConnectionTrait,
        at: &At,
        profile: ProfileId,
    ) -> Result<Option<Self>, SegmentError> {
        let text = "SELECT external_id, email, phone, family_name, given_name, full_name, locale, time_zone, is_anonymous,
                           first_seen_at, last_seen_at, created_at, attributes
                    FROM profile WHERE workspace_id = $1 AND id = $2 AND state = 0";
        Ok(sql::one(db, text, [at.workspace.raw().into(), profile.raw().into()]).await?)
    }

    fn value(&self, fact: &Fact) -> Option<Json> {
        use crate::language::Field;
        let text = |value: &Option<String>| value.clone().map(Json::from);
        let instant = |value: i64| Some(Json::from(Millis(value).to_string()));
        match &fact.of {
            Source::Attribute(key) => self
                .attributes
                .get(key)
                .filter(|value| !value.is_null())
                .cloned(),
            Source::Field(field) => match field {
                Field::ExternalId => text(&self.external_id),
                Field::Email => text(&self.email),
                Field::Phone => text(&self.phone),
                Field::FamilyName => text(&self.family_name),
                Field::GivenName => text(&self.given_name),
                Field::FullName => text(&self.full_name),
                Field::Locale => text(&self.locale),
                Field::TimeZone => text(&self.time_zone),
                Field::IsAnonymous => Some(Json::from(self.is_anonymous)),
                Field::FirstSeenAt => instant(self.first_seen_at),
                Field::LastSeenAt => instant(self.last_seen_at),
                Field::CreatedAt => instant(self.created_at),
            },
        }
    }
}
