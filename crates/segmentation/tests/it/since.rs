//! Events counted since another one: on both databases, in the index, and said.

use serde_json::{Value as Json, json};

use crate::{
    newer::{check, check_refused},
    sequence::{BUY, Plain, VIEW, step, world},
    world::rule,
};

fn viewed_since(since: &Json, test: &Json) -> Json {
    json!({"events": {"names": [VIEW], "since": since, "test": test}})
}

#[tokio::test]
async fn events_are_counted_after_another_one() {
    let world = world(&[
        &[(BUY, 100), (VIEW, 99), (VIEW, 98)],
        &[(BUY, 100), (VIEW, 100), (VIEW, 50)],
        &[(BUY, 100), (VIEW, 90), (BUY, 80), (VIEW, 70)],
        &[(VIEW, 90), (VIEW, 80)],
        &[(VIEW, 90), (VIEW, 80), (BUY, 10)],
        &[(VIEW, 90), (VIEW, 80), (BUY, 0)],
        &[],
    ]);
    let at_least = |n: u32| json!({"count": {"lines": {"at_least": n}}});
    let latest = json!({"latest": step(BUY)});
    let first = json!({"first": step(BUY)});
    let nothing = json!({"latest": {"names": ["nie"]}});
    let mut soon = viewed_since(&latest, &at_least(1));
    soon["events"]["within"] = json!({"last": {"days": 1}});
    check(
        &world,
        &[
            (viewed_since(&latest, &at_least(2)), &[1]),
            (viewed_since(&latest, &at_least(1)), &[1, 2, 3]),
            (viewed_since(&first, &at_least(2)), &[1, 3]),
            (soon, &[1, 2, 3]),
            // Without the other event none counts: 0, never, and an instant that is unknown.
            (viewed_since(&latest, &json!("never")), &[4, 5, 6, 7]),
            (viewed_since(&nothing, &at_least(1)), &[]),
            (
                json!({"not": viewed_since(&latest, &json!({"latest": {"before": {"ago": {"days": 9}}}}))}),
                &[1, 2, 3],
            ),
        ],
    )
    .await;
    check_refused(&[
        (
            viewed_since(&json!({"latest": {"names": []}}), &json!("never")),
            "/events/since/latest/names",
            "empty",
        ),
        (
            viewed_since(&json!({"last": step(BUY)}), &json!("never")),
            "/events/since",
            "shape",
        ),
    ]);
}

#[test]
fn what_is_counted_since_another_event_is_said_so() {
    let said = |root: Json| segmentation::sentence::document(&rule(root), &Plain);
    let many = json!({"count": {"times": {"at_least": 3}}});
    let both = said(viewed_since(&json!({"latest": step(BUY)}), &many));
    assert_eq!(both.ja, "最後に商品を購入した後に商品を3回以上閲覧した人");
    assert_eq!(
        both.en,
        "people who viewed a product at least 3 times since they last bought something"
    );
    let mut never = viewed_since(&json!({"first": {"names": ["来店"]}}), &json!("never"));
    never["events"]["within"] = json!({"last": {"days": 30}});
    let both = said(never);
    assert_eq!(
        both.ja,
        "最初の〈来店〉の後、直近30日は商品を閲覧していない人"
    );
    assert_eq!(
        both.en,
        "people who did not view a product in the last 30 days since they first had “来店”"
    );
    let amount = said(viewed_since(
        &json!({"latest": step(BUY)}),
        &json!({"quantity": {"at_least": 2}}),
    ));
    assert_eq!(
        amount.ja,
        "最後に商品を購入した後の商品の閲覧数量が2点以上の人"
    );
    let latest = json!({"latest": {"before": {"ago": {"days": 9}}}});
    let latest = said(viewed_since(&json!({"first": step(BUY)}), &latest));
    assert_eq!(
        latest.ja,
        "最初に商品を購入した後、最後に商品を閲覧したのが9日前より前の人"
    );
    assert_eq!(
        latest.en,
        "people who since they first bought something, last viewed a product before 9 days ago"
    );
}
