//! Customers who came by some way and ordered at the edges of months.

use chrono::{DateTime, Datelike, FixedOffset};
use kernel::time::{DAY, HOUR, MINUTE, Millis};
use profiles::names;
use serde_json::json;
use storage::Value;
use testkit::START;

use crate::{
    dice::Dice,
    world::{MACHINE, World},
};

/// A customer as the plain reading knows her.
#[derive(Debug, Default)]
pub(super) struct Person {
    pub(super) id: i64,
    pub(super) is_living: bool,
    /// Orders that were not called off.
    pub(super) orders: Vec<Millis>,
    pub(super) channel: &'static str,
    pub(super) prefecture: Option<&'static str>,
}

/// Months since the year 0 by Tokyo's clocks.
pub(super) fn month(at: Millis) -> i32 {
    let utc = DateTime::from_timestamp_millis(at.0).unwrap();
    let local = utc.with_timezone(&FixedOffset::east_opt(9 * 3600).unwrap());
    local.year() * 12 + i32::try_from(local.month0()).unwrap()
}

/// The first instant of a month by Tokyo's clocks.
pub(super) fn start(month: i32) -> Millis {
    let text = format!(
        "{}-{:02}-01T00:00:00+09:00",
        month.div_euclid(12),
        month.rem_euclid(12) + 1
    );
    Millis(
        DateTime::parse_from_rfc3339(&text)
            .unwrap()
            .timestamp_millis(),
    )
}

pub(super) async fn profile(world: &World, person: &Person, first_seen_at: Millis) {
    let attributes = person
        .prefecture
        .map_or_else(|| json!({}), |name| json!({ "prefecture": name }));
    world
        .exec(
            "INSERT INTO profile (workspace_id, id, state, is_anonymous, attributes, search_text, first_seen_at, last_seen_at,
               created_at, updated_at)
             VALUES ($1, $2, $3, FALSE, $4, '', $5, $5, $5, $5)",
            [
                world.workspace.raw().into(),
                person.id.into(),
                i64::from(!person.is_living).into(),
                Value::Json(Some(Box::new(attributes))),
                first_seen_at.0.into(),
            ],
        )
        .await;
}

pub(super) async fn event(
    world: &mut World,
    person: i64,
    at: Millis,
    name: i32,
    order: Option<i64>,
    flags: i32,
    said: serde_json::Value,
) {
    let id = world.id();
    world
        .exec(
            "INSERT INTO event (workspace_id, profile_id, occurred_at, id, name_id, amount, order_id, flags, received_at, properties)
             VALUES ($1, $2, $3, $4, $5, 1000, $6, $7, $3, $8)",
            [
                world.workspace.raw().into(),
                person.into(),
                at.0.into(),
                id.into(),
                i64::from(name).into(),
                order.into(),
                i64::from(flags).into(),
                Value::Json(Some(Box::new(said))),
            ],
        )
        .await;
}

/// Writes how somebody came, and returns the channel that it should be read as.
pub(super) async fn came(
    world: &mut World,
    dice: &mut Dice,
    person: i64,
    at: Millis,
) -> &'static str {
    let page = |referrer: &str| json!({"url": "https://shop.example.jp/x", "referrer": referrer});
    let view = names::PAGE_VIEWED;
    let (said, channel) = match dice.below(7) {
        0 => (
            json!({"campaign": {"source": "Google", "medium": "CPC"}, "referrer": "https://www.google.com/"}),
            "paid_search",
        ),
        1 => (page("https://www.google.co.jp/"), "search"),
        2 => (page("https://shop.example.jp/before"), "direct"),
        3 => (page("https://blog.example.com/縁?q=1"), "referral"),
        4 => (json!({"campaign": "line", "referrer": 7}), "direct"),
        5 => {
            // A robot looked first, and what she looked at an hour later is not how she came.
            event(
                world,
                person,
                at,
                view,
                None,
                MACHINE,
                page("https://www.google.com/"),
            )
            .await;
            event(
                world,
                person,
                at.plus(31 * MINUTE),
                view,
                None,
                0,
                page("https://www.google.com/"),
            )
            .await;
            return door(world, dice, person, at).await;
        }
        _ => return door(world, dice, person, at).await,
    };
    event(
        world,
        person,
        at.plus(dice.pick(&[0, 30 * MINUTE])),
        view,
        None,
        0,
        said,
    )
    .await;
    channel
}

/// Writes two identities; the door is that of the earlier.
pub(super) async fn door(
    world: &mut World,
    dice: &mut Dice,
    person: i64,
    at: Millis,
) -> &'static str {
    let (source, channel) = dice.pick(&[
        (1, "server"),
        (2, "unknown"),
        (3, "file"),
        (4, "form"),
        (5, "admin"),
    ]);
    for (kind, source, created) in [(1, source, at), (3, 2, at.plus(1))] {
        world
            .exec(
                "INSERT INTO identity (workspace_id, kind, value, profile_id, origin_profile_id, source, created_at)
                 VALUES ($1, $2, $3, $4, $4, $5, $6)",
                [
                    world.workspace.raw().into(),
                    i64::from(kind).into(),
                    format!("i{person}").into(),
                    person.into(),
                    i64::from(source).into(),
                    created.0.into(),
                ],
            )
            .await;
    }
    channel
}

pub(super) async fn roll(world: &mut World, dice: &mut Dice, n: i64) -> Vec<Person> {
    let mut people = Vec::new();
    for id in 1..=n {
        let mut person = Person {
            id,
            is_living: dice.below(9) > 0,
            prefecture: dice.pick(&[Some("東京都"), Some("大阪府"), None]),
            ..Person::default()
        };
        let first = month(START) - dice.pick(&[0, 1, 2, 3, 5, 8]);
        let seen = start(first).plus(-dice.pick(&[0, DAY, 40 * DAY]));
        person.channel = came(world, dice, id, seen).await;
        profile(world, &person, seen).await;
        for _ in 0..dice.below(5) {
            // Often on the edges of months, by the clocks of Tokyo and of Greenwich.
            let edge = start(first + dice.pick(&[0, 0, 1, 2, 3]));
            let at = edge.plus(dice.pick(&[0, -1, 1, 9 * HOUR, 14 * DAY, -HOUR]));
            if at.0 >= START.0 {
                continue;
            }
            let order = world.id();
            let flags = dice.pick(&[0, 0, 0, MACHINE]);
            event(
                world,
                id,
                at,
                names::ORDER_COMPLETED,
                Some(order),
                flags,
                json!({}),
            )
            .await;
            let is_called_off = dice.below(5) == 0;
            if is_called_off {
                event(
                    world,
                    id,
                    at.plus(MINUTE),
                    names::ORDER_CANCELLED,
                    Some(order),
                    0,
                    json!({}),
                )
                .await;
            }
            if flags == 0 && !is_called_off {
                person.orders.push(at);
            }
        }
        people.push(person);
    }
    people
}
