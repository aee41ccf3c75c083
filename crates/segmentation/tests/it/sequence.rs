//! Sequences at their edges: on both databases, in the index, explained and said.

use kernel::{
    id::{ProfileId, SegmentId},
    invalid::Bilingual,
    money::Currency,
    time::{HOUR, Millis},
};
use segmentation::{Evidence, Explanation, Happened, Reached, Truth, language};
use serde_json::{Value as Json, json};
use testkit::{Kit, START};

use crate::{
    dice::{self, Dice},
    naive::Naive,
    newer::{check, check_refused},
    world::{World, at, rule},
};

pub(crate) const VIEW: &str = "Product Viewed";
const CART: &str = "Product Added";
pub(crate) const BUY: &str = "Product Purchased";

/// A customer a line, with names and how many milliseconds before now.
pub(crate) fn world(people: &[&[(&str, i64)]]) -> World {
    let mut world = World {
        products: vec![("A-1".to_owned(), 8_001), ("B-2".to_owned(), 8_002)],
        ..World::default()
    };
    for events in people {
        let id = world.person(json!({})).id;
        for (name, ago) in *events {
            // 「Product Viewed@A-1」 is about a product.
            let (name, product) = name.split_once('@').unwrap_or((name, ""));
            let event = world.event(id, name, START.plus(-ago));
            event.product = (!product.is_empty()).then(|| product.to_owned());
        }
    }
    world
}

pub(crate) fn step(name: &str) -> Json {
    json!({ "names": [name] })
}

#[tokio::test]
async fn a_step_comes_later_and_not_later_than_said() {
    let world = world(&[
        &[(VIEW, 100), (CART, 99)],
        &[(VIEW, 100), (CART, 100)],
        &[(CART, 100), (VIEW, 99)],
        &[(VIEW, HOUR + 50), (CART, 50)],
        &[(VIEW, HOUR + 51), (CART, 50)],
        &[(VIEW, 3 * HOUR), (VIEW, 10), (CART, 5)],
        &[(VIEW, 10), (CART, 0)],
        &[(VIEW, 10), (CART, -1)],
        &[],
    ]);
    let both = json!({"steps": [step(VIEW), step(CART)]});
    let mut soon = both.clone();
    soon["steps"][1]["within"] = json!({"hours": 1});
    let mut twice = both.clone();
    twice["steps"] = json!([step(VIEW), step(VIEW), step(CART)]);
    let sequence = |sequence: &Json| json!({ "sequence": sequence });
    check(
        &world,
        &[
            (sequence(&both), &[1, 4, 5, 6]),
            (sequence(&soon), &[1, 4, 6]),
            (sequence(&twice), &[6]),
            (json!({"not": sequence(&both)}), &[2, 3, 7, 8, 9]),
            // The window holds the first step too.
            (
                json!({"sequence": {"steps": [step(VIEW), step(CART)], "within": {"last": {"hours": 1}}}}),
                &[1, 6],
            ),
            (
                json!({"sequence": {"steps": [step("nie"), step(CART)]}}),
                &[],
            ),
        ],
    )
    .await;
}

#[tokio::test]
async fn what_lies_between_is_neither_at_the_one_nor_at_the_other() {
    let world = world(&[
        &[(VIEW, 100), (BUY, 80), (CART, 50)],
        &[(VIEW, 100), (BUY, 100), (CART, 50)],
        &[(VIEW, 100), (BUY, 50), (CART, 50)],
        &[(VIEW, 100), (BUY, 101), (BUY, 49), (CART, 50)],
        // Another view after it makes another choice.
        &[(VIEW, 100), (BUY, 80), (VIEW, 70), (CART, 50)],
    ]);
    let without = json!({"steps": [step(VIEW), {"names": [CART], "without": {"names": [BUY]}}]});
    check(&world, &[(json!({ "sequence": without }), &[2, 3, 4, 5])]).await;
}

