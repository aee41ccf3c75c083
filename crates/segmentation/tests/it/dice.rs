//! Random worlds and random rules.

use kernel::{
    id::{CampaignId, SegmentId},
    time::{DAY, HOUR},
};
use serde_json::{Value as Json, json};
use testkit::START;

use crate::world::World;

/// The number of the segment that random rules refer to.
pub(crate) const INNER: i64 = 5_000;
pub(crate) const PEOPLE: i64 = 40;

/// `SplitMix64`.
pub(crate) struct Dice(pub(crate) u64);

impl Dice {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    pub(crate) fn below(&mut self, n: u64) -> u64 {
        self.next() % n
    }

    pub(crate) fn int(&mut self, from: i64, until: i64) -> i64 {
        from + i64::try_from(self.below(u64::try_from(until - from).unwrap())).unwrap()
    }

    pub(crate) fn pick<T: Clone>(&mut self, of: &[T]) -> T {
        of[usize::try_from(self.below(of.len() as u64)).unwrap()].clone()
    }

    pub(crate) fn one_in(&mut self, n: u64) -> bool {
        self.below(n) == 0
    }
}

const TEXTS: &[&str] = &[
    "gold",
    "Gold",
    "ＧＯＬＤ",
    "",
    "50%",
    "50_",
    "5000",
    "𠮷野",
    "ｶﾀｶﾅ",
    "カタカナ",
    "かたかな",
    "%",
    "a'b\"c\\",
];
const PATHS: &[&str] = &[
    "食品 > 冷凍食品",
    "食品 > 乳製品",
    "食品",
    "食品 > 冷凍食品 > 餃子",
    "日用品",
];
const NAMES: &[&str] = &[
    "Product Purchased",
    "Page Viewed",
    "Order Completed",
    "Product Refunded",
    "Order Completed",
    "Order Refunded",
    "来店",
];

/// A distance from now that often lies on an edge of a window.
fn distance(dice: &mut Dice) -> i64 {
    dice.pick(&[0, 1, 2, 7, 14, 30, 90, 400]) * DAY + dice.pick(&[0, 0, 1, -1, 3 * HOUR, 11 * HOUR])
}

pub(crate) fn world(dice: &mut Dice) -> World {
    let mut world = World::default();
    for path in PATHS {
        world.category(path);
    }
    world.products = vec![("A-1".to_owned(), 8_001), ("B-2".to_owned(), 8_002)];
    for _ in 0..PEOPLE {
        let attributes = attributes(dice);
        let (state, has_email, granted, suppressed) = (
            dice.pick(&[0, 0, 0, 0, 0, 1, 2]),
            dice.one_in(2),
            dice.one_in(2),
            dice.one_in(5),
        );
        let consent = dice.pick(&[
            None,
            Some(None),
            Some(Some(START.0)),
            Some(Some(START.0 + 1)),
        ]);
        let (seen, anonymous) = (START.0 - distance(dice), dice.one_in(3));
        let person = world.person(attributes);
        person.state = state;
        person.email = has_email.then(|| format!("p{}@example.jp", person.id % 7));
        person.is_suppressed = suppressed && has_email;
        person.is_anonymous = anonymous;
        person.first_seen_at = seen;
        person.consents = consent
            .map(|expires| ("email", "marketing", granted, expires))
            .into_iter()
            .collect();
    }
    for _ in 0..400 {
        happening(dice, &mut world);
    }
    world
}

fn attributes(dice: &mut Dice) -> Json {
    let mut attributes = json!({});
    for key in ["rank", "city"] {
        match dice.below(6) {
            0 => {}
            1 => attributes[key] = Json::Null,
            2 => attributes[key] = json!(5),
            _ => attributes[key] = json!(dice.pick(TEXTS)),
        }
    }
    let others = [
        (
            "points",
            vec![json!(0), json!(100), json!(99.5), json!("100"), json!(-3)],
        ),
        (
            "born",
            [
                "1990-07-14",
                "2026-07-14",
                "2026-07-13T15:00:00Z",
                "2026-07-13T14:59:59.999Z",
                "2026-06-30",
                "2000-02-29",
                "yesterday",
                "2026-07-14T01:42:00.000Z",
            ]
            .map(Json::from)
            .to_vec(),
        ),
        (
            "is member",
            vec![json!(true), json!(false), json!("true"), json!(1)],
        ),
        (
            "好み",
            vec![
                json!([]),
                json!(["肉", "魚"]),
                json!(["カタカナ", 3]),
                json!("肉"),
                json!(["ｶﾀｶﾅ", "肉"]),
            ],
        ),
    ];
    for (key, values) in others {
        if !dice.one_in(4) {
            attributes[key] = dice.pick(&values);
        }
    }
    attributes
}

