//! The nine queries as one would write them by hand for just these: loops over arrays, on one core.
//!
//! It is what the index is compared with, in what it answers and in how long it takes.

#![expect(
    clippy::indexing_slicing,
    clippy::needless_bitwise_bool,
    reason = "plain loops over arrays of one length, without branches, are the point"
)]

mod standing;

use std::ops::Range;

use super::data::{
    ADDED, APP, BOUGHT, CLICKED, DAY, Made, NAMES, NO_PRODUCT, NOW, OPENED, People, Shop, VIEWED,
    VISITED,
};

/// What the queries ask for by number.
#[derive(Debug, Clone, Copy)]
pub(super) struct Wanted {
    /// The product that was looked at most in the last 7 days.
    pub(super) product: u16,
    /// The category that was bought most.
    pub(super) category: u8,
}

/// A set of customers, a bit each.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Set(pub(super) Vec<u64>);

/// The events of one name, by customer, then time.
#[derive(Default)]
struct Posts {
    person: Vec<u32>,
    at: Vec<u32>,
    product: Vec<u16>,
    amount: Vec<u32>,
}

/// Everything in arrays.
pub(super) struct Plain {
    n: usize,
    people: People,
    posts: Vec<Posts>,
    category_of: Vec<u8>,
    wanted: Wanted,
}

/// Days before the present, as an instant.
const fn ago(days: u32) -> u32 {
    NOW - days * DAY
}

impl Set {
    fn none(n: usize) -> Self {
        Self(vec![0; n.div_ceil(64)])
    }

    fn insert(&mut self, person: u32) {
        self.0[person as usize / 64] |= 1 << (person % 64);
    }

    fn with(mut self, other: &Self, join: impl Fn(u64, u64) -> u64) -> Self {
        for (word, other) in self.0.iter_mut().zip(&other.0) {
            *word = join(*word, *other);
        }
        self
    }

    /// Tells whether a customer belongs to it.
    pub(super) fn contains(&self, person: u32) -> bool {
        let word = self.0.get(person as usize / 64);
        word.is_some_and(|word| word >> (person % 64) & 1 == 1)
    }

    /// Returns how many belong to it.
    pub(super) fn count(&self) -> u32 {
        self.0.iter().map(|word| word.count_ones()).sum()
    }
}

impl Posts {
    /// Asks about each customer who has any.
    fn leaf(&self, n: usize, mut holds: impl FnMut(Range<usize>) -> bool) -> Set {
        let mut set = Set::none(n);
        let mut start = 0;
        while start < self.person.len() {
            let end = self.end(start);
            if holds(start..end) {
                set.insert(self.person[start]);
            }
            start = end;
        }
        set
    }

    /// Returns where the events of the customer end whose begin there.
    fn end(&self, start: usize) -> usize {
        let mut end = start + 1;
        while end < self.person.len() && self.person[end] == self.person[start] {
            end += 1;
        }
        end
    }

    /// Goes on from `start` to the events of a customer.
    fn of(&self, mut start: usize, person: u32) -> Range<usize> {
        while start < self.person.len() && self.person[start] < person {
            start += 1;
        }
        let mut end = start;
        while end < self.person.len() && self.person[end] == person {
            end += 1;
        }
        start..end
    }

    fn any_since(&self, n: usize, since: u32) -> Set {
        self.leaf(n, |own| self.at[own.end - 1] >= since)
    }

    fn count_since(&self, own: Range<usize>, since: u32) -> usize {
        self.at[own].iter().filter(|at| **at >= since).count()
    }
}

impl Plain {
    /// Sorts the events of a shop by name and customer.
    pub(super) fn new(shop: Shop) -> Self {
        let wanted = wanted(&shop.events, &shop.category_of);
        let n = shop.people.gender.len();
        let mut by_name: Vec<Vec<Made>> = NAMES.iter().map(|_| Vec::new()).collect();
        for event in shop.events {
            by_name[usize::from(event.name)].push(event);
        }
        let mut posts = Vec::new();
        for mut events in by_name {
            events.sort_by_key(|event| event.person);
            posts.push(Posts {
                person: events.iter().map(|event| event.person).collect(),
                at: events.iter().map(|event| event.at).collect(),
                product: events.iter().map(|event| event.product).collect(),
                amount: events.iter().map(|event| event.amount).collect(),
            });
        }
        Self {
            n,
            people: shop.people,
            posts,
            category_of: shop.category_of,
            wanted,
        }
    }