#[tokio::test]
async fn what_did_not_follow_holds_when_its_time_has_passed() {
    let two = 2 * HOUR;
    let world = world(&[
        &[(CART, two + 1)],
        &[(CART, two)],
        &[(CART, two + 100), (BUY, 100)],
        &[(CART, two + 100), (BUY, 99)],
        &[(CART, two + 100), (BUY, two + 100)],
        // The first is bought, the second is not.
        &[(CART, 9 * HOUR), (BUY, 8 * HOUR), (CART, 5 * HOUR)],
        &[(CART, 5 * HOUR), (CART, HOUR), (BUY, 4 * HOUR)],
        &[(BUY, HOUR)],
    ]);
    let open = |within: Json| {
        let mut then_not = step(BUY);
        if !within.is_null() {
            then_not["within"] = within;
        }
        json!({"sequence": {"steps": [step(CART)], "then_not": then_not}})
    };
    let hours = open(json!({"hours": 2}));
    // Beyond the window's end it is looked for all the same.
    let mut ended = hours.clone();
    ended["sequence"]["within"] = json!({"between": {"until": {"ago": {"hours": 2}}}});
    check(
        &world,
        &[
            (hours.clone(), &[1, 4, 5, 6]),
            (open(Json::Null), &[1, 2, 5, 6, 7]),
            (ended, &[1, 4, 5, 6]),
            (json!({"not": hours}), &[2, 3, 7, 8]),
        ],
    )
    .await;
}

#[tokio::test]
async fn all_of_it_is_about_the_same_product() {
    let world = world(&[
        &[("Product Viewed@A-1", 90), ("Product Added@A-1", 80)],
        &[("Product Viewed@A-1", 90), ("Product Added@B-2", 80)],
        &[(VIEW, 90), (CART, 80)],
        &[
            ("Product Viewed@A-1", 90),
            ("Product Viewed@B-2", 85),
            ("Product Added@B-2", 80),
            ("Product Purchased@A-1", 70),
        ],
        &[
            ("Product Viewed@A-1", 90),
            ("Product Added@A-1", 80),
            ("Product Purchased@A-1", 70),
        ],
        &[
            ("Product Viewed@A-1", 90),
            ("Product Purchased@B-2", 85),
            ("Product Added@A-1", 80),
            (BUY, 70),
        ],
    ]);
    let steps = json!([step(VIEW), {"names": [CART], "without": step(BUY)}]);
    check(
        &world,
        &[
            (
                json!({"sequence": {"same": "product", "steps": steps, "then_not": step(BUY)}}),
                &[1, 4, 6],
            ),
            (
                json!({"sequence": {"steps": steps, "then_not": step(BUY)}}),
                &[1, 2, 3],
            ),
            (json!({"sequence": {"same": "order", "steps": steps}}), &[]),
        ],
    )
    .await;
}

#[expect(
    clippy::needless_pass_by_value,
    reason = "its callers write the sequence in place"
)]
fn refused(sequence: Json, below: &str, code: &str) {
    let place = format!("/all/0/sequence{below}");
    let root = json!({"all": [{ "sequence": sequence }]});
    check_refused(&[(root, place.as_str(), code)]);
}

#[test]
fn a_sequence_has_two_to_five_steps_and_nothing_before_the_first() {
    let six: Vec<Json> = (0..6).map(|_| step(VIEW)).collect();
    refused(json!({"steps": []}), "/steps", "too_few");
    refused(
        json!({"steps": [], "then_not": step(BUY)}),
        "/steps",
        "too_few",
    );
    refused(json!({"steps": [step(VIEW)]}), "/steps", "too_few");
    refused(json!({ "steps": six }), "/steps", "too_many");
    let one_more = json!({"steps": six[..5], "then_not": step(BUY)});
    refused(one_more, "/steps", "too_many");
    let soon = json!({"names": [VIEW], "within": {"days": 1}});
    refused(
        json!({"steps": [soon, step(CART)]}),
        "/steps/0/within",
        "first_step",
    );
    let clear = json!({"names": [VIEW], "without": step(BUY)});
    refused(
        json!({"steps": [clear, step(CART)]}),
        "/steps/0/without",
        "first_step",
    );
}

