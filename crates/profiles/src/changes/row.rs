//! Rows of the tables as plain values.

use sea_orm::FromQueryResult;
use serde_json::{Map, Value as Json};

use super::{Consent, Event, FieldValue, Person, Term};
use crate::consent::FOLLOWS;

/// The columns of [`PersonRow`], of `profile p`.
pub(super) const PERSON: &str = "p.id, p.external_id, p.email, p.phone, p.family_name, p.given_name, p.full_name, \
    p.locale, p.time_zone, p.is_anonymous, p.first_seen_at, p.last_seen_at, p.created_at, p.attributes";

#[derive(FromQueryResult)]
pub(super) struct PersonRow {
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
    first_seen_at: i64,
    last_seen_at: i64,
    created_at: i64,
    attributes: Json,
}

impl From<PersonRow> for Person {
    fn from(row: PersonRow) -> Self {
        let texts = [
            ("external_id", row.external_id),
            ("email", row.email),
            ("phone", row.phone),
            ("family_name", row.family_name),
            ("given_name", row.given_name),
            ("full_name", row.full_name),
            ("locale", row.locale),
            ("time_zone", row.time_zone),
        ];
        let instants = [
            ("first_seen_at", row.first_seen_at),
            ("last_seen_at", row.last_seen_at),
            ("created_at", row.created_at),
        ];
        let texts = texts.into_iter();
        let texts = texts.filter_map(|(name, text)| Some((name, FieldValue::Text(text?))));
        let instants = instants
            .into_iter()
            .map(|(name, at)| (name, FieldValue::Instant(at)));
        let is_anonymous = ("is_anonymous", FieldValue::Boolean(row.is_anonymous));
        Self {
            id: row.id,
            fields: texts.chain(instants).chain([is_anonymous]).collect(),
            attributes: members(Some(row.attributes)),
        }
    }
}

/// The columns of [`EventRow`], of `event e`.
pub(super) const EVENT: &str = "e.id, e.profile_id, e.occurred_at, e.name_id, e.product_id, e.category_id, e.amount, \
    e.quantity, e.order_id, e.campaign_id, e.delivery_id, e.flags, e.origin_profile_id, e.properties";

#[derive(FromQueryResult)]
pub(super) struct EventRow {
    id: i64,
    profile_id: i64,
    occurred_at: i64,
    name_id: i32,
    product_id: Option<i64>,
    category_id: Option<i64>,
    amount: Option<i64>,
    quantity: Option<i64>,
    order_id: Option<i64>,
    campaign_id: Option<i64>,
    delivery_id: Option<i64>,
    flags: i32,
    origin_profile_id: Option<i64>,
    properties: Option<Json>,
}

impl From<EventRow> for Event {
    fn from(row: EventRow) -> Self {
        Self {
            id: row.id,
            profile: row.profile_id,
            occurred_at: row.occurred_at,
            name: row.name_id,
            product: row.product_id,
            category: row.category_id,
            amount: row.amount,
            quantity: row.quantity,
            order: row.order_id,
            campaign: row.campaign_id,
            delivery: row.delivery_id,
            flags: row.flags,
            origin: row.origin_profile_id,
            properties: members(row.properties),
        }
    }
}

/// The columns of [`ConsentRow`], of `consent c`.
pub(super) const CONSENT: &str = "c.profile_id, c.channel, c.purpose, c.granted, c.expires_at";

#[derive(FromQueryResult)]
pub(super) struct ConsentRow {
    profile_id: i64,
    channel: String,
    purpose: String,
    granted: bool,
    expires_at: Option<i64>,
}

/// Adds consents to those of their customers; the customers stand in ascending order.
pub(super) fn gather(people: &mut [(i64, Vec<Consent>)], rows: Vec<ConsentRow>) {
    for row in rows {
        let place = people.binary_search_by_key(&row.profile_id, |(id, _)| *id);
        let Some((_, consents)) = place.ok().and_then(|place| people.get_mut(place)) else {
            continue;
        };
        consents.push(Consent {
            channel: row.channel,
            purpose: row.purpose,
            is_granted: row.granted,
            expires_at: row.expires_at,
        });
    }
}

/// Somebody who follows a LINE account, or has a device that takes pushes.
#[derive(FromQueryResult)]
pub(super) struct FollowerRow {
    profile_id: i64,
}

/// Tells of those who follow, beside their consents; the customers stand in ascending order.
pub(super) fn befriend(people: &mut [(i64, Vec<Consent>)], channel: &str, rows: Vec<FollowerRow>) {
    let follows = |row: FollowerRow| ConsentRow {
        profile_id: row.profile_id,
        channel: channel.to_owned(),
        purpose: FOLLOWS.to_owned(),
        granted: true,
        expires_at: None,
    };
    gather(people, rows.into_iter().map(follows).collect());
}

#[derive(FromQueryResult)]
pub(super) struct TermRow {
    id: i64,
    kind: i16,
    value: String,
    parent_id: Option<i64>,
}

impl From<TermRow> for Term {
    fn from(row: TermRow) -> Self {
        Self {
            id: row.id,
            kind: row.kind,
            value: row.value,
            parent: row.parent_id,
        }
    }
}

#[derive(FromQueryResult)]
pub(super) struct NameRow {
    pub(super) id: i32,
    pub(super) name: String,
}

#[derive(FromQueryResult)]
pub(super) struct AddressRow {
    pub(super) channel: String,
    pub(super) address: String,
}

fn members(json: Option<Json>) -> Map<String, Json> {
    match json {
        Some(Json::Object(members)) => members,
        _ => Map::new(),
    }
}
