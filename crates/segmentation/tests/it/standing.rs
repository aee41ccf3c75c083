//! Standing among buyers: random conditions, their meaning written down again, and what is said of them.

use segmentation::{
    Evidence, Truth,
    language::{Basis, Cut, First, Standing},
};
use serde_json::{Value as Json, json};
use testkit::{Kit, START};

use crate::{
    dice::{Dice, window},
    naive::Naive,
    world::{Happening, Person, WORKSPACE, World, at, rule, selected},
};

/// A random condition.
pub(crate) fn condition(dice: &mut Dice) -> Json {
    let by = dice.pick(&["recency", "frequency", "monetary"]);
    let n = dice.pick(&[2u64, 3, 5, 10]);
    let cut = match dice.below(4) {
        0 => json!({"equal_counts": n}),
        1 => json!({"equal_values": n}),
        2 => json!({"equal_ranks": n}),
        _ => json!({"breaks": dice.pick(&[vec![1, 2], vec![7, 30, 90], vec![0, 500, 3_000]])}),
    };
    let n = match cut.get("breaks").and_then(Json::as_array) {
        Some(breaks) => breaks.len() as u64 + 1,
        None => n,
    };
    let groups: Vec<u64> = (0..=dice.below(2)).map(|_| 1 + dice.below(n)).collect();
    json!({"standing": {"by": by, "within": window(dice), "cut": cut,
        "first": dice.pick(&["worst", "best"]), "in": groups}})
}

/// What one person is compared by, from every event once; `None` of who is no buyer.
fn value(naive: &Naive<'_>, standing: &Standing, person: &Person) -> Option<i64> {
    let (from, _) = standing.within.range(naive.now, naive.zone);
    let own = |name: &'static str| {
        let events = naive.world.events.iter();
        events.filter(move |event| {
            event.profile == person.id && event.name == name && event.flags & 1 == 0
        })
    };
    let called_off: Vec<i64> = own("Order Cancelled")
        .filter(|event| event.at < naive.now.0 && from.is_none_or(|from| from.0 <= event.at))
        .filter_map(|event| event.order)
        .collect();
    let counts = |event: &&Happening| {
        naive.in_window(event.at, standing.within)
            && event.order.is_none_or(|order| !called_off.contains(&order))
    };
    let orders: Vec<&Happening> = own("Order Completed").filter(counts).collect();
    let latest = orders.iter().map(|event| event.at).max()?;
    Some(match standing.by {
        Basis::Recency => (naive.local(naive.now.0) - naive.local(latest)).num_days(),
        Basis::Frequency => {
            let mut keys: Vec<(Option<i64>, i64)> = orders
                .iter()
                .map(|event| (event.order, event.order.map_or(event.id, |_| 0)))
                .collect();
            keys.sort_unstable();
            keys.dedup();
            i64::try_from(keys.len()).unwrap()
        }
        Basis::Monetary => {
            let refunds = own("Order Refunded").filter(counts);
            let money = orders.iter().copied().chain(refunds);
            money
                .filter(|event| event.flags & 8 == 0)
                .filter_map(|event| event.amount)
                .sum()
        }
    })
}

/// Everybody's values beside one's own.
struct Field {
    buyers: Vec<(i64, i64)>,
    own: (i64, i64),
    is_less_better: bool,
}

impl Field {
    /// Counts the buyers who fulfil something.
    fn how_many(&self, test: &dyn Fn(i64, i64) -> bool) -> i64 {
        let found = self.buyers.iter().filter(|(value, id)| test(*value, *id));
        i64::try_from(found.count()).unwrap()
    }

    fn n_worse(&self) -> i64 {
        self.how_many(&|value, _| {
            if self.is_less_better {
                value > self.own.0
            } else {
                value < self.own.0
            }
        })
    }

    /// Deals out one place after another: the first groups are one longer.
    fn by_counts(&self, n: i64) -> i64 {
        let len = self.how_many(&|_, _| true);
        let (own, me) = self.own;
        let place = self.n_worse() + self.how_many(&|value, id| value == own && id < me);
        let mut end = 0;
        let mut sizes = (0..n).map(|group| len / n + i64::from(group < len % n));
        let group = sizes.position(|size| {
            end += size;
            place < end
        });
        1 + i64::try_from(group.unwrap()).unwrap()
    }

    fn by_values(&self, n: i64) -> i64 {
        let mut values: Vec<i64> = self.buyers.iter().map(|(value, _)| *value).collect();
        values.sort_unstable();
        let last = i64::try_from(values.len()).unwrap() - 1;
        let at = |rank: i64| values[usize::try_from(rank.min(last)).unwrap()];
        let below = (1..n).filter(|k| {
            let (low, rest) = (last * k / n, last * k % n);
            at(low) * n + (at(low + 1) - at(low)) * rest < self.own.0 * n
        });
        let bin = 1 + i64::try_from(below.count()).unwrap();
        if self.is_less_better {
            n + 1 - bin
        } else {
            bin
        }
    }

