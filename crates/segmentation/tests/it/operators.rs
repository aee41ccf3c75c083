//! Each operator at its edges, on both databases.

use kernel::{
    id::{ProfileId, SegmentId, WorkspaceId},
    time::DAY,
};
use segmentation::language;
use serde_json::{Value as Json, json};
use testkit::{Kit, START};

use crate::world::{World, at, rule, save_as, selected};

fn attribute(test: &Json) -> Json {
    json!({"fact": {"of": {"attribute": "v"}, "test": test}})
}

fn bought(within: &Json, test: &Json) -> Json {
    json!({"events": {"names": ["Product Purchased"], "within": within, "test": test}})
}

/// Asserts whom each rule selects, counted from 1 in the order of the world.
async fn check(world: &World, cases: &[(Json, &[i64])]) {
    for test in testkit::both().await {
        let kit = Kit::new(&test).await;
        world.load(&kit).await;
        for (root, expected) in cases {
            let found = selected(&kit.db, &at(START), &rule(root.clone())).await;
            let found: Vec<i64> = found.into_iter().map(|id| id - 999).collect();
            assert_eq!(found, *expected, "{}: {root}", test.name());
        }
    }
}

#[tokio::test]
async fn an_absent_value_never_equals_and_not_leaves_unknown_unknown() {
    let mut world = World::default();
    for attributes in [
        json!({"v": "a"}),
        json!({"v": "b"}),
        json!({"v": ""}),
        json!({"v": null}),
        json!({}),
        json!({"v": 0}),
    ] {
        world.person(attributes);
    }
    let equals = attribute(&json!({"text": {"equals": "a"}}));
    check(
        &world,
        &[
            (equals.clone(), &[1]),
            (json!({"not": equals.clone()}), &[2, 3]),
            (attribute(&json!({"text": {"not_equals": "a"}})), &[2, 3]),
            (attribute(&json!({"text": {"not_in": ["a", "b"]}})), &[3]),
            (attribute(&json!("missing")), &[4, 5]),
            (attribute(&json!("exists")), &[1, 2, 3, 6]),
            (attribute(&json!({"number": {"equals": 0}})), &[6]),
            (
                json!({"any": [{"not": equals.clone()}, attribute(&json!("missing"))]}),
                &[2, 3, 4, 5],
            ),
            (
                json!({"not": {"any": [equals, attribute(&json!("missing"))]}}),
                &[2, 3],
            ),
            (json!({"all": []}), &[1, 2, 3, 4, 5, 6]),
        ],
    )
    .await;
}

#[tokio::test]
async fn signs_in_values_are_only_signs_and_writings_fold_on_request() {
    let mut world = World::default();
    for value in [
        "50%",
        "500",
        "a_b",
        "axb",
        "𠮷野家",
        "ﾌﾟﾚﾐｱﾑ",
        "プレミアム",
        "ABC",
        "abc",
        "'; DROP TABLE profile; --",
    ] {
        world.person(json!({"v": value}));
    }
    let folded =
        |test: Json| json!({"fact": {"of": {"attribute": "v"}, "test": test, "fold": "japanese"}});
    check(
        &world,
        &[
            (attribute(&json!({"text": {"contains": "%"}})), &[1]),
            (attribute(&json!({"text": {"contains": "a_b"}})), &[3]),
            (attribute(&json!({"text": {"starts_with": "𠮷"}})), &[5]),
            (attribute(&json!({"text": {"ends_with": "家"}})), &[5]),
            (attribute(&json!({"text": {"equals": "abc"}})), &[9]),
            (
                attribute(&json!({"text": {"equals": "'; DROP TABLE profile; --"}})),
                &[10],
            ),
            (folded(json!({"text": {"equals": "ぷれみあむ"}})), &[6, 7]),
            (folded(json!({"text": {"starts_with": "ＡＢ"}})), &[8, 9]),
            (
                folded(json!({"text": {"not_in": ["プレミアム", "abc"]}})),
                &[1, 2, 3, 4, 5, 10],
            ),
        ],
    )
    .await;
}

#[tokio::test]
async fn a_window_begins_at_its_first_instant_and_ends_before_now() {
    let mut world = World::default();
    for offset in [-14 * DAY, -14 * DAY - 1, 0, -1, DAY] {
        let id = world.person(json!({})).id;
        world.event(id, "Product Purchased", START.plus(offset));
    }
    world.person(json!({}));
    let two_weeks = json!({"last": {"days": 14}});
    // It is 10:42 on 14 July in Tokyo: the day began at 15:00 UTC the day before.
    let today = json!({"between": {"from": {"date": "2026-07-14"}}});
    let that_day =
        json!({"between": {"from": {"date": "2026-06-30"}, "until": {"date": "2026-06-30"}}});
    check(
        &world,
        &[
            (bought(&two_weeks, &json!({"count": {"times": {"at_least": 1}}})), &[1, 4]),
            (bought(&two_weeks, &json!("never")), &[2, 3, 5, 6]),
            (bought(&json!("ever"), &json!("never")), &[3, 5, 6]),
            (bought(&today, &json!({"count": {"lines": {"at_least": 1}}})), &[4]),
            (bought(&that_day, &json!({"count": {"lines": {"at_least": 1}}})), &[1, 2]),
            (bought(&json!("ever"), &json!({"amount": {"equals": 0}})), &[1, 2, 3, 4, 5, 6]),
            (bought(&json!("ever"), &json!({"latest": {"before": {"ago": {"days": 14}}}})), &[2]),
            (json!({"not": bought(&json!("ever"), &json!({"latest": {"before": {"ago": {"days": 14}}}}))}), &[1, 4]),
        ],
    )
    .await;
}

