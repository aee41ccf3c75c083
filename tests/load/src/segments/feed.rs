//! Tells an index of a shop, as whoever follows the change feed would.

#![expect(
    clippy::indexing_slicing,
    reason = "tables of known length, and arrays of one length"
)]

use std::sync::Arc;

use chrono::{Days, NaiveDate};
use index::{
    Batch, Change, Consent, Event, FactKey, Index, Limit, Profile, Slack, Term, TermKind, Value,
};
use kernel::time::DAY as DAY_MILLIS;

use super::data::{
    BOUGHT, CATEGORIES, CLICKED, GENDERS, Made, NAMES, NO_PRODUCT, NOW, OPENED, PRODUCTS, People,
    RANKS, START, Shop,
};

/// The first profile's number; the others follow.
pub(super) const FIRST_PROFILE: i64 = 1_000_000;
const FIRST_PRODUCT: i64 = 500_000;
/// The first category's number.
pub(super) const FIRST_CATEGORY: i64 = 400_000;
const PEOPLE_AT_ONCE: usize = 5_000;
const EVENTS_AT_ONCE: usize = 10_000;

/// Turns seconds of the shop into an instant.
pub(super) const fn instant(at: u32) -> i64 {
    START + at as i64 * 1_000
}

/// Lists the categories and products.
pub(super) fn terms(category_of: &[u8]) -> Vec<Term> {
    let categories = (0..CATEGORIES).map(|i| Term {
        id: FIRST_CATEGORY + i64::from(i),
        kind: TermKind::Category,
        value: category_path(i).into(),
        parent: None,
    });
    let products = (0..PRODUCTS).zip(category_of).map(|(i, category)| Term {
        id: FIRST_PRODUCT + i64::from(i),
        kind: TermKind::Product,
        value: product_code(i).into(),
        parent: Some(FIRST_CATEGORY + i64::from(*category)),
    });
    categories.chain(products).collect()
}

/// Returns what a category is called.
pub(super) fn category_path(category: u32) -> String {
    format!("分類{category:02}")
}

/// Returns what a product is called.
pub(super) fn product_code(product: u32) -> String {
    format!("SKU-{product:05}")
}

/// Feeds everything and compacts.
pub(super) fn load(shop: &Shop) -> anyhow::Result<Index> {
    let index = Index::new(Limit::default());
    let terms = terms(&shop.category_of);
    take(&index, terms.into_iter().map(Change::Term).collect())?;
    each_person(&shop.people, |changes| take(&index, changes))?;
    let mut id = 0;
    for made in shop.events.chunks(EVENTS_AT_ONCE) {
        let changes = made.iter().map(|made| {
            id += 1;
            Change::Event(event(*made, id, &shop.category_of))
        });
        take(&index, changes.collect())?;
    }
    index.pack();
    Ok(index)
}

/// Tells of the customers, some thousand at a time: of each the facts, then the permissions.
pub(super) fn each_person(
    people: &People,
    mut told: impl FnMut(Vec<Change>) -> anyhow::Result<()>,
) -> anyhow::Result<()> {
    let keys = Keys::new();
    let n = people.gender.len();
    for start in (0..n).step_by(PEOPLE_AT_ONCE) {
        let some = start..n.min(start + PEOPLE_AT_ONCE);
        told(some.flat_map(|i| keys.person(people, i)).collect())?;
    }
    Ok(())
}

/// Takes changes in while nobody asks.
pub(super) fn take(index: &Index, changes: Vec<Change>) -> anyhow::Result<()> {
    index.apply(Batch {
        changes,
        position: None,
    })?;
    if index.is_slack(&Slack::LOADING) {
        index.pack();
    }
    Ok(())
}

/// Writes an event as the table would have it.
pub(super) fn event(made: Made, id: i64, category_of: &[u8]) -> Event {
    let has_product = made.product != NO_PRODUCT;
    let is_answer = matches!(made.name, OPENED | CLICKED);
    let is_purchase = made.name == BOUGHT;
    let category = category_of.get(usize::from(made.product));
    Event {
        id,
        profile: FIRST_PROFILE + i64::from(made.person),
        occurred_at: instant(made.at),
        name: NAMES[usize::from(made.name)].1,
        product: has_product.then_some(FIRST_PRODUCT + i64::from(made.product)),
        category: category.map(|category| FIRST_CATEGORY + i64::from(*category)),
        amount: is_purchase.then_some(i64::from(made.amount)),
        quantity: is_purchase.then_some(i64::from(made.quantity)),
        order: is_purchase.then_some(id),
        // A campaign every other day; a message for each opening is as many as there can be.
        campaign: is_answer.then_some(900_000 + i64::from(made.at / (2 * super::data::DAY))),
        delivery: is_answer.then_some(id),
        ..Event::default()
    }
}

/// The names of the facts, made once.
struct Keys {
    attributes: [FactKey; 10],
    fields: [FactKey; 4],
    channels: [Arc<str>; 3],
    purpose: Arc<str>,
}

impl Keys {
    fn new() -> Self {
        let attributes = [
            "gender",
            "prefecture",
            "rank",
            "birthday",
            "points",
            "score",
            "hobby",
            "has_app",
            "renewal",
            "store",
        ];
        let fields = ["email", "is_anonymous", "first_seen_at", "created_at"];
        Self {
            attributes: attributes.map(|key| FactKey::Attribute(key.into())),
            fields: fields.map(|name| FactKey::Field(name.into())),
            channels: ["email", "line", "push"].map(Arc::from),
            purpose: "marketing".into(),
        }
    }

    fn person(&self, people: &People, i: usize) -> [Change; 2] {
        let id = FIRST_PROFILE + i64::try_from(i).unwrap_or(0);
        let text = |text: String| Value::Text(text.into());
        let attributes = [
            Value::Text(GENDERS[usize::from(people.gender[i])].into()),
            text(format!("JP-{:02}", people.prefecture[i])),
            Value::Text(RANKS[usize::from(people.rank[i])].into()),
            text(people.birthday[i].to_string()),
            Value::Number(f64::from(people.points[i])),
            Value::Number(f64::from(people.score[i])),
            text(format!("hobby{}", people.hobby[i])),
            Value::Boolean(people.has_app[i]),
            text((today() + Days::new(people.renewal[i].into())).to_string()),
            text(format!("store{:03}", people.store[i])),
        ];
        let registered = instant(NOW) - i64::from(people.registered[i]) * DAY_MILLIS;
        let fields = [
            text(format!("customer{i}@example.jp")),
            Value::Boolean(false),
            Value::Instant(registered),
            Value::Instant(registered),
        ];
        let mut facts: Vec<(FactKey, Value)> =
            self.attributes.iter().cloned().zip(attributes).collect();
        facts.extend(self.fields.iter().cloned().zip(fields));
        if people.is_staff[i] {
            facts.push((FactKey::Attribute("is_staff".into()), Value::Boolean(true)));
        }
        let permits = self.channels.iter().zip(&people.permits);
        let consents = permits.filter(|(_, permits)| permits[i]);
        let consents = consents.map(|(channel, _)| Consent {
            channel: Arc::clone(channel),
            purpose: Arc::clone(&self.purpose),
            is_granted: true,
            expires_at: None,
        });
        [
            Change::Profile(Profile { id, facts }),
            Change::Consents {
                profile: id,
                consents: consents.collect(),
            },
        ]
    }
}

fn today() -> NaiveDate {
    NaiveDate::from_ymd_opt(2025, 12, 28).unwrap_or_default()
}