    fn by_ranks(&self, n: i64) -> i64 {
        let (len, own) = (self.how_many(&|_, _| true), self.own.0);
        let twice_middle = 2 * self.n_worse() + self.how_many(&|value, _| value == own) + 1;
        (n * twice_middle + 2 * len - 1) / (2 * len)
    }

    fn by_breaks(&self, breaks: &[i64]) -> i64 {
        let reached = breaks.iter().filter(|limit| {
            if self.is_less_better {
                self.own.0 <= **limit
            } else {
                self.own.0 >= **limit
            }
        });
        1 + i64::try_from(reached.count()).unwrap()
    }
}

/// The meaning of a condition, as plainly as possible.
pub(crate) fn plain(naive: &Naive<'_>, standing: &Standing, person: &Person) -> Option<bool> {
    let people = naive.world.people.iter();
    let active = people.filter(|person| person.state == 0 && person.workspace == WORKSPACE);
    let buyers = active.filter_map(|person| Some((value(naive, standing, person)?, person.id)));
    let field = Field {
        buyers: buyers.collect(),
        own: (value(naive, standing, person)?, person.id),
        is_less_better: standing.by == Basis::Recency,
    };
    let score = match &standing.cut {
        Cut::EqualCounts(n) => field.by_counts(i64::from(*n)),
        Cut::EqualValues(n) => field.by_values(i64::from(*n)),
        Cut::EqualRanks(n) => field.by_ranks(i64::from(*n)),
        Cut::Breaks(breaks) => field.by_breaks(breaks),
    };
    let number = match standing.first {
        First::Worst => score,
        First::Best => i64::from(standing.cut.n_groups()) + 1 - score,
    };
    let groups = standing.groups.iter();
    Some(
        groups
            .map(|group| i64::from(*group))
            .any(|group| group == number),
    )
}

/// Ten buyers with 1 to 10 orders of 100 each, and one who only looked.
fn ten() -> World {
    let mut world = World::default();
    for n in 1..=10 {
        let id = world.person(json!({})).id;
        for order in 0..n {
            let event = world.event(id, "Order Completed", START.plus(-n * kernel::time::DAY));
            (event.order, event.amount) = (Some(id * 100 + order), Some(100));
        }
    }
    let id = world.person(json!({})).id;
    world.event(id, "Page Viewed", START.plus(-1));
    world
}

