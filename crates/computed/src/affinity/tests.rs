use kernel::time::DAY;
use profiles::computed::{acts::Goods, bought::OrderEvent};
use serde_json::{Value as Json, json};

use super::*;
use crate::Rule;

#[expect(
    clippy::needless_pass_by_value,
    reason = "cases are written as literals"
)]
fn read(own: Json) -> Affinity {
    match Rule::read(&json!({ "affinity": own })).unwrap() {
        Rule::Affinity(rule) => rule,
        other => panic!("{other:?}"),
    }
}

fn act(id: i64, at: i64, name: &str, category: &str) -> Act {
    Act {
        id,
        at,
        name: name.to_owned(),
        goods: Goods {
            category: Some(category.to_owned()).filter(|path| !path.is_empty()),
            ..Goods::default()
        },
        ..Act::default()
    }
}

fn doing(acts: Vec<Act>) -> Person {
    Person {
        acts,
        ..Person::default()
    }
}

fn top(found: &Tastes) -> Vec<(&str, i64)> {
    let lead = found.lead().unwrap();
    let all = lead.top.iter();
    all.map(|one| (&*one.value, one.percent)).collect()
}

const BOUGHT: &str = "Product Purchased";
const SEEN: &str = "Product Viewed";

/// The example of the guide: two purchases four weeks ago, three views two weeks ago, four views now.
#[test]
fn the_worked_example_holds() {
    let rule = read(json!({"category": {}}));
    let mut acts = vec![act(1, 0, BOUGHT, "食器"), act(2, 0, BOUGHT, "食器")];
    acts.extend((3..6).map(|id| act(id, 14 * DAY, SEEN, "鍋")));
    acts.extend((6..10).map(|id| act(id, 28 * DAY, SEEN, "ベビー")));
    let person = doing(acts);
    // 10 / 4 = 2.5, 3 / 2 = 1.5 and 4, of 8 together.
    let found = judge(&rule, &person, Millis(28 * DAY + 1));
    assert_eq!(top(&found), [("ベビー", 50), ("食器", 31), ("鍋", 19)]);
    let lead = found.lead().unwrap();
    assert_eq!(lead.since, Millis(28 * DAY + 1));
    assert_eq!(lead.ends_at, Millis((28 + 365) * DAY + 1));
    let before = judge(&rule, &person, Millis(28 * DAY));
    // At its own instant an act does not count yet: 2.5 and 1.5, of 4.
    assert_eq!(top(&before), [("食器", 63), ("鍋", 38)]);
    assert_eq!(before.look_at, Some(Millis(28 * DAY + 1)));
}

#[test]
fn a_burst_of_new_views_outweighs_a_year_of_purchases_at_once() {
    let rule = read(json!({"category": {"depth": 1}}));
    let bought = |n: i64| act(n, n * 30 * DAY, BOUGHT, "食器 > 皿");
    let mut acts: Vec<Act> = (1..=12).map(bought).collect();
    let now = 361 * DAY;
    acts.extend((0..8).map(|n| act(100 + n, now + n, SEEN, "ベビー > おむつ")));
    let person = doing(acts);
    assert_eq!(
        judge(&rule, &person, Millis(now))
            .lead()
            .unwrap()
            .favourite(),
        "食器"
    );
    let after = judge(&rule, &person, Millis(now + 8));
    assert_eq!(top(&after), [("ベビー", 57), ("食器", 43)]);
    assert_eq!(
        after.lead().unwrap().since,
        Millis(now + 7),
        "by the seventh view"
    );
}

#[test]
fn shares_rest_between_acts_and_end_by_time_at_the_very_millisecond() {
    let rule = read(json!({"category": {}, "acts": 2, "days": 10}));
    let person = doing(vec![
        act(1, 0, SEEN, "a"),
        act(2, DAY, SEEN, "b"),
        act(3, 2 * DAY, SEEN, "a"),
    ]);
    let one = judge(&rule, &person, Millis(2 * DAY + 1));
    let end = one.look_at.unwrap();
    assert_eq!(
        end,
        Millis(11 * DAY + 1),
        "the second newest act leaves the window"
    );
    assert_eq!(
        judge(&rule, &person, end.plus(-1)),
        one,
        "nothing moves meanwhile"
    );
    let gone = judge(&rule, &person, end);
    assert_eq!((gone.all.len(), gone.look_at), (0, None));
    // Who comes back has what she had, but since then.
    let mut acts = person.acts;
    acts.push(act(4, 11 * DAY + 1, SEEN, "a"));
    let back = judge(&rule, &doing(acts), Millis(11 * DAY + 2));
    assert_eq!(back.lead().unwrap().since, Millis(11 * DAY + 2));
}

