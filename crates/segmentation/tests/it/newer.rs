//! Each operator of version 2 at its edges, on both databases and in the index.

use segmentation::language;
use serde_json::{Value as Json, json};
use testkit::{Kit, START};

use crate::{
    indexed::index_of,
    world::{World, at, rule, selected},
};

fn attribute(test: &Json) -> Json {
    json!({"fact": {"of": {"attribute": "v"}, "test": test}})
}

fn bought(test: &Json) -> Json {
    json!({"events": {"names": ["Product Purchased"], "test": test}})
}

/// Asserts whom each rule selects, counted from 1 in the order of the world.
pub(crate) async fn check(world: &World, cases: &[(Json, &[i64])]) {
    for test in testkit::both().await {
        let kit = Kit::new(&test).await;
        world.load(&kit).await;
        let index = index_of(world);
        for (root, expected) in cases {
            let document = rule(root.clone());
            let found = selected(&kit.db, &at(START), &document).await;
            let found: Vec<i64> = found.into_iter().map(|id| id - 999).collect();
            assert_eq!(found, *expected, "{}: {root}", test.name());
            let at = at(START);
            let words = segmentation::resolve_words(kit.db.reader(), &at, &[&document]).await;
            let compiled = segmentation::index::compile(&document, &words.unwrap(), &at);
            let found = segmentation::index::members(&index.view(), &compiled);
            let found: Vec<i64> = found.into_iter().map(|id| id.raw() - 999).collect();
            assert_eq!(found, *expected, "index: {root}");
        }
    }
}

/// Reads a rule and returns the first complaint: pointer and code.
fn refused(root: &Json) -> (String, String) {
    let invalid = language::read(&json!({"version": 2, "root": root})).unwrap_err();
    let first = invalid.0.first().unwrap();
    (first.pointer.clone(), first.code.clone())
}

#[tokio::test]
async fn a_pattern_fits_a_part_unless_it_is_bound_to_the_ends() {
    let mut world = World::default();
    for value in [
        "東京都港区",
        "京都市",
        "ＡＢ-12",
        "ab-12",
        "",
        "a\nb",
        "👨‍👩‍👧",
        "ｶﾞﾗｽ",
    ] {
        world.person(json!({"v": value}));
    }
    world.person(json!({"v": 12}));
    let matches = |pattern: &str| attribute(&json!({"text": {"matches": pattern}}));
    let folded = |pattern: &str| json!({"fact": {"of": {"attribute": "v"}, "test": {"text": {"matches": pattern}}, "fold": "japanese"}});
    check(
        &world,
        &[
            (matches("京都"), &[1, 2]),
            (matches("^京都"), &[2]),
            (matches("^..-[0-9]+$"), &[3, 4]),
            (folded("^[a-z]{2}-12$"), &[3, 4]),
            (folded("^がらす$"), &[8]),
            (matches("^$"), &[5]),
            (matches("a.b"), &[]),
            (matches("(?s)a.b"), &[6]),
            (matches(r"\p{Emoji_Presentation}"), &[7]),
            (json!({"not": matches("京|-|👨|ｶ|a")}), &[5]),
            // Takes exponential time in engines that go back.
            (matches("^(a+)+$"), &[]),
        ],
    )
    .await;
}

#[test]
fn a_pattern_that_costs_too_much_or_reads_as_nothing_is_named() {
    let at = "/root/fact/test/text/matches".to_owned();
    for (pattern, code) in [
        ("(", "pattern"),
        ("a{2,1}", "pattern"),
        ("(?=a)", "pattern"),
        (r"(a)\1", "pattern"),
        ("", "required"),
        (r"(\w{100}){100}", "pattern_too_big"),
        (&"a".repeat(501), "pattern_too_long"),
        (&"(".repeat(200), "pattern"),
    ] {
        let found = refused(&attribute(&json!({"text": {"matches": pattern}})));
        assert_eq!(found, (at.clone(), code.to_owned()), "{pattern}");
    }
}

