//! Random worlds and, beside them, random rules.

mod rule;
mod sequence;

use kernel::time::{DAY, HOUR};
use serde_json::{Value as Json, json};
use testkit::START;

use crate::world::{Listed, Stay, World};

pub(crate) use rule::{inner, tree, window};
pub(crate) use sequence::sequence;

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
/// Places near and far, across the antimeridian and round the pole, and what is none.
const SPOTS: &[&str] = &[
    "35.681236,139.767125",
    "35.690921, 139.700258",
    "-17,179.9",
    "-17,-179.9",
    "89.9,0",
    "89.9,180",
    "京都",
    "91,0",
    "",
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
        person.line = dice.pick(&[None, None, Some(0), Some(0), Some(1), Some(2)]);
        if let Some(granted) = dice.pick(&[None, None, Some(true), Some(false)]) {
            person.consents.push(("line", "marketing", granted, None));
        }
        person.has_device = dice.one_in(2);
        if let Some(granted) = dice.pick(&[None, None, Some(true), Some(false)]) {
            person.consents.push(("push", "marketing", granted, None));
        }
    }
    for _ in 0..400 {
        happening(dice, &mut world);
    }
    stays(dice, &mut world);
    world
}

/// Merges some into others, and lets everybody have been in the inner segment now and then.
fn stays(dice: &mut Dice, world: &mut World) {
    let people = world.people.iter();
    let living: Vec<i64> = people.filter(|p| p.state == 0).map(|p| p.id).collect();
    let merged = world.people.iter_mut().filter(|person| person.state == 1);
    for person in merged {
        person.merged_into = Some(dice.pick(&living));
    }
    if let Some(days) = dice.pick(&[None, Some(400), Some(90), Some(30), Some(30), Some(14)]) {
        world.kept_since.push((INNER, START.0 - days * DAY));
    }
    for profile in 1_000..1_000 + PEOPLE {
        if dice.one_in(2) {
            let (added, removed) =
                dice.pick(&[(1, None), (2, None), (1, Some(2)), (1, Some(3)), (3, None)]);
            world.listed.push(Listed {
                profile,
                added,
                removed,
            });
        }
        let mut edges: Vec<i64> = (0..dice.below(5))
            .map(|_| START.0 - distance(dice))
            .collect();
        edges.sort_unstable();
        edges.dedup();
        for edge in edges.chunks(2) {
            world.stays.push(Stay {
                segment: INNER,
                profile,
                from: edge[0],
                left: edge.get(1).copied(),
            });
        }
    }
}

fn home(dice: &mut Dice) -> Json {
    match dice.below(8) {
        0 => json!({"lat": 35.681_236, "lng": 139.767_125}),
        1 => Json::Null,
        _ => json!(dice.pick(SPOTS)),
    }
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
                "2000-07-21",
                "2025-07-22",
                "2024-02-28",
                "1990-03-01",
                "--07-14",
                "--02-29",
                "--07-21",
                "--02-30x",
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
    attributes["home"] = home(dice);
    for (key, values) in others {
        if !dice.one_in(4) {
            attributes[key] = dice.pick(&values);
        }
    }
    attributes
}

fn happening(dice: &mut Dice, world: &mut World) {
    // Some are busy: averages and different ones need several events.
    let most = dice.pick(&[8, PEOPLE]);
    let profile = 1_000 + dice.int(0, most);
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
    let amount = dice.pick(&[None, Some(0), Some(500), Some(501), Some(3_000), Some(-500)]);
    let quantity = dice.pick(&[None, Some(1), Some(2), Some(3), Some(-1)]);
    let flags = dice.pick(&[0, 0, 0, 1, 2, 8, 9]);
    let plan = dice.pick(TEXTS);
    let score = dice.pick(&[
        json!(1),
        json!(1.0),
        json!(2.5),
        json!(0.1),
        json!(-3),
        json!(2.6005),
        json!(5e9),
        json!(null),
        json!("1"),
        json!(true),
    ]);
    let spot = dice.pick(SPOTS);
    let properties = dice.pick(&[
        None,
        Some(json!({"plan": plan, "n": 7, "score": score, "place": spot})),
        Some(json!({"n": "7", "tags": ["肉"], "score": score, "place": spot})),
    ]);
    let campaign = dice.pick(&[None, Some(77), Some(78)]);
    let event = world.event(profile, name, when);
    event.order = order;
    event.product = (!product.is_empty()).then(|| product.to_owned());
    event.category = (!category.is_empty()).then(|| category.to_owned());
    (event.amount, event.quantity, event.flags) = (amount, quantity, flags);
    (event.properties, event.campaign) = (properties, campaign);
}