#[test]
fn a_step_that_means_nothing_is_named() {
    let second = |second: Json, below: &str, code: &str| {
        let below = format!("/steps/1{below}");
        refused(json!({"steps": [step(VIEW), second]}), &below, code);
    };
    second(json!({"names": []}), "/names", "empty");
    second(
        json!({"names": [CART], "without": {"names": []}}),
        "/without/names",
        "empty",
    );
    second(
        json!({"names": [CART], "within": {"days": 0}}),
        "/within",
        "empty",
    );
    second(
        json!({"names": [CART], "within": {"days": -1}}),
        "/within/days",
        "shape",
    );
    let nothing = json!([{"category": {"in": []}}]);
    second(
        json!({"names": [CART], "where": nothing}),
        "/where/0/category",
        "empty",
    );
    let long = json!({"names": [BUY], "within": {"weeks": 4_000_000}});
    refused(
        json!({"steps": [step(VIEW)], "then_not": long}),
        "/then_not/within",
        "too_long",
    );
    let steps = json!([step(VIEW), step(CART)]);
    refused(json!({"steps": steps, "same": "shop"}), "/same", "shape");
    refused(json!({"steps": steps, "then": 1}), "/then", "shape");
}

#[test]
fn many_different_sequences_are_refused_and_one_in_many_places_is_not() {
    let different = |i: u32| json!({"sequence": {"steps": [step(VIEW), {"names": [CART], "within": {"days": i}}]}});
    let nine: Vec<Json> = (1..10).map(different).collect();
    check_refused(&[(json!({ "all": nine }), "/all/8/sequence", "too_many")]);
    let alike: Vec<Json> = (0..50).map(|_| different(1)).collect();
    let document = json!({"version": 2, "root": {"all": alike}});
    assert!(
        language::read(&document).is_ok(),
        "one sequence in many places is one"
    );
}

async fn explained(kit: &Kit, root: &Json, now: Millis, person: i64) -> (Explanation, Reached) {
    let person = ProfileId::from_raw(person);
    let found = segmentation::explain(kit.db.reader(), &at(now), &rule(root.clone()), person).await;
    let found = found.unwrap().unwrap();
    let Evidence::Sequence(reached) = found.clauses[0].evidence.clone() else {
        panic!("{found:?}");
    };
    (found, reached)
}

fn instants(reached: &Reached) -> Vec<i64> {
    let ago = |step: &Happened| START.0 - step.at.0;
    reached.steps.iter().map(ago).collect()
}

fn abandoned() -> Json {
    json!({"sequence": {"steps": [step(VIEW), step(CART)], "within": {"last": {"hours": 10}},
        "then_not": {"names": [BUY], "within": {"hours": 2}}}})
}

#[tokio::test]
async fn an_open_end_turns_at_its_instant() {
    let world = world(&[&[(VIEW, 3 * HOUR), (CART, HOUR)]]);
    for test in testkit::both().await {
        let kit = Kit::new(&test).await;
        world.load(&kit).await;
        let (open, reached) = explained(&kit, &abandoned(), START, 1_000).await;
        let turns = START.plus(HOUR + 1);
        assert!(!open.is_member);
        assert_eq!(
            open.clauses[0].truth,
            Truth::False,
            "not yet, and not unknown"
        );
        assert_eq!(
            (open.flips_at, open.clauses[0].flips_at),
            (Some(turns), Some(turns))
        );
        assert_eq!(instants(&reached), [3 * HOUR, HOUR]);
        assert_eq!(reached.open_until, Some(START.plus(HOUR)));
        assert_eq!(reached.broken_by, None);
        let (before, _) = explained(&kit, &abandoned(), turns.plus(-1), 1_000).await;
        assert!(!before.is_member);
        let (held, _) = explained(&kit, &abandoned(), turns, 1_000).await;
        assert!(held.is_member);
        assert_eq!(
            held.flips_at,
            Some(START.plus(7 * HOUR + 1)),
            "the first step leaves the window"
        );
    }
}