#[tokio::test]
async fn measures_are_exact_and_without_a_value_unknown() {
    let mut world = World::default();
    let people = [
        vec![
            (Some(100), json!(0.1)),
            (Some(100), json!(0.2)),
            (Some(101), json!(-0.0005)),
        ],
        vec![(None, json!("3")), (Some(100), json!(2_000_000_000))],
        vec![],
        vec![(None, Json::Null)],
    ];
    for events in people {
        let id = world.person(json!({})).id;
        for (n, (amount, score)) in (0..).zip(events) {
            let event = world.event(id, "Product Purchased", START.plus(-1 - n));
            event.amount = amount;
            event.properties = Some(json!({"score": score}));
        }
    }
    let amount = |which: &str, test: Json| bought(&json!({ which: {"amount": test} }));
    let score = |which: &str, test: Json| {
        bought(&json!({ which: {"property": {"key": "score", "test": test}} }))
    };
    let sum = |test: Json| bought(&json!({"sum": {"key": "score", "test": test}}));
    check(
        &world,
        &[
            (amount("average", json!({"greater_than": 100})), &[1]),
            (amount("average", json!({"equals": 100})), &[2]),
            (amount("average", json!({"at_most": 100})), &[2]),
            (
                json!({"not": amount("average", json!({"at_most": 100}))}),
                &[1],
            ),
            (amount("minimum", json!({"equals": 100})), &[1, 2]),
            (amount("maximum", json!({"between": [101, 101]})), &[1]),
            (
                json!({"not": amount("maximum", json!({"equals": 0}))}),
                &[1, 2],
            ),
            // A tenth and two tenths are three tenths, and half a thousandth below nothing is one below.
            (sum(json!({"equals": 0.299})), &[1]),
            (sum(json!({"equals": 0})), &[2, 3, 4]),
            (score("maximum", json!({"equals": 0.2})), &[1]),
            (json!({"not": score("maximum", json!({"equals": 7}))}), &[1]),
            (
                bought(&json!({"distinct": {"property": {"key": "score", "test": {"equals": 3}}}})),
                &[1],
            ),
            (
                bought(&json!({"distinct": {"property": {"key": "score", "test": {"equals": 1}}}})),
                &[2],
            ),
            (
                bought(&json!({"distinct": {"product": {"equals": 0}}})),
                &[1, 2, 3, 4],
            ),
        ],
    )
    .await;
}

#[test]
fn a_measure_that_cannot_be_compared_is_named() {
    let base = "/root/events/test";
    for (test, pointer, code) in [
        (
            json!({"average": {"amount": {"at_least": 2_000_000_000_000_i64}}}),
            "/average/amount",
            "range",
        ),
        (
            json!({"minimum": {"quantity": {"between": [3, 1]}}}),
            "/minimum/quantity/between",
            "order",
        ),
        (
            json!({"maximum": {"property": {"key": "", "test": {"equals": 1}}}}),
            "/maximum/property/key",
            "key",
        ),
        (
            json!({"average": {"property": {"key": "n", "test": {"in": [1]}}}}),
            "/average/property/test",
            "operator",
        ),
        (
            json!({"sum": {"key": "n", "test": {"equals": 1e300}}}),
            "/sum/test",
            "range",
        ),
        (
            json!({"distinct": {"order": {"at_least": -1}}}),
            "/distinct/order",
            "range",
        ),
    ] {
        let found = refused(&bought(&test));
        assert_eq!(
            found,
            (format!("{base}{pointer}"), code.to_owned()),
            "{test}"
        );
    }
}