    pub(super) const fn wanted(&self) -> Wanted {
        self.wanted
    }

    /// Answers a query by its number, from 1.
    pub(super) fn ask(&self, query: usize) -> Set {
        match query {
            1 => self.facts(),
            2 => self.lapsed_buyers(),
            3 => self.carts_left(),
            4 => self.best_cell(1),
            5 => self.spenders_who_clicked(),
            6 => self.viewed_not_bought(),
            7 => self.nested(),
            8 => self.birthdays_of_the_best(),
            _ => self.sequence(),
        }
    }

    /// Counts the events of each customer.
    pub(super) fn n_events_by_person(&self) -> Vec<u32> {
        let mut counts = vec![0; self.n];
        for person in self.posts.iter().flat_map(|posts| &posts.person) {
            counts[*person as usize] += 1;
        }
        counts
    }

    fn posts(&self, name: u8) -> &Posts {
        &self.posts[usize::from(name)]
    }

    fn by_facts(&self, holds: impl Fn(usize) -> bool) -> Set {
        let mut set = Set::none(self.n);
        for (word, place) in set.0.iter_mut().zip((0..).step_by(64)) {
            for bit in 0..64.min(self.n - place) {
                *word |= u64::from(holds(place + bit)) << bit;
            }
        }
        set
    }

    fn facts(&self) -> Set {
        let people = &self.people;
        self.by_facts(|i| {
            (people.gender[i] == 1)
                & matches!(people.prefecture[i], 13 | 14)
                & (people.rank[i] == 2)
                & people.permits[0][i]
        })
    }

    fn lapsed_buyers(&self) -> Set {
        let bought = self.posts(BOUGHT);
        bought.leaf(self.n, |own| {
            bought.at[own.end - 1] < ago(60)
                && own
                    .filter(|i| {
                        bought.at[*i] >= ago(365)
                            && self.category_of[usize::from(bought.product[*i])]
                                == self.wanted.category
                    })
                    .count()
                    >= 3
        })
    }

    fn carts_left(&self) -> Set {
        let (added, bought) = (self.posts(ADDED), self.posts(BOUGHT));
        added.leaf(self.n, |own| {
            let cart = added.at[own.end - 1];
            if cart < ago(1) {
                return false;
            }
            let person = added.person[own.start];
            let end = bought.person.partition_point(|other| *other <= person);
            !(end > 0 && bought.person[end - 1] == person && bought.at[end - 1] > cart)
        })
    }

    /// Recency counts in whole units of so many seconds.
    fn best_cell(&self, unit: u32) -> Set {
        let bought = self.posts(BOUGHT);
        let mut keys: [Vec<(u64, u32)>; 3] = Default::default();
        bought.leaf(self.n, |own| {
            let person = bought.person[own.start];
            keys[0].push((u64::from(bought.at[own.end - 1] / unit), person));
            keys[1].push((own.len() as u64, person));
            keys[2].push((sum(&bought.amount[own]), person));
            false
        });
        let [recent, often, much] = keys.map(|mut keys| {
            let n = keys.len();
            let first = 4 * (n / 5) + (n % 5).min(4);
            let mut best = Set::none(self.n);
            if first < n {
                keys.select_nth_unstable(first);
                for (_, person) in &keys[first..] {
                    best.insert(*person);
                }
            }
            best
        });
        recent.with(&often, |a, b| a & b).with(&much, |a, b| a & b)
    }

    fn spenders_who_clicked(&self) -> Set {
        let (bought, clicked) = (self.posts(BOUGHT), self.posts(CLICKED));
        let spent = bought.leaf(self.n, |own| {
            let first = bought.at[own.clone()].partition_point(|at| *at < ago(90));
            sum(&bought.amount[own.start + first..own.end]) > 30_000
        });
        let twice = clicked.leaf(self.n, |own| clicked.count_since(own, ago(30)) >= 2);
        spent.with(&twice, |a, b| a & b)
    }

    fn viewed_not_bought(&self) -> Set {
        let having = |posts: &Posts, since: u32| {
            let mut set = Set::none(self.n);
            for (i, product) in posts.product.iter().enumerate() {
                if *product == self.wanted.product && posts.at[i] >= since {
                    set.insert(posts.person[i]);
                }
            }
            set
        };
        let bought = having(self.posts(BOUGHT), 0);
        having(self.posts(VIEWED), ago(7)).with(&bought, |a, b| a & !b)
    }

