//! Membership in the past at its edges: on both databases, in the index, in explanations.

use kernel::{
    id::{ProfileId, SegmentId},
    time::{DAY, HOUR, Millis},
};
use segmentation::{
    Evidence, SegmentError, Truth,
    language::{self, Document},
};
use serde_json::{Value as Json, json};
use testkit::{Kit, START};

use crate::{
    indexed::index_of,
    world::{Stay, World, at, rule, save_as, selected},
};

const VIP: i64 = 7_000;

fn was_in(when: &Json) -> Json {
    json!({"was_in": {"id": SegmentId::from_raw(VIP).to_string(), "when": when}})
}

/// 10:42 in Tokyo on 14 July. In: 1 from ten days ago until two days ago, 2 since ten days ago, 3 until exactly ten
/// days ago, 4 never, 5 was merged into 4 and in on the 12th for an hour.
fn world() -> World {
    let mut world = World::default();
    for _ in 0..5 {
        world.person(json!({}));
    }
    world.people[4].state = 1;
    world.people[4].merged_into = Some(1_003);
    let ago = |span: i64| START.0 - span;
    let noon = Millis::parse("2026-07-12T03:00:00Z").unwrap().0;
    for (profile, from, left) in [
        (1_000, ago(10 * DAY), Some(ago(2 * DAY))),
        (1_001, ago(10 * DAY), None),
        (1_002, ago(20 * DAY), Some(ago(10 * DAY))),
        (1_004, noon, Some(noon + HOUR)),
    ] {
        let segment = VIP;
        world.stays.push(Stay {
            segment,
            profile,
            from,
            left,
        });
    }
    world.kept_since.push((VIP, ago(20 * DAY)));
    world
}

async fn check(world: &World, cases: &[(Json, &[i64])]) {
    for test in testkit::both().await {
        let kit = Kit::new(&test).await;
        world.load(&kit).await;
        save_as(&kit, VIP, &rule(json!({"all": []}))).await;
        let index = index_of(world);
        for (root, expected) in cases {
            let (document, at) = (rule(root.clone()), at(START));
            let found = selected(&kit.db, &at, &document).await;
            let found: Vec<i64> = found.into_iter().map(|id| id - 999).collect();
            assert_eq!(found, *expected, "{}: {root}", test.name());
            let words = segmentation::resolve_words(kit.db.reader(), &at, &[&document]).await;
            let compiled = segmentation::index::compile(&document, &words.unwrap(), &at);
            let found = segmentation::index::members(&index.view(), &compiled);
            let found: Vec<i64> = found.into_iter().map(|id| id.raw() - 999).collect();
            assert_eq!(found, *expected, "index: {root}");
        }
    }
}

#[tokio::test]
async fn an_interval_holds_its_first_instant_and_not_its_last() {
    let ago = |span: Json| json!({"at": {"ago": span}});
    let last = |span: Json| json!({"within": {"last": span}});
    check(
        &world(),
        &[
            (was_in(&ago(json!({"days": 10}))), &[1, 2]),
            (was_in(&ago(json!({"minutes": 14_401}))), &[3]),
            (was_in(&ago(json!({"days": 2}))), &[2]),
            (was_in(&ago(json!({"days": 20}))), &[3]),
            (was_in(&last(json!({"days": 2}))), &[2, 4]),
            (was_in(&last(json!({"minutes": 2_881}))), &[1, 2, 4]),
            (was_in(&last(json!({"days": 10}))), &[1, 2, 4]),
            (was_in(&json!({"within": "ever"})), &[1, 2, 3, 4]),
            (was_in(&json!({"at": {"date": "2026-07-12"}})), &[1, 2, 4]),
            (was_in(&json!({"at": {"date": "2026-07-13"}})), &[2]),
            (was_in(&json!({"at": {"date": "2026-07-14"}})), &[2]),
            (
                was_in(&json!({"at": {"instant": "2026-07-12T03:00:00Z"}})),
                &[2, 4],
            ),
            (
                was_in(&json!({"at": {"instant": "2026-07-12T04:00:00Z"}})),
                &[2],
            ),
            // It has not come: nobody was in, and that is known.
            (was_in(&json!({"at": {"date": "2026-07-15"}})), &[]),
            (
                json!({"not": was_in(&json!({"at": {"date": "2026-07-15"}}))}),
                &[1, 2, 3, 4],
            ),
            (
                was_in(&json!({"within": {"between": {"from": {"date": "2026-08-01"}}}})),
                &[],
            ),
        ],
    )
    .await;
}