#[tokio::test]
async fn the_calendar_counts_whole_units_of_the_zone() {
    let mut world = World::default();
    // It is Tuesday, 14 July 2026, 10:42 in Tokyo.
    for instant in [
        "2026-07-13T15:00:00Z", // today, at midnight
        "2026-07-13T14:59:59Z", // Monday, the last second
        "2026-07-12T15:00:00Z", // Monday, at midnight
        "2026-07-12T14:59:59Z", // Sunday
        "2026-06-30T15:00:00Z", // 1 July
        "2026-06-30T14:59:59Z", // 30 June
        "2025-12-31T14:59:59Z", // the last second of last year
    ] {
        let id = world.person(json!({})).id;
        world.event(
            id,
            "Product Purchased",
            kernel::time::Millis::parse(instant).unwrap(),
        );
    }
    let within = |window: Json| json!({"events": {"names": ["Product Purchased"], "within": window, "test": {"count": {"lines": {"at_least": 1}}}}});
    let filtered = |filter: Json| json!({"events": {"names": ["Product Purchased"], "where": [filter], "test": {"count": {"lines": {"at_least": 1}}}}});
    check(
        &world,
        &[
            (within(json!({"this": "day"})), &[1]),
            (within(json!({"last_full": {"days": 1}})), &[2, 3]),
            (within(json!({"this": "week"})), &[1, 2, 3]),
            (within(json!({"last_full": {"weeks": 1}})), &[4]),
            (within(json!({"this": "month"})), &[1, 2, 3, 4, 5]),
            (within(json!({"this": "quarter"})), &[1, 2, 3, 4, 5]),
            (within(json!({"last_full": {"months": 1}})), &[6]),
            (within(json!({"this": "year"})), &[1, 2, 3, 4, 5, 6]),
            (within(json!({"last_full": {"years": 1}})), &[7]),
            (filtered(json!({"weekday": ["monday"]})), &[2, 3]),
            (
                filtered(json!({"weekday": ["sunday", "wednesday"]})),
                &[4, 5, 7],
            ),
            (
                filtered(json!({"hour": {"from": 23, "until": 24}})),
                &[2, 4, 6, 7],
            ),
            (
                filtered(json!({"hour": {"from": 22, "until": 1}})),
                &[1, 2, 3, 4, 5, 6, 7],
            ),
        ],
    )
    .await;
}

#[tokio::test]
async fn a_birthday_is_told_by_the_days_to_it_and_by_the_age() {
    let mut world = World::default();
    for born in [
        "2006-07-14",
        "1990-07-21",
        "1990-07-22",
        "2000-02-29",
        "2026-07-14",
        "1990-07-14T00:00:00Z",
    ] {
        world.person(json!({"v": born}));
    }
    let test = |from: i32, until: i32, turns: Json| {
        attribute(&json!({"date": {"anniversary": {"from": from, "until": until, "turns": turns}}}))
    };
    check(
        &world,
        &[
            (test(0, 7, json!([])), &[1, 2]),
            (test(0, 0, json!([])), &[1]),
            (test(7, 8, json!([])), &[2, 3]),
            (test(0, 7, json!([20])), &[1]),
            (test(0, 365, json!([])), &[1, 2, 3, 4, 5]),
            // 28 February 2026 was 136 days ago.
            (test(-136, -136, json!([])), &[4]),
            (json!({"not": test(0, 0, json!([]))}), &[2, 3, 4, 5]),
        ],
    )
    .await;
}

#[tokio::test]
async fn a_birthday_without_a_year_is_a_day_and_no_age() {
    let mut world = World::default();
    // The 14th of July, in a workspace of Tokyo.
    for value in [
        "--07-14",
        "--02-29",
        "--07-15",
        "--13-45",
        "--0714",
        "1990-07-14",
    ] {
        world.person(json!({"v": value}));
    }
    let date = |test: Json| attribute(&json!({ "date": test }));
    let near = |from: i32, until: i32, turns: Json| {
        date(json!({"anniversary": {"from": from, "until": until, "turns": turns}}))
    };
    let not = |node: Json| json!({ "not": node });
    check(
        &world,
        &[
            (near(0, 0, json!([])), &[1, 6]),
            (near(0, 1, json!([])), &[1, 3, 6]),
            // 28 February 2026 is 136 days ago.
            (near(-136, -136, json!([])), &[2]),
            (not(near(0, 0, json!([]))), &[2, 3, 4]),
            (near(0, 0, json!([36])), &[6]),
            (not(near(0, 0, json!([20]))), &[6]),
            (date(json!("this_month")), &[1, 3, 6]),
            (date(json!({"month_in": [2]})), &[2]),
            (not(date(json!({"month_in": [2]}))), &[1, 3, 4, 6]),
            (date(json!({"before": {"date": "2026-07-14"}})), &[6]),
            (not(date(json!({"before": {"date": "2026-07-14"}}))), &[]),
            (
                date(json!({"on_or_after": {"ago": {"days": 36_500}}})),
                &[6],
            ),
            (attribute(&json!("exists")), &[1, 2, 3, 4, 5, 6]),
        ],
    )
    .await;
}