    fn nested(&self) -> Set {
        let (n, people) = (self.n, &self.people);
        let or = |a: Set, b: &Set| a.with(b, |a, b| a | b);
        let who = self.by_facts(|i| {
            !people.is_staff[i]
                & (((people.gender[i] == 1) & (11..=14).contains(&people.prefecture[i]))
                    | ((people.rank[i] >= 2) & (people.points[i] > 5_000)))
        });
        let opened = self.posts(OPENED);
        let often = opened.leaf(n, |own| own.len() >= 3 && opened.at[own.end - 3] >= ago(30));
        let clicked = self.posts(CLICKED).any_since(n, ago(30));
        let reads = often.with(&clicked, |a, b| a & !b);
        let active = or(self.posts(BOUGHT).any_since(n, ago(90)), &reads);
        let near = or(
            self.posts(APP).any_since(n, ago(14)),
            &self.posts(VISITED).any_since(n, ago(30)),
        );
        let near = or(near, &self.by_facts(|i| people.hobby[i] == 3));
        who.with(&active, |a, b| a & b).with(&near, |a, b| a & b)
    }

    fn birthdays_of_the_best(&self) -> Set {
        let bought = self.posts(BOUGHT);
        let mut spent: Vec<(u64, u32)> = Vec::new();
        bought.leaf(self.n, |own| {
            let person = bought.person[own.start];
            // The greatest first; of equal ones the older customer.
            spent.push((u64::MAX - sum(&bought.amount[own]), person));
            false
        });
        let wanted = spent.len() / 10 + usize::from(!spent.len().is_multiple_of(10));
        let mut set = Set::none(self.n);
        if wanted > 0 {
            spent.select_nth_unstable(wanted - 1);
        }
        for (_, person) in &spent[..wanted] {
            let month_day = self.people.month_day[*person as usize];
            if is_in_the_week(month_day) {
                set.insert(*person);
            }
        }
        set
    }

    /// Looked at, then the same put in the cart within a day, and it not bought within two, which are over.
    fn sequence(&self) -> Set {
        let (viewed, added, bought) = (self.posts(VIEWED), self.posts(ADDED), self.posts(BOUGHT));
        let (mut views, mut purchases) = (0..0, 0..0);
        added.leaf(self.n, |own| {
            if added.at[own.end - 1] < ago(30) {
                return false;
            }
            let person = added.person[own.start];
            views = viewed.of(views.end, person);
            purchases = bought.of(purchases.end, person);
            own.into_iter().any(|i| {
                let (at, product) = (added.at[i], added.product[i]);
                (ago(30)..ago(2)).contains(&at)
                    && views.clone().any(|view| {
                        viewed.product[view] == product
                            && viewed.at[view] >= ago(30)
                            && viewed.at[view] < at
                            && viewed.at[view] + DAY >= at
                    })
                    && !purchases.clone().any(|buy| {
                        bought.product[buy] == product
                            && bought.at[buy] > at
                            && bought.at[buy] <= at + 2 * DAY
                    })
            })
        })
    }
}

/// Tells whether a month and day lies within the seven days that begin today.
fn is_in_the_week(month_day: u16) -> bool {
    matches!(month_day, 1_228..=1_231 | 101..=103)
}

fn sum(amounts: &[u32]) -> u64 {
    amounts.iter().map(|amount| u64::from(*amount)).sum()
}

fn wanted(events: &[Made], category_of: &[u8]) -> Wanted {
    let mut views = vec![0u32; usize::from(NO_PRODUCT)];
    let mut purchases = [0u32; 256];
    for event in events {
        let product = usize::from(event.product);
        if event.name == VIEWED && event.at >= ago(7) {
            views[product] += 1;
        }
        if event.name == BOUGHT {
            purchases[usize::from(category_of[product])] += 1;
        }
    }
    let most = |counts: &[u32]| (0..counts.len()).max_by_key(|i| counts[*i]).unwrap_or(0);
    Wanted {
        product: u16::try_from(most(&views)).unwrap_or(0),
        category: u8::try_from(most(&purchases)).unwrap_or(0),
    }
}