#[tokio::test]
async fn an_explanation_tells_how_far_it_got() {
    let world = world(&[
        &[(VIEW, 9 * HOUR), (CART, 8 * HOUR), (BUY, 7 * HOUR)],
        &[(VIEW, 9 * HOUR), (VIEW, 8 * HOUR)],
        &[],
    ]);
    for test in testkit::both().await {
        let kit = Kit::new(&test).await;
        world.load(&kit).await;
        let (broken, reached) = explained(&kit, &abandoned(), START, 1_000).await;
        assert_eq!(instants(&reached), [9 * HOUR, 8 * HOUR]);
        assert_eq!(reached.broken_by.unwrap().at, START.plus(-7 * HOUR));
        assert_eq!(broken.flips_at, None);
        let (_, begun) = explained(&kit, &abandoned(), START, 1_001).await;
        assert_eq!(instants(&begun), [8 * HOUR], "the latest that could go on");
        let (_, nothing) = explained(&kit, &abandoned(), START, 1_002).await;
        assert_eq!(nothing, Reached::default());
    }
}

pub(crate) struct Plain;
impl segmentation::sentence::Labels for Plain {
    fn attribute(&self, key: &str) -> Bilingual {
        Bilingual::new(key, key)
    }
    fn segment(&self, id: SegmentId) -> String {
        id.to_string()
    }
    fn currency(&self) -> Currency {
        Currency::JPY
    }
}

#[test]
fn a_sequence_is_said_as_one_story() {
    let said = |root: Json| segmentation::sentence::document(&rule(root), &Plain);
    let story = said(
        json!({"sequence": {"within": {"last": {"days": 30}}, "same": "product",
        "steps": [step(VIEW), {"names": [CART], "within": {"days": 1}, "without": step("Order Completed")}],
        "then_not": {"names": [BUY], "within": {"hours": 48}}}}),
    );
    assert_eq!(
        story.ja,
        "同じ商品について、直近30日に商品を閲覧し、その後1日以内に（その間に注文せずに）商品をカートに追加し、\
         その後48時間以内に商品を購入していない人"
    );
    assert_eq!(
        story.en,
        "people who viewed a product in the last 30 days, then put into the cart a product within 1 day \
         (and did not place an order in between), then did not buy something within 48 hours, all about the same product"
    );
    let open = said(json!({"all": [
        {"sequence": {"steps": [{"names": ["来店"]}, {"names": ["Product Viewed", "来店"], "without": {"names": ["退店"]}}]}},
        {"sequence": {"steps": [step(CART)], "then_not": {"names": ["来店"]}}}]}));
    assert_eq!(
        open.ja,
        "〈来店〉があり、その後（その間に〈退店〉がないまま）〈商品の閲覧〉か〈来店〉があり、商品をカートに追加し、その後〈来店〉がない人"
    );
    assert_eq!(
        open.en,
        "people who had “来店”, then had “Product view” or “来店” (and did not have “退店” in between) and \
         who put into the cart a product, then did not have “来店”"
    );
}

/// Agreement of evaluators says little about an operator that selects nobody or everybody.
#[test]
fn random_sequences_tell_people_apart() {
    let mut dice = Dice(20_261_129);
    let (mut telling, mut all) = (0, 0);
    for _ in 0..6 {
        let world = dice::world(&mut dice);
        let naive = Naive {
            world: &world,
            now: START,
            zone: at(START).zone,
            segments: Vec::new(),
            flaw: None,
        };
        let everybody = naive.members(&rule(json!({"all": []})).root).len();
        for _ in 0..60 {
            let n = naive.members(&rule(dice::sequence(&mut dice)).root).len();
            all += 1;
            telling += usize::from(n > 0 && n < everybody);
        }
    }
    assert!(telling * 2 > all, "{telling} of {all}");
}