#[tokio::test]
async fn shares_of_one_salt_do_not_overlap_and_leave_nobody_out() {
    let mut world = World::default();
    for _ in 0..60 {
        world.person(json!({}));
    }
    let share =
        |from: f64, until: f64| json!({"share": {"salt": "夏", "from": from, "until": until}});
    let everybody: Vec<i64> = (1..=60).collect();
    check(
        &world,
        &[
            (share(0.0, 100.0), &everybody),
            (
                json!({"all": [share(0.0, 33.33), share(33.33, 100.0)]}),
                &[],
            ),
            (
                json!({"any": [share(0.0, 33.33), share(33.33, 100.0)]}),
                &everybody,
            ),
            (
                json!({"not": {"any": [share(0.0, 0.01), share(0.01, 100.0)]}}),
                &[],
            ),
        ],
    )
    .await;
}

pub(crate) fn check_refused(cases: &[(Json, &str, &str)]) {
    for (root, pointer, code) in cases {
        let found = refused(root);
        assert_eq!(
            found,
            (format!("/root{pointer}"), (*code).to_owned()),
            "{root}"
        );
    }
}

#[test]
fn a_calendar_window_or_hour_that_means_nothing_is_named() {
    let within =
        |window: Json| json!({"events": {"names": ["x"], "within": window, "test": "never"}});
    let filtered =
        |filter: Json| json!({"events": {"names": ["x"], "where": [filter], "test": "never"}});
    check_refused(&[
        (
            within(json!({"last_full": {"months": 0}})),
            "/events/within/last_full",
            "empty",
        ),
        (
            within(json!({"last_full": {"years": 101}})),
            "/events/within/last_full",
            "too_long",
        ),
        (
            within(json!({"this": "decade"})),
            "/events/within/this",
            "shape",
        ),
        (
            filtered(json!({"weekday": []})),
            "/events/where/0/weekday",
            "empty",
        ),
        (
            filtered(json!({"hour": {"from": 9, "until": 9}})),
            "/events/where/0/hour",
            "range",
        ),
        (
            filtered(json!({"hour": {"from": 24, "until": 3}})),
            "/events/where/0/hour",
            "range",
        ),
    ]);
}

#[test]
fn an_anniversary_or_share_that_means_nothing_is_named() {
    let anniversary = |value: Json| attribute(&json!({"date": {"anniversary": value}}));
    let share =
        |from: f64, until: f64| json!({"share": {"salt": "a", "from": from, "until": until}});
    check_refused(&[
        (
            anniversary(json!({"from": 3, "until": 1})),
            "/fact/test/date/anniversary",
            "order",
        ),
        (
            anniversary(json!({"from": -200, "until": 200})),
            "/fact/test/date/anniversary",
            "too_long",
        ),
        (
            anniversary(json!({"from": i32::MIN, "until": i32::MAX})),
            "/fact/test/date/anniversary",
            "too_long",
        ),
        (
            anniversary(json!({"from": 0, "until": 1, "turns": [0]})),
            "/fact/test/date/anniversary/turns",
            "range",
        ),
        (share(0.0, 100.01), "/share/until", "range"),
        (share(0.001, 1.0), "/share/from", "range"),
        (share(10.0, 10.0), "/share", "order"),
    ]);
}