#[tokio::test]
async fn before_anything_was_kept_only_what_is_kept_is_certain() {
    let within = |days: u32| was_in(&json!({"within": {"last": {"days": days}}}));
    let not = |node: Json| json!({ "not": node });
    check(
        &world(),
        &[
            (not(within(20)), &[]),
            (not(within(9)), &[3]),
            // One day of it is not known: who was in since is in, of the others nobody can say.
            (within(21), &[1, 2, 3, 4]),
            (not(was_in(&json!({"at": {"ago": {"days": 21}}}))), &[]),
            (was_in(&json!({"at": {"ago": {"days": 21}}})), &[]),
            (
                not(was_in(&json!({"at": {"ago": {"days": 15}}}))),
                &[1, 2, 4],
            ),
            (not(was_in(&json!({"within": "ever"}))), &[]),
        ],
    )
    .await;
    let mut unkept = world();
    unkept.stays.clear();
    unkept.kept_since.clear();
    check(
        &unkept,
        &[
            (not(within(1)), &[]),
            (not(was_in(&json!({"within": "ever"}))), &[1, 2, 3, 4]),
        ],
    )
    .await;
}

#[tokio::test]
async fn an_explanation_shows_when_she_was_in_and_when_that_will_be_too_long_ago() {
    let document = rule(was_in(&json!({"within": {"last": {"days": 5}}})));
    for test in testkit::both().await {
        let kit = Kit::new(&test).await;
        world().load(&kit).await;
        save_as(&kit, VIP, &rule(json!({"all": []}))).await;
        let explain = async |person: i64| {
            let (at, profile) = (at(START), ProfileId::from_raw(person));
            let found = segmentation::explain(kit.db.reader(), &at, &document, profile).await;
            found.unwrap().unwrap()
        };
        let found = explain(1_000).await;
        assert!(found.is_member, "{}", test.name());
        // Out since two days ago: five days after that.
        assert_eq!(found.flips_at, Some(START.plus(3 * DAY)));
        let Evidence::Past(stays) = &found.clauses[0].evidence else {
            panic!("{:?}", found.clauses);
        };
        let left = Some(START.plus(-2 * DAY));
        assert_eq!(stays.stays, [(START.plus(-10 * DAY), left)]);
        assert_eq!(stays.kept_since, Some(START.plus(-20 * DAY)));
        assert_eq!(explain(1_001).await.flips_at, None, "she is in now");
        let merged = explain(1_003).await;
        assert!(merged.is_member, "as the one whom she was merged from");
        let long = rule(was_in(&json!({"at": {"ago": {"days": 30}}})));
        let at = at(START);
        let found = segmentation::explain(kit.db.reader(), &at, &long, ProfileId::from_raw(1_003));
        let found = found.await.unwrap().unwrap();
        assert_eq!(found.clauses[0].truth, Truth::Unknown);
        // Ten days from now it is known that she was out then; she enters when the hour of the 12th is 30 days ago.
        assert_eq!(found.clauses[0].flips_at, Some(START.plus(10 * DAY)));
        let noon = Millis::parse("2026-07-12T03:00:00Z").unwrap();
        assert_eq!(found.flips_at, Some(noon.plus(30 * DAY)));
    }
}

