//! Writes a shop into the product's own tables, told as the feed tells it: profiles with their attributes, permissions,
//! events in the order of time, and an order for each purchase.

use index::{Change, Consent, Event, FactKey, Profile, Value as Known};
use kernel::time::{DAY, Millis};
use profiles::{names::ORDER_COMPLETED, partition::Partitions};
use serde_json::{Map, Value as Json, json};
use storage::{
    Db, Tx, Value,
    bulk::{Bulk, ColumnType},
};

use super::{
    data::{NOW, Shop},
    feed, rules,
};
use crate::shop::WORKSPACE;

const PROFILE: Bulk = Bulk {
    table: "profile",
    columns: &[
        ("workspace_id", ColumnType::Int),
        ("id", ColumnType::Int),
        ("email", ColumnType::Text),
        ("is_anonymous", ColumnType::Bool),
        ("attributes", ColumnType::Json),
        ("search_text", ColumnType::Text),
        ("first_seen_at", ColumnType::Int),
        ("last_seen_at", ColumnType::Int),
        ("created_at", ColumnType::Int),
        ("updated_at", ColumnType::Int),
    ],
    suffix: "",
};

const CONSENT: Bulk = Bulk {
    table: "consent",
    columns: &[
        ("workspace_id", ColumnType::Int),
        ("profile_id", ColumnType::Int),
        ("channel", ColumnType::Text),
        ("purpose", ColumnType::Text),
        ("granted", ColumnType::Bool),
        ("source", ColumnType::Text),
        ("occurred_at", ColumnType::Int),
    ],
    suffix: "",
};

const EVENT: Bulk = Bulk {
    table: "event",
    columns: &[
        ("workspace_id", ColumnType::Int),
        ("profile_id", ColumnType::Int),
        ("occurred_at", ColumnType::Int),
        ("id", ColumnType::Int),
        ("name_id", ColumnType::Int),
        ("product_id", ColumnType::Int),
        ("category_id", ColumnType::Int),
        ("amount", ColumnType::Int),
        ("quantity", ColumnType::Int),
        ("order_id", ColumnType::Int),
        ("campaign_id", ColumnType::Int),
        ("delivery_id", ColumnType::Int),
        ("flags", ColumnType::Int),
        ("received_at", ColumnType::Int),
        ("properties", ColumnType::Json),
    ],
    suffix: "",
};

/// What an event carries that no column holds.
const PROPERTIES: &str = r#"{"url":"https://shop.example.jp/items/4901234567894","name":"煎茶"}"#;
const AT_ONCE: usize = 20_000;

/// Writes everything.
pub(super) async fn write(db: &Db, shop: &Shop) -> anyhow::Result<()> {
    rules::write_words(db, &feed::terms(&shop.category_of)).await?;
    let now = Millis(feed::instant(NOW));
    let days: Vec<Millis> = (0..=400).map(|day| now.plus(-day * DAY)).collect();
    Partitions::default().ensure(db, now, &days).await?;
    let tx = db.begin().await?;
    let mut told = Vec::new();
    feed::each_person(&shop.people, |changes| {
        told.push(changes);
        Ok(())
    })?;
    for changes in told {
        people(&tx, changes).await?;
    }
    let mut rows = Vec::new();
    for event in events(shop) {
        rows.push(event_row(&event));
        if rows.len() >= AT_ONCE {
            EVENT.insert(&tx, std::mem::take(&mut rows)).await?;
        }
    }
    EVENT.insert(&tx, rows).await?;
    Ok(tx.commit().await?)
}

/// Returns the events of a shop, each purchase followed by the order that it is the only line of.
pub(super) fn events(shop: &Shop) -> impl Iterator<Item = Event> {
    let n = i64::try_from(shop.events.len()).unwrap_or(i64::MAX);
    let all = (1..).zip(&shop.events);
    all.flat_map(move |(id, made)| {
        let event = feed::event(*made, id, &shop.category_of);
        let order = event.order.map(|_| Event {
            id: n + id,
            name: ORDER_COMPLETED,
            product: None,
            category: None,
            ..event.clone()
        });
        [Some(event), order].into_iter().flatten()
    })
}

async fn people(tx: &Tx, changes: Vec<Change>) -> anyhow::Result<()> {
    let (mut profiles, mut permissions) = (Vec::new(), Vec::new());
    for change in changes {
        match change {
            Change::Profile(profile) => profiles.push(profile_row(profile)),
            Change::Consents { profile, consents } => {
                permissions.extend(consents.iter().map(|consent| consent_row(profile, consent)));
            }
            _ => anyhow::bail!("a customer is told of by something else"),
        }
    }
    PROFILE.insert(tx, profiles).await?;
    CONSENT.insert(tx, permissions).await?;
    Ok(())
}

fn profile_row(profile: Profile) -> Vec<Value> {
    let (mut attributes, mut email, mut seen) = (Map::new(), String::new(), 0);
    for (key, value) in profile.facts {
        match (key, value) {
            (FactKey::Attribute(key), value) => {
                attributes.insert(key.to_string(), written(&value));
            }
            (FactKey::Field(name), Known::Text(text)) if *name == *"email" => email = text.into(),
            (FactKey::Field(_), Known::Instant(instant)) => seen = instant,
            (FactKey::Field(_), _) => {}
        }
    }
    vec![
        WORKSPACE.raw().into(),
        profile.id.into(),
        email.clone().into(),
        false.into(),
        Json::Object(attributes).to_string().into(),
        email.into(),
        seen.into(),
        seen.into(),
        seen.into(),
        seen.into(),
    ]
}

fn written(value: &Known) -> Json {
    match value {
        Known::Text(text) => json!(text),
        Known::Number(number) => json!(number),
        Known::Boolean(flag) => json!(flag),
        _ => Json::Null,
    }
}

fn consent_row(profile: i64, consent: &Consent) -> Vec<Value> {
    vec![
        WORKSPACE.raw().into(),
        profile.into(),
        consent.channel.to_string().into(),
        consent.purpose.to_string().into(),
        consent.is_granted.into(),
        "server".into(),
        0i64.into(),
    ]
}

fn event_row(event: &Event) -> Vec<Value> {
    vec![
        WORKSPACE.raw().into(),
        event.profile.into(),
        event.occurred_at.into(),
        event.id.into(),
        i64::from(event.name).into(),
        event.product.into(),
        event.category.into(),
        event.amount.into(),
        event.quantity.into(),
        event.order.into(),
        event.campaign.into(),
        event.delivery.into(),
        i64::from(event.flags).into(),
        event.occurred_at.into(),
        PROPERTIES.into(),
    ]
}