#[tokio::test]
async fn the_lines_of_an_order_are_one_purchase_and_machines_do_not_open_mail() {
    let mut world = World::default();
    world.category("食品 > 冷凍食品 > 餃子");
    for _ in 0..2 {
        world.person(json!({}));
    }
    for (profile, order) in [
        (1_000, 7),
        (1_000, 7),
        (1_000, 8),
        (1_001, 9),
        (1_001, 10),
        (1_001, 11),
    ] {
        let event = world.event(profile, "Product Purchased", START.plus(-DAY));
        (event.order, event.category, event.amount) = (
            Some(order),
            Some("食品 > 冷凍食品 > 餃子".to_owned()),
            Some(100),
        );
    }
    world.event(1_000, "message_opened", START.plus(-DAY)).flags = 1;
    world.event(1_001, "message_opened", START.plus(-DAY));
    let frozen = |test: Json| json!({"events": {"names": ["Product Purchased"], "where": [{"category": {"in": ["食品 > 冷凍食品"]}}], "test": test}});
    check(
        &world,
        &[
            (frozen(json!({"count": {"times": {"at_least": 3}}})), &[2]),
            (
                frozen(json!({"count": {"lines": {"at_least": 3}}})),
                &[1, 2],
            ),
            (frozen(json!({"amount": {"at_least": 300}})), &[1, 2]),
            (json!({"message": {"kind": "opened"}}), &[2]),
            (
                json!({"message": {"kind": "opened", "count": {"equals": 0}}}),
                &[1],
            ),
        ],
    )
    .await;
}

#[tokio::test]
async fn merged_erased_and_foreign_people_are_in_no_segment() {
    let mut world = World::default();
    world.person(json!({}));
    world.person(json!({})).state = 1;
    world.person(json!({})).state = 2;
    world.person(json!({})).workspace = WorkspaceId::from_raw(2);
    check(
        &world,
        &[
            (json!({"all": []}), &[1]),
            (
                json!({"not": {"fact": {"of": {"field": "email"}, "test": "exists"}}}),
                &[1],
            ),
        ],
    )
    .await;
    let test = testkit::sqlite().await;
    let kit = Kit::new(&test).await;
    world.load(&kit).await;
    for (id, expected) in [
        (1_000, true),
        (1_001, false),
        (1_002, false),
        (1_003, false),
    ] {
        let found = segmentation::contains(
            kit.db.reader(),
            &at(START),
            &rule(json!({"all": []})),
            ProfileId::from_raw(id),
        )
        .await;
        assert_eq!(found.unwrap(), expected);
    }
}

#[tokio::test]
async fn ten_thousand_values_and_many_names_fit_into_one_statement() {
    let mut world = World::default();
    for value in ["v9999", "other"] {
        world.person(json!({"v": value}));
    }
    let list: Vec<String> = (0..10_000).map(|n| format!("v{n}")).collect();
    let names: Vec<Json> = (0..150)
        .map(|n| json!({"events": {"names": [format!("name {n}")], "within": {"last": {"days": n + 1}}, "test": "never"}}))
        .collect();
    check(
        &world,
        &[
            (attribute(&json!({"text": {"in": list}})), &[1]),
            (json!({"all": names}), &[1, 2]),
        ],
    )
    .await;
    let nested = |depth| {
        (0..depth).fold(
            attribute(&json!("exists")),
            |inner, _| json!({"not": inner}),
        )
    };
    check(&world, &[(nested(20), &[1, 2])]).await;
    for depth in [21, 100] {
        let refused = language::read(&json!({"version": 1, "root": nested(depth)})).unwrap_err();
        assert_eq!(refused.0[0].code, "too_deep");
    }
}

#[tokio::test]
async fn a_circle_of_segments_is_named_not_walked() {
    for test in testkit::both().await {
        let kit = Kit::new(&test).await;
        let refers =
            |id: i64| rule(json!({"segment": {"id": SegmentId::from_raw(id).to_string()}}));
        save_as(&kit, 1, &refers(2)).await;
        save_as(&kit, 2, &refers(1)).await;
        let error = segmentation::count(kit.db.reader(), &at(START), &refers(1))
            .await
            .unwrap_err();
        let segmentation::SegmentError::Invalid(invalid) = error else {
            panic!("{error:?}")
        };
        assert_eq!(invalid.0[0].code, "cycle");
        let unknown = segmentation::count(kit.db.reader(), &at(START), &refers(3))
            .await
            .unwrap_err();
        assert!(
            matches!(unknown, segmentation::SegmentError::Invalid(_)),
            "{unknown:?}"
        );
    }
}