#[tokio::test]
async fn what_cannot_be_known_is_said() {
    for test in testkit::both().await {
        let kit = Kit::new(&test).await;
        world().load(&kit).await;
        let resolve = async |when: Json| {
            let document = rule(was_in(&when));
            segmentation::resolve_words(kit.db.reader(), &at(START), &[&document]).await
        };
        let missing = resolve(json!({"within": "ever"})).await.unwrap_err();
        let SegmentError::Invalid(invalid) = missing else {
            panic!("{missing:?}");
        };
        assert_eq!(invalid.0[0].pointer, "/root/was_in/id");
        save_as(&kit, VIP, &rule(json!({"all": []}))).await;
        for (when, code) in [
            (json!({"within": {"last": {"days": 20}}}), None),
            (json!({"within": "ever"}), None),
            (json!({"within": {"last": {"days": 21}}}), Some("not_kept")),
            (json!({"at": {"date": "2020-01-01"}}), Some("not_kept")),
        ] {
            let resolved = resolve(when.clone()).await.unwrap();
            let warning = resolved.warnings.first();
            assert_eq!(warning.map(|warning| warning.code.as_str()), code, "{when}");
        }
    }
}

#[test]
fn what_is_no_past_is_refused_at_its_place() {
    let refused = |when: Json| {
        let root = was_in(&when);
        let invalid = language::read(&json!({"version": 2, "root": root})).unwrap_err();
        let first = invalid.0.first().unwrap();
        (first.pointer.clone(), first.code.clone())
    };
    for (when, pointer, code) in [
        (
            json!({"at": {"ahead": {"days": 1}}}),
            "/root/was_in/when/at/ahead",
            "future",
        ),
        (
            json!({"at": {"ago": {"days": 0}}}),
            "/root/was_in/when/at/ago",
            "empty",
        ),
        (
            json!({"at": {"ago": {"weeks": 9_999_999}}}),
            "/root/was_in/when/at",
            "too_long",
        ),
        (
            json!({"within": {"last": {"days": 0}}}),
            "/root/was_in/when/within/last",
            "empty",
        ),
        (json!({"at": "２０２６年"}), "/root/was_in/when/at", "shape"),
        (
            json!({"around": {"ago": {"days": 1}}}),
            "/root/was_in/when",
            "shape",
        ),
    ] {
        assert_eq!(
            refused(when.clone()),
            (pointer.to_owned(), code.to_owned()),
            "{when}"
        );
    }
}

#[test]
fn the_sentence_says_when() {
    struct Words;
    impl segmentation::sentence::Labels for Words {
        fn attribute(&self, key: &str) -> kernel::invalid::Bilingual {
            kernel::invalid::Bilingual::new(key, key)
        }
        fn segment(&self, _: SegmentId) -> String {
            "優良".to_owned()
        }
        fn currency(&self) -> kernel::money::Currency {
            kernel::money::Currency::JPY
        }
    }
    let say = |root: Json| {
        let document: Document = rule(root);
        let said = segmentation::sentence::document(&document, &Words);
        (said.ja, said.en)
    };
    let ago = was_in(&json!({"at": {"ago": {"days": 30}}}));
    let last = was_in(&json!({"within": {"last": {"days": 90}}}));
    let (ja, en) = say(json!({"all": [ago, {"not": last}]}));
    assert_eq!(
        ja,
        "30日前にセグメント「優良」に入っていた人。ただし、直近90日にセグメント「優良」に入っていたことがある人は除く"
    );
    assert_eq!(
        en,
        "people who were in the segment “優良” 30 days ago, except those who were in the segment “優良” at some time in the last 90 days"
    );
    let ever = was_in(&json!({"within": "ever"}));
    let (ja, en) = say(json!({"all": [ever, was_in(&json!({"at": {"date": "2026-04-01"}}))]}));
    assert_eq!(
        ja,
        "これまでにセグメント「優良」に入っていたことがあり、2026年4月1日にセグメント「優良」に入っていた人"
    );
    assert!(
        en.ends_with("at some time and who were in the segment “優良” on 1 April 2026"),
        "{en}"
    );
}