#[tokio::test(flavor = "multi_thread")]
async fn who_never_bought_is_neither_in_nor_out() {
    for test in testkit::both().await {
        let kit = Kit::new(&test).await;
        ten().load(&kit).await;
        let top = json!({"standing": {"by": "frequency", "cut": {"equal_counts": 5}, "in": [5]}});
        let ids = |root: Json| {
            let document = rule(root);
            let db = kit.db.clone();
            async move { selected(&db, &at(START), &document).await }
        };
        assert_eq!(ids(json!({"all": [top]})).await, [1_008, 1_009]);
        let others = ids(json!({"all": [{"not": top}]})).await;
        assert_eq!(
            others,
            (1_000..1_008).collect::<Vec<i64>>(),
            "the one who only looked is unknown"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_explanation_gives_value_group_and_span() {
    for test in testkit::both().await {
        let kit = Kit::new(&test).await;
        ten().load(&kit).await;
        let document = rule(json!({"all": [
            {"standing": {"by": "monetary", "cut": {"equal_counts": 5}, "first": "best", "in": [1]}},
            {"standing": {"by": "recency", "cut": {"equal_counts": 5}, "in": [5]}},
        ]}));
        let explained = |id: i64| {
            let (db, document) = (kit.db.clone(), document.clone());
            async move {
                let id = kernel::id::ProfileId::from_raw(id);
                let found = segmentation::explain(db.reader(), &at(START), &document, id).await;
                found.unwrap().unwrap()
            }
        };
        let placed = |evidence: &Evidence| match evidence {
            Evidence::Standing(placed) => placed.map(|placed| {
                (
                    placed.value,
                    placed.group,
                    placed.least,
                    placed.most,
                    placed.n_group,
                    placed.n_buyers,
                )
            }),
            other => panic!("{other:?}"),
        };
        let best = explained(1_009).await;
        assert_eq!(best.clauses[1].truth, Truth::True);
        assert_eq!(
            placed(&best.clauses[1].evidence),
            Some((1_000, 1, 900, 1_000, 2, 10))
        );
        assert_eq!(best.clauses[2].truth, Truth::False);
        assert_eq!(
            placed(&best.clauses[2].evidence),
            Some((10, 1, 9, 10, 2, 10))
        );
        let none = explained(1_010).await;
        assert_eq!(none.clauses[1].truth, Truth::Unknown);
        assert_eq!(placed(&none.clauses[1].evidence), None);
    }
}

#[test]
fn sentences_name_the_cell_and_the_decile() {
    struct Plain;
    impl segmentation::sentence::Labels for Plain {
        fn attribute(&self, key: &str) -> kernel::invalid::Bilingual {
            kernel::invalid::Bilingual::new(key, key)
        }
        fn segment(&self, _: kernel::id::SegmentId) -> String {
            String::new()
        }
        fn currency(&self) -> kernel::money::Currency {
            kernel::money::Currency::JPY
        }
    }
    let said = |root: Json| segmentation::sentence::document(&rule(root), &Plain);
    let standing = |by: &str, cut: Json, first: &str, groups: Json| json!({"standing": {"by": by, "within": {"last": {"days": 365}}, "cut": cut, "first": first, "in": groups}});
    let five = |by: &str| standing(by, json!({"equal_counts": 5}), "worst", json!([5]));
    let cell = said(json!({"all": [five("recency"), five("frequency"), five("monetary")]}));
    assert_eq!(cell.ja, "直近365日のRFMでR5・F5・M5（人数で5等分）の人");
    assert_eq!(
        cell.en,
        "people whose RFM in the last 365 days is R5 F5 M5 (5 groups of equal size)"
    );
    let decile = said(standing(
        "monetary",
        json!({"equal_counts": 10}),
        "best",
        json!([1, 2]),
    ));
    assert_eq!(
        decile.ja,
        "直近365日の購入金額がデシル1か2（人数で10等分、1が最上位）の人"
    );
    assert_eq!(
        decile.en,
        "people who are in decile 1 or 2 by money spent in the last 365 days (10 groups of equal size, 1 is the top)"
    );
    let fixed = said(standing(
        "recency",
        json!({"breaks": [30, 90]}),
        "worst",
        json!([3]),
    ));
    assert_eq!(
        fixed.ja,
        "直近365日の最終購入の新しさがR3（3段階、区切りは30日・90日）の人"
    );
    assert_eq!(
        fixed.en,
        "people who stand at R3 by recency of purchase in the last 365 days (3 groups, breaks at 30 days, 90 days)"
    );
}

#[test]
fn what_is_wrong_is_named_at_its_place() {
    let refused = |standing: Json| {
        let document = json!({"version": 1, "root": {"all": [{"standing": standing}]}});
        let invalid = segmentation::language::read(&document).unwrap_err();
        let places = invalid
            .0
            .iter()
            .map(|error| (error.pointer.clone(), error.code.clone()));
        places.collect::<Vec<_>>()
    };
    let at =
        |rest: &str, code: &str| vec![(format!("/root/all/0/standing{rest}"), code.to_owned())];
    let five = json!({"equal_counts": 5});
    assert_eq!(
        refused(json!({"by": "monetary", "cut": five, "in": [5, 6]})),
        at("/in/1", "range")
    );
    assert_eq!(
        refused(json!({"by": "monetary", "cut": five, "in": [0]})),
        at("/in/0", "range")
    );
    assert_eq!(
        refused(json!({"by": "monetary", "cut": five, "in": []})),
        at("/in", "empty")
    );
    assert_eq!(
        refused(json!({"by": "recency", "cut": {"equal_values": 1}, "in": [1]})),
        at("/cut/equal_values", "range")
    );
    assert_eq!(
        refused(json!({"by": "recency", "cut": {"equal_ranks": 4_000_000_000u32}, "in": [1]})),
        at("/cut/equal_ranks", "range")
    );
    assert_eq!(
        refused(json!({"by": "recency", "cut": {"breaks": [3, 3]}, "in": [1]})),
        at("/cut/breaks/1", "order")
    );
    assert_eq!(
        refused(json!({"by": "recency", "cut": {"breaks": []}, "in": [1]})),
        at("/cut/breaks", "empty")
    );
    assert_eq!(
        refused(json!({"by": "size", "cut": five, "in": [1]})),
        at("/by", "shape")
    );
    assert_eq!(
        refused(json!({"by": "recency", "within": {"last": {"days": 0}}, "cut": five, "in": [1]})),
        at("/within/last", "empty")
    );
    let many: Vec<Json> = (1..=9)
        .map(|days| json!({"standing": {"by": "recency", "within": {"last": {"days": days}}, "cut": five, "in": [1]}}))
        .collect();
    let many = json!({"version": 1, "root": {"all": many}});
    let invalid = segmentation::language::read(&many).unwrap_err();
    assert_eq!(invalid.0[0].pointer, "/root/all/8/standing/within");
}