#[test]
fn of_two_that_weigh_the_same_the_later_one_leads() {
    let rule = read(json!({"category": {}, "acts": 1}));
    let person = doing(vec![act(1, 5, SEEN, "a"), act(2, 5, SEEN, "b")]);
    assert_eq!(
        top(&judge(&rule, &person, Millis(6))),
        [("b", 50), ("a", 50)]
    );
    // A hundred years with a half-life of a day outgrow any scale.
    let rule = read(json!({"category": {}, "acts": 1, "half_life": 1, "days": 3_660}));
    let acts = (0..=100).map(|n| act(n, n * 365 * DAY, SEEN, if n < 100 { "a" } else { "b" }));
    let found = judge(&rule, &doing(acts.collect()), Millis(36_501 * DAY));
    assert_eq!(top(&found), [("b", 100)]);
}

#[test]
fn an_order_that_was_called_off_says_nothing() {
    let rule = read(json!({"category": {}, "acts": 1}));
    let mut bought = act(1, 0, BOUGHT, "a");
    bought.goods.order = Some(7);
    let mut person = doing(vec![bought, act(2, 1, SEEN, "b")]);
    assert_eq!(
        judge(&rule, &person, Millis(9)).lead().unwrap().favourite(),
        "a"
    );
    person.events.push(OrderEvent {
        id: 3,
        at: 20,
        order: Some(7),
        step: OrderStep::Cancelled,
        amount: 0,
    });
    let ahead = judge(&rule, &person, Millis(9));
    assert_eq!(
        ahead.look_at,
        Some(Millis(21)),
        "it is called off ahead of the clock"
    );
    assert_eq!(top(&judge(&rule, &person, Millis(21))), [("b", 100)]);
}

#[test]
fn brands_and_price_bands_are_as_recorded() {
    let rule = read(json!({"brand": {"property": "brand"}, "acts": 1,
        "price": [{"name": "安い"}, {"name": "中", "from": 1_000}, {"name": "高い", "from": 5_000}]}));
    let with = |id: i64, brand: Json, price: Option<i64>| {
        let mut own = act(id, id, SEEN, "");
        own.properties.insert("brand".to_owned(), brand);
        own.goods.price = price;
        own
    };
    let person = doing(vec![
        with(1, json!(" 無印 "), Some(999)),
        with(2, json!(5), Some(1_000)),
        with(3, json!("　"), Some(4_999)),
        with(4, json!("あ".repeat(201)), None),
    ]);
    let found = judge(&rule, &person, Millis(9));
    assert_eq!(top(&found), [("無印", 100)]);
    let price = &found.all[1];
    assert_eq!(
        (price.favourite(), price.level, price.top[0].percent),
        ("中", 2, 67)
    );
    assert!(judge(&rule, &doing(Vec::new()), Millis(9)).all.is_empty());
}

#[test]
fn what_is_wrong_with_a_rule_is_found_with_its_place() {
    let cases = [
        (json!({}), "/rule/affinity"),
        (
            json!({"category": {"depth": 0}}),
            "/rule/affinity/category/depth",
        ),
        (
            json!({"category": {"deep": 1}}),
            "/rule/affinity/category/deep",
        ),
        (
            json!({"category": {}, "half_life": 0}),
            "/rule/affinity/half_life",
        ),
        (json!({"category": {}, "acts": 0}), "/rule/affinity/acts"),
        (
            json!({"category": {}, "days": 4_000}),
            "/rule/affinity/days",
        ),
        (
            json!({"category": {}, "actions": []}),
            "/rule/affinity/actions",
        ),
        (
            json!({"category": {}, "actions": [{"event": "x", "points": 0}]}),
            "/rule/affinity/actions/0/points",
        ),
        (
            json!({"category": {}, "actions": [{"event": "　", "points": 1}]}),
            "/rule/affinity/actions/0/event",
        ),
        (
            json!({"category": {}, "actions": [{"event": "x", "points": 1}, {"event": "x", "points": 2}]}),
            "/rule/affinity/actions/1/event",
        ),
        (
            json!({"brand": {"property": "\u{7}"}}),
            "/rule/affinity/brand/property",
        ),
        (
            json!({"price": [{"name": "a"}, {"name": "a", "from": 5}]}),
            "/rule/affinity/price/1/name",
        ),
        (
            json!({"price": [{"name": "a"}, {"name": "b"}]}),
            "/rule/affinity/price/1/from",
        ),
        (
            json!({"price": [{"name": "a", "from": -5}]}),
            "/rule/affinity/price/0/from",
        ),
    ];
    for (own, pointer) in cases {
        let invalid = Rule::read(&json!({ "affinity": own })).unwrap_err();
        let found: Vec<&str> = invalid.0.iter().map(|one| one.pointer.as_str()).collect();
        assert_eq!(found, [pointer], "{own}");
    }
}
