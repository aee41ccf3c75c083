//! Curves of random customers against a plain reading of the definitions, and questions that cannot be asked.

mod customers;

use std::collections::{BTreeMap, BTreeSet};

use analytics::{
    AnalyticsError, Rate,
    origin::By,
    retention::{self, Apart, Curve, Question},
};
use chrono::Datelike;
use kernel::{id::ProfileId, time::DAY};
use profiles::names;
use serde_json::json;
use testkit::{Kit, START};

use self::customers::{Person, event, month, profile, roll, start};
use crate::{dice::Dice, world::World};

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