fn happening(dice: &mut Dice, world: &mut World) {
    let profile = 1_000 + dice.int(0, PEOPLE);
    let name = dice.pick(
        &[
            NAMES,
            &["message_opened", "message_sent", "message_clicked"],
            &["Order Cancelled"],
        ]
        .concat(),
    );
    let when = START.plus(-distance(dice));
    let order = dice.one_in(2).then_some(dice.int(1, 4) + profile * 10);
    let (product, category) = (
        dice.pick(&["A-1", "B-2", ""]),
        dice.pick(&[PATHS, &["", ""]].concat()),
    );
    let amount = dice.pick(&[None, Some(0), Some(500), Some(3_000), Some(-500)]);
    let quantity = dice.pick(&[None, Some(1), Some(3), Some(-1)]);
    let flags = dice.pick(&[0, 0, 0, 1, 2, 8, 9]);
    let plan = dice.pick(TEXTS);
    let properties = dice.pick(&[
        None,
        Some(json!({"plan": plan, "n": 7})),
        Some(json!({"n": "7", "tags": ["肉"]})),
    ]);
    let campaign = dice.pick(&[None, Some(77), Some(78)]);
    let event = world.event(profile, name, when);
    event.order = order;
    event.product = (!product.is_empty()).then(|| product.to_owned());
    event.category = (!category.is_empty()).then(|| category.to_owned());
    (event.amount, event.quantity, event.flags) = (amount, quantity, flags);
    (event.properties, event.campaign) = (properties, campaign);
}

fn span(dice: &mut Dice) -> Json {
    dice.pick(&[
        json!({"days": 1}),
        json!({"days": 7}),
        json!({"weeks": 2}),
        json!({"hours": 24}),
        json!({"days": 90}),
    ])
}

fn moment(dice: &mut Dice) -> Json {
    match dice.below(4) {
        0 => json!({"date": dice.pick(&["2026-07-14", "2026-07-13", "2026-06-30", "1990-07-14"])}),
        1 => {
            json!({"instant": dice.pick(&["2026-07-13T15:00:00Z", "2026-07-14T01:42:00Z", "2026-07-07T01:42:00Z"])})
        }
        2 => json!({"ahead": span(dice)}),
        _ => json!({"ago": span(dice)}),
    }
}

pub(crate) fn window(dice: &mut Dice) -> Json {
    match dice.below(5) {
        0 => json!("ever"),
        1 | 2 => json!({"last": span(dice)}),
        3 => {
            json!({"between": {"from": {"ago": {"days": 90}}, "until": {"ago": dice.pick(&[json!({"days": 7}), json!({"hours": 24})])}}})
        }
        _ => {
            let mut bounds = json!({});
            if dice.one_in(2) {
                bounds["from"] = json!({"date": dice.pick(&["2026-06-14", "2026-07-07"])});
            }
            if dice.one_in(2) {
                bounds["until"] =
                    json!({"date": dice.pick(&["2026-07-13", "2026-07-14", "2026-08-01"])});
            }
            json!({"between": bounds})
        }
    }
}

fn compare(dice: &mut Dice, values: &[i64]) -> Json {
    let value = dice.pick(values);
    match dice.below(7) {
        0 => json!({"equals": value}),
        1 => json!({"not_equals": value}),
        2 => json!({"less_than": value}),
        3 => json!({"at_most": value}),
        4 => json!({"greater_than": value}),
        5 => json!({"at_least": value}),
        _ => json!({"between": [value, value + 2]}),
    }
}

fn text_test(dice: &mut Dice) -> Json {
    let word = dice.pick(TEXTS);
    let part = dice.pick(&["5", "%", "_", "ゴ", "G", "かた", "ﾀｶ", "野", "\"", "\\"]);
    let list: Vec<&str> = (0..dice.int(1, 4)).map(|_| dice.pick(TEXTS)).collect();
    match dice.below(8) {
        0 => json!({"text": {"equals": word}}),
        1 => json!({"text": {"not_equals": word}}),
        2 => json!({"text": {"contains": part}}),
        3 => json!({"text": {"not_contains": part}}),
        4 => json!({"text": {"starts_with": part}}),
        5 => json!({"text": {"ends_with": part}}),
        6 => json!({"text": {"in": list}}),
        _ => json!({"text": {"not_in": list}}),
    }
}

fn number_test(dice: &mut Dice) -> Json {
    match dice.below(9) {
        0 => json!({"number": {"in": [0, 99.5]}}),
        1 => json!({"number": {"not_in": [0, 99.5]}}),
        _ => json!({"number": compare(dice, &[0, 99, 100, 5])}),
    }
}

fn date_test(dice: &mut Dice, with_months: bool) -> Json {
    let first = moment(dice);
    match dice.below(if with_months { 9 } else { 7 }) {
        0 => json!({"on": first}),
        1 => json!({"not_on": first}),
        2 => json!({"before": first}),
        3 => json!({"after": first}),
        4 => json!({"on_or_before": first}),
        5 => json!({"on_or_after": first}),
        6 => json!({"between": [first, moment(dice)]}),
        7 => json!("this_month"),
        _ => json!({"month_in": [7, 2]}),
    }
}

