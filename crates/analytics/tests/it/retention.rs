//! Curves of random customers against a plain reading of the definitions, and questions that cannot be asked.

use std::collections::{BTreeMap, BTreeSet};

use analytics::{
    AnalyticsError, Rate,
    origin::By,
    retention::{self, Apart, Curve, Question},
};
use chrono::{DateTime, Datelike, FixedOffset};
use kernel::{
    id::ProfileId,
    time::{DAY, HOUR, MINUTE, Millis},
};
use profiles::names;
use serde_json::json;
use storage::Value;
use testkit::{Kit, START};

use crate::{
    dice::Dice,
    world::{MACHINE, World},
};

/// A customer as the plain reading knows her.
#[derive(Debug, Default)]
struct Person {
    id: i64,
    is_living: bool,
    /// Orders that were not called off.
    orders: Vec<Millis>,
    channel: &'static str,
    prefecture: Option<&'static str>,
}

/// Months since the year 0 by Tokyo's clocks.
fn month(at: Millis) -> i32 {
    let utc = DateTime::from_timestamp_millis(at.0).unwrap();
    let local = utc.with_timezone(&FixedOffset::east_opt(9 * 3600).unwrap());
    local.year() * 12 + i32::try_from(local.month0()).unwrap()
}

/// The first instant of a month by Tokyo's clocks.
fn start(month: i32) -> Millis {
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

async fn profile(world: &World, person: &Person, first_seen_at: Millis) {
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

async fn event(
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
async fn came(world: &mut World, dice: &mut Dice, person: i64, at: Millis) -> &'static str {
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
async fn door(world: &mut World, dice: &mut Dice, person: i64, at: Millis) -> &'static str {
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

async fn roll(world: &mut World, dice: &mut Dice, n: i64) -> Vec<Person> {
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

/// Customers, and who ordered and who was lost in each month.
type Plain = (i64, Vec<Rate>, Vec<Rate>);
/// What customers are told apart by.
type Key = fn(&Person) -> Option<&str>;

/// The definitions, read plainly.
fn plain(people: &[&Person], asked: &Question, only: Option<i32>) -> Plain {
    let months = usize::try_from(asked.months).unwrap();
    let none = Rate {
        numerator: 0,
        denominator: 0,
    };
    let (mut retained, mut lost) = (vec![none; months + 1], vec![none; months + 1]);
    let mut customers = 0;
    let present = month(START);
    let earliest = present - i32::try_from(asked.cohorts).unwrap() + 1;
    for person in people.iter().filter(|person| person.is_living) {
        let Some(first) = person.orders.iter().min() else {
            continue;
        };
        let cohort = month(*first);
        if cohort < earliest || only.is_some_and(|only| only != cohort) {
            continue;
        }
        customers += 1;
        for after in 0..=months {
            let then = cohort + i32::try_from(after).unwrap();
            if then >= present {
                break;
            }
            retained[after].denominator += 1;
            lost[after].denominator += 1;
            retained[after].numerator +=
                i64::from(person.orders.iter().any(|at| month(*at) == then));
            let end = start(then + 1);
            let latest = person
                .orders
                .iter()
                .filter(|at| at.0 < end.0)
                .max()
                .unwrap();
            let is_lost = end.0 - latest.0 > i64::from(asked.lapse_days) * DAY;
            lost[after].numerator += i64::from(is_lost);
        }
    }
    (customers, retained, lost)
}

fn same(curve: &Curve, (customers, retained, lost): Plain, place: &str) {
    let name = &curve.group.key;
    assert_eq!(curve.customers, customers, "{place}: {name:?}");
    assert_eq!(curve.retained, retained, "{place}: ordered, {name:?}");
    assert_eq!(curve.lost, lost, "{place}: lost, {name:?}");
}

#[tokio::test]
async fn curves_are_those_of_a_plain_reading() {
    for test in testkit::both().await {
        let kit = Kit::new(&test).await;
        let mut world = World::new(&kit.db, kit.workspace, 10_000);
        let mut dice = Dice(4_711);
        let people = roll(&mut world, &mut dice, 160).await;
        world
            .exec(
                "INSERT INTO attribute_def (workspace_id, key, value_type, created_at) VALUES ($1, 'prefecture', 'text', 0)",
                [kit.workspace.raw().into()],
            )
            .await;
        for (cohorts, months, lapse_days) in [
            (12, 12, 90),
            (6, 3, 31),
            (4, 6, 10),
            (1, 1, 1),
            (36, 36, 3_660),
        ] {
            let ask = |apart: Apart| Question {
                apart,
                cohorts,
                months,
                lapse_days,
            };
            let place = format!("{}, {cohorts} months, {lapse_days} days", test.name());
            let (db, all) = (kit.db.reader(), people.iter().collect::<Vec<_>>());
            let find = async |apart: Apart, who: Option<&[ProfileId]>| {
                let found = retention::find(db, kit.workspace, &ask(apart), who, START).await;
                found.unwrap()
            };
            let found = find(Apart::Month, None).await;
            let asked = ask(Apart::Month);
            same(&found.whole, plain(&all, &asked, None), &place);
            assert!(cohorts < 6 || found.whole.customers > 60, "{place}");
            assert_eq!(found.curves.len(), found.cohorts.len());
            for (curve, day) in found.curves.iter().zip(&found.cohorts) {
                let cohort = day.year() * 12 + i32::try_from(day.month0()).unwrap();
                same(curve, plain(&all, &asked, Some(cohort)), &place);
            }

            let keys: [(By, Key); 2] = [
                (By::Channel, |person| Some(person.channel)),
                (By::Attribute("prefecture".to_owned()), |person| {
                    person.prefecture
                }),
            ];
            for (by, key) in keys {
                let found = find(Apart::By(by), None).await;
                let mut groups: BTreeMap<Option<&str>, Vec<&Person>> = BTreeMap::new();
                for person in &all {
                    groups.entry(key(person)).or_default().push(person);
                }
                let counted: BTreeSet<Option<&str>> = found
                    .curves
                    .iter()
                    .map(|curve| curve.group.key.as_deref())
                    .collect();
                for curve in &found.curves {
                    same(
                        curve,
                        plain(&groups[&curve.group.key.as_deref()], &asked, None),
                        &place,
                    );
                }
                let missing = groups.iter().filter(|(key, _)| !counted.contains(*key));
                assert!(
                    missing
                        .into_iter()
                        .all(|(_, people)| plain(people, &asked, None).0 == 0),
                    "{place}"
                );
            }

            let half: Vec<&Person> = all
                .iter()
                .copied()
                .filter(|person| person.id % 2 == 0)
                .collect();
            let ids: Vec<ProfileId> = half
                .iter()
                .map(|person| ProfileId::from_raw(person.id))
                .collect();
            let found = find(Apart::By(By::Source), Some(&ids)).await;
            same(&found.whole, plain(&half, &asked, None), &place);
            let sum: i64 = found.curves.iter().map(|curve| curve.customers).sum();
            assert_eq!(sum, found.whole.customers, "{place}");
            same(
                &find(Apart::Together, Some(&[])).await.whole,
                plain(&[], &asked, None),
                &place,
            );
        }
    }
}

#[tokio::test]
async fn sources_beyond_twenty_stand_together() {
    for test in testkit::both().await {
        let kit = Kit::new(&test).await;
        let mut world = World::new(&kit.db, kit.workspace, 10_000);
        let at = start(month(START) - 2);
        for id in 1..=30 {
            let person = Person {
                id,
                is_living: true,
                ..Person::default()
            };
            profile(&world, &person, at).await;
            let source = if id <= 5 {
                "big".to_owned()
            } else {
                format!("s{id}")
            };
            event(
                &mut world,
                id,
                at,
                names::SCREEN_VIEWED,
                None,
                0,
                json!({"campaign": {"source": source}}),
            )
            .await;
            event(
                &mut world,
                id,
                at.plus(1),
                names::ORDER_COMPLETED,
                Some(id),
                0,
                json!({}),
            )
            .await;
        }
        let asked = Question {
            apart: Apart::By(By::Source),
            cohorts: 3,
            months: 1,
            lapse_days: 90,
        };
        let found = retention::find(kit.db.reader(), kit.workspace, &asked, None, START)
            .await
            .unwrap();
        assert_eq!(found.curves.len(), 20);
        assert_eq!(
            (
                found.curves[0].group.key.as_deref(),
                found.curves[0].customers
            ),
            (Some("big"), 5)
        );
        let last = &found.curves[19];
        assert_eq!(
            (last.group.key.as_deref(), last.customers),
            (Some("(rest)"), 7)
        );
        assert_eq!(
            last.retained[0],
            Rate {
                numerator: 7,
                denominator: 7
            }
        );
        assert_eq!(found.table(false).rows.len(), 42);
    }
}

#[tokio::test]
async fn what_makes_no_groups_is_refused_at_its_place() {
    for test in testkit::both().await {
        let kit = Kit::new(&test).await;
        let world = World::new(&kit.db, kit.workspace, 1);
        for (key, kind, is_sensitive) in [
            ("age", "number", false),
            ("病歴", "text", true),
            ("city", "text", false),
        ] {
            world
                .exec(
                    "INSERT INTO attribute_def (workspace_id, key, value_type, is_sensitive, created_at) VALUES ($1, $2, $3, $4, 0)",
                    [kit.workspace.raw().into(), key.into(), kind.into(), is_sensitive.into()],
                )
                .await;
        }
        let ask = |by: &str| Question {
            apart: Apart::By(By::parse(by).unwrap()),
            cohorts: 12,
            months: 12,
            lapse_days: 90,
        };
        let refused = async |asked: Question| match retention::find(
            kit.db.reader(),
            kit.workspace,
            &asked,
            None,
            START,
        )
        .await
        {
            Err(AnalyticsError::Invalid(invalid)) => invalid.0[0].code.clone(),
            other => panic!("{asked:?} was answered: {other:?}"),
        };
        assert_eq!(refused(ask("attribute:age")).await, "type");
        assert_eq!(refused(ask("attribute:病歴")).await, "sensitive");
        assert_eq!(
            refused(ask("attribute:'; DROP TABLE profile; --")).await,
            "unknown"
        );
        for wrong in [
            Question {
                cohorts: 0,
                ..ask("channel")
            },
            Question {
                months: 37,
                ..ask("channel")
            },
            Question {
                lapse_days: 0,
                ..ask("channel")
            },
        ] {
            assert_eq!(refused(wrong).await, "range");
        }
        let found = retention::find(
            kit.db.reader(),
            kit.workspace,
            &ask("attribute:city"),
            None,
            START,
        )
        .await
        .unwrap();
        assert_eq!((found.whole.customers, found.curves.len()), (0, 0));
    }
}
