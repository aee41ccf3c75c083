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
async fn check(world: &World, cases: &[(Json, &[i64])]) {
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