fn list_test(dice: &mut Dice) -> Json {
    let list = dice.pick(&[
        json!(["肉"]),
        json!(["肉", "魚"]),
        json!(["かたかな"]),
        json!(["カタカナ", "肉"]),
    ]);
    json!({"list": {dice.pick(&["all_of", "any_of", "none_of"]): list}})
}

fn attribute(key: &str, test: &Json, fold: &str) -> Json {
    json!({"fact": {"of": {"attribute": key}, "test": test, "fold": fold}})
}

fn leaf(dice: &mut Dice) -> Json {
    let fold = dice.pick(&["exact", "japanese"]);
    match dice.below(16) {
        0 => {
            let key = dice.pick(&["rank", "city", "points", "好み", "none"]);
            attribute(key, &json!(dice.pick(&["exists", "missing"])), "exact")
        }
        1 | 2 => attribute(dice.pick(&["rank", "city"]), &text_test(dice), fold),
        3 => attribute("points", &number_test(dice), "exact"),
        4 => attribute("born", &json!({"date": date_test(dice, true)}), "exact"),
        5 => attribute("is member", &json!({"boolean": dice.one_in(2)}), "exact"),
        6 => attribute("好み", &list_test(dice), fold),
        7 => match dice.below(3) {
            0 => {
                json!({"fact": {"of": {"field": "first_seen_at"}, "test": {"date": date_test(dice, false)}}})
            }
            1 => {
                json!({"fact": {"of": {"field": "is_anonymous"}, "test": {"boolean": dice.one_in(2)}}})
            }
            _ => {
                json!({"fact": {"of": {"field": "email"}, "test": {"text": {"starts_with": "p1"}}}})
            }
        },
        8 => match dice.below(3) {
            0 => json!({"reachable": {"channel": "email"}}),
            1 => json!({"segment": {"id": SegmentId::from_raw(INNER).to_string()}}),
            _ => {
                json!({"consent": {"channel": "email", "state": dice.pick(&["granted", "withdrawn", "none"])}})
            }
        },
        9 => json!({"message": {
            "kind": dice.pick(&["sent", "opened", "clicked"]),
            "within": window(dice),
            "campaigns": dice.pick(&[json!([]), json!([CampaignId::from_raw(77).to_string()])]),
            "count": compare(dice, &[0, 1, 2]),
        }}),
        10 | 11 => crate::standing::condition(dice),
        _ => events(dice),
    }
}

/// A rule that refers to no segment.
pub(crate) fn inner(dice: &mut Dice) -> Json {
    let mut second = leaf(dice);
    while second.get("segment").is_some() {
        second = leaf(dice);
    }
    json!({"any": [events(dice), second]})
}

fn filter(dice: &mut Dice) -> Json {
    let list = dice.pick(&["in", "not_in"]);
    match dice.below(8) {
        0 => json!({"product": {list: [dice.pick(&["A-1", "unknown"])]}}),
        1 | 2 => json!({"category": {list: [dice.pick(&[PATHS, &["unknown"]].concat())]}}),
        3 => json!({"amount": compare(dice, &[0, 500, 3_000])}),
        4 => json!({"quantity": compare(dice, &[0, 1, 3])}),
        5 => json!({"property": {"key": "n", "test": number_test(dice)}}),
        6 => json!({"property": {"key": "tags", "test": list_test(dice)}}),
        _ => {
            json!({"property": {"key": "plan", "test": text_test(dice), "fold": dice.pick(&["exact", "japanese"])}})
        }
    }
}

fn events(dice: &mut Dice) -> Json {
    let mut names = vec![dice.pick(NAMES)];
    if dice.one_in(3) {
        names.push(dice.pick(&[NAMES, &["Never Seen"]].concat()));
    }
    let mut filters = Vec::new();
    while dice.one_in(2) && filters.len() < 3 {
        filters.push(filter(dice));
    }
    let test = match dice.below(8) {
        0 => json!("never"),
        1 | 2 => json!({"count": {"times": compare(dice, &[0, 1, 2, 3])}}),
        3 => json!({"count": {"lines": compare(dice, &[0, 1, 2, 3])}}),
        4 => json!({"amount": compare(dice, &[0, 500, 3_000, 3_500])}),
        5 => json!({"quantity": compare(dice, &[0, 1, 3])}),
        6 => json!({"latest": date_test(dice, false)}),
        _ => json!({"first": date_test(dice, false)}),
    };
    json!({"events": {
        "names": names, "within": window(dice), "where": filters,
        "machine": dice.pick(&["excluded", "excluded", "included"]), "test": test,
    }})
}

pub(crate) fn tree(dice: &mut Dice, depth: u32) -> Json {
    if depth == 0 || dice.one_in(4) {
        return leaf(dice);
    }
    let n = dice.int(1, 4);
    match dice.below(5) {
        0 => json!({"not": tree(dice, depth - 1)}),
        1 | 2 => json!({"any": (0..n).map(|_| tree(dice, depth - 1)).collect::<Vec<_>>()}),
        _ => json!({"all": (0..n).map(|_| tree(dice, depth - 1)).collect::<Vec<_>>()}),
    }
}
