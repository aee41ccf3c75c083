//! A shop of any size, the same in every run: customers with facts, and what they did in 400 days.

#![expect(
    clippy::indexing_slicing,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "places drawn from tables of known length, and numbers drawn within the bounds of their types"
)]

use chrono::{Datelike, Days, NaiveDate};

use super::chance::{Weighted, below, exponential, gamma, happens, normal, shuffled, unit};
use crate::dice::Dice;

/// Seconds of a day.
pub(super) const DAY: u32 = 86_400;
/// The present moment, in seconds since [`START`].
pub(super) const NOW: u32 = 400 * DAY;
/// 2024-11-23, in milliseconds: the present is the start of 2025-12-28.
pub(super) const START: i64 = 1_732_320_000_000;
/// How many products there are.
pub(super) const PRODUCTS: u32 = 20_000;
/// How many categories there are.
pub(super) const CATEGORIES: u32 = 60;
/// Stands for no product.
pub(super) const NO_PRODUCT: u16 = u16::MAX;

/// The event names: as the language writes them, their numbers, and the share of those that nothing
/// leads to; page views are the rest.
pub(super) const NAMES: [(&str, i32, f64); 12] = [
    ("Page Viewed", 10, 0.0),
    ("Product Viewed", 3, 0.195),
    ("Product Added", 4, 0.0),
    ("Product Purchased", 2, 0.004),
    ("message_opened", 42, 0.12),
    ("message_clicked", 43, 0.03),
    ("push_opened", 1_001, 0.03),
    ("line_clicked", 1_002, 0.02),
    ("store_visited", 1_003, 0.01),
    ("app_opened", 1_004, 0.045),
    ("Products Searched", 15, 0.02),
    ("Product Reviewed", 26, 0.005),
];
pub(super) const VIEWED: u8 = 1;
pub(super) const ADDED: u8 = 2;
pub(super) const BOUGHT: u8 = 3;
pub(super) const OPENED: u8 = 4;
pub(super) const CLICKED: u8 = 5;
pub(super) const VISITED: u8 = 8;
pub(super) const APP: u8 = 9;
const REVIEWED: u8 = 11;

pub(super) const GENDERS: [&str; 4] = ["male", "female", "other", "unknown"];
pub(super) const RANKS: [&str; 4] = ["regular", "silver", "gold", "platinum"];

/// Inhabitants of the 47 prefectures, in millions, from Hokkaido to Okinawa.
const INHABITANTS: [f64; 47] = [
    5.2, 1.2, 1.2, 2.3, 0.95, 1.05, 1.8, 2.9, 1.9, 1.9, 7.3, 6.3, 14.0, 9.2, 2.2, 1.0, 1.1, 0.76,
    0.8, 2.0, 2.0, 3.6, 7.5, 1.8, 1.4, 2.6, 8.8, 5.4, 1.3, 0.92, 0.55, 0.67, 1.9, 2.8, 1.3, 0.72,
    0.95, 1.3, 0.7, 5.1, 0.8, 1.3, 1.7, 1.1, 1.1, 1.6, 1.5,
];
/// How busy the hours of a day are.
const HOURS: [f64; 24] = [
    2.0, 1.0, 0.7, 0.5, 0.4, 0.6, 1.5, 3.0, 4.0, 4.0, 4.0, 4.5, 5.5, 5.0, 4.5, 4.5, 4.5, 5.0, 5.5,
    6.0, 7.0, 8.0, 7.0, 4.0,
];

/// What is known of the customers, an array a fact.
#[derive(Default)]
pub(super) struct People {
    pub(super) gender: Vec<u8>,
    /// 1 to 47.
    pub(super) prefecture: Vec<u8>,
    pub(super) rank: Vec<u8>,
    pub(super) birthday: Vec<NaiveDate>,
    /// Month and day of the birthday: 1231 is the last of December.
    pub(super) month_day: Vec<u16>,
    /// Days before the present.
    pub(super) registered: Vec<u16>,
    /// Email, LINE, push.
    pub(super) permits: [Vec<bool>; 3],
    pub(super) points: Vec<u32>,
    pub(super) score: Vec<f32>,
    pub(super) hobby: Vec<u8>,
    pub(super) has_app: Vec<bool>,
    /// Days after the present.
    pub(super) renewal: Vec<u16>,
    pub(super) store: Vec<u16>,
    /// Belongs to the segment that a query leaves out.
    pub(super) is_staff: Vec<bool>,
}

/// Something that a customer did.
#[derive(Clone, Copy)]
pub(super) struct Made {
    /// Seconds since [`START`].
    pub(super) at: u32,
    pub(super) person: u32,
    pub(super) amount: u32,
    pub(super) product: u16,
    /// A place in [`NAMES`].
    pub(super) name: u8,
    pub(super) quantity: u8,
}

/// A whole shop.
pub(super) struct Shop {
    pub(super) people: People,
    /// In the order of time.
    pub(super) events: Vec<Made>,
    pub(super) category_of: Vec<u8>,
}

impl Shop {
    /// Makes customers and about so many events.
    pub(super) fn make(people: u32, events: u32) -> Self {
        let mut dice = Dice::new(20_251_228);
        let category = Weighted::zipf(CATEGORIES, 0.7, 4.0);
        let made = people_of(&mut dice, people);
        let category_of = (0..PRODUCTS)
            .map(|_| category.draw(&mut dice) as u8)
            .collect();
        Self {
            people: made,
            events: Events::new(dice, people, events).make(events),
            category_of,
        }
    }
}

fn people_of(dice: &mut Dice, n: u32) -> People {
    let gender = Weighted::new([0.42, 0.46, 0.02, 0.10]);
    let prefecture = Weighted::new(INHABITANTS);
    let rank = Weighted::new([0.60, 0.25, 0.12, 0.03]);
    let hobby = Weighted::new([0.3, 0.2, 0.15, 0.1, 0.1, 0.08, 0.05, 0.02]);
    let first_birthday = NaiveDate::from_ymd_opt(1945, 1, 1).unwrap_or_default();
    let mut people = People::default();
    for _ in 0..n {
        let birthday = first_birthday + Days::new(dice.below(365 * 60));
        people.gender.push(gender.draw(dice) as u8);
        people.prefecture.push(prefecture.draw(dice) as u8 + 1);
        people.rank.push(rank.draw(dice) as u8);
        people.birthday.push(birthday);
        let month_day = birthday.month() * 100 + birthday.day();
        people.month_day.push(month_day as u16);
        people.registered.push(below(dice, 2_400) as u16);
        for (permits, share) in people.permits.iter_mut().zip([0.8, 0.45, 0.35]) {
            permits.push(happens(dice, share));
        }
        people.points.push(gamma(dice, 1.2, 2_500.0) as u32);
        people.score.push(unit(dice) as f32);
        people.hobby.push(hobby.draw(dice) as u8);
        people.has_app.push(happens(dice, 0.4));
        people.renewal.push(below(dice, 800) as u16);
        people.store.push(below(dice, 300) as u16);
        people.is_staff.push(happens(dice, 0.05));
    }
    people
}

struct Events {
    dice: Dice,
    /// Customers and products in the order of how often they are drawn, and how often.
    people: (Vec<u32>, Weighted),
    products: (Vec<u32>, Weighted),
    prices: Vec<u32>,
    hours: Weighted,
    quantities: Weighted,
    made: Vec<Made>,
}

impl Events {
    fn new(mut dice: Dice, people: u32, events: u32) -> Self {
        let price = |dice: &mut Dice| {
            let drawn = 0.7f64.mul_add(normal(dice), 8.3).exp();
            (drawn.clamp(200.0, 200_000.0) / 10.0).round() as u32 * 10
        };
        Self {
            people: (
                shuffled(&mut dice, people),
                Weighted::zipf(people, 0.8, 50.0),
            ),
            products: (
                shuffled(&mut dice, PRODUCTS),
                Weighted::zipf(PRODUCTS, 0.9, 3.0),
            ),
            prices: (0..PRODUCTS).map(|_| price(&mut dice)).collect(),
            hours: Weighted::new(HOURS),
            quantities: Weighted::new([0.8, 0.15, 0.05]),
            made: Vec::with_capacity(events as usize),
            dice,
        }
    }

    fn make(mut self, events: u32) -> Vec<Made> {
        let of = |share: f64| (f64::from(events) * share) as u32;
        for (name, (_, _, share)) in (0u8..).zip(NAMES) {
            for _ in 0..of(share) {
                let (person, at) = (self.person(), self.time());
                match name {
                    VIEWED => self.view(person, at),
                    BOUGHT | REVIEWED => {
                        let product = self.product();
                        self.add(name, person, at, product);
                    }
                    _ => self.add(name, person, at, NO_PRODUCT),
                }
            }
        }
        while self.made.len() < events as usize {
            let (person, at) = (self.person(), self.time());
            self.add(0, person, at, NO_PRODUCT);
        }
        let mut made = self.made;
        made.sort_by_key(|event| (event.at, event.name));
        made
    }

    /// A product is looked at, maybe put in the cart, maybe bought.
    fn view(&mut self, person: u32, at: u32) {
        let product = self.product();
        self.add(VIEWED, person, at, product);
        if !happens(&mut self.dice, 0.25) {
            return;
        }
        let at = at + 20 + below(&mut self.dice, 1_780);
        self.add(ADDED, person, at, product);
        if happens(&mut self.dice, 0.45) {
            let wait = exponential(&mut self.dice, 4.0 * 3_600.0).min(5.0 * f64::from(DAY));
            self.add(BOUGHT, person, at + 30 + wait as u32, product);
        }
    }

    fn add(&mut self, name: u8, person: u32, at: u32, product: u16) {
        // What would happen after the present has not.
        if at >= NOW {
            return;
        }
        let (mut amount, mut quantity) = (0, 0);
        if name == BOUGHT {
            quantity = self.quantities.draw(&mut self.dice) as u8 + 1;
            amount = self.prices[usize::from(product)] * u32::from(quantity);
        }
        self.made.push(Made {
            at,
            person,
            amount,
            product,
            name,
            quantity,
        });
    }

    fn person(&mut self) -> u32 {
        self.people.0[self.people.1.draw(&mut self.dice)]
    }

    fn product(&mut self) -> u16 {
        self.products.0[self.products.1.draw(&mut self.dice)] as u16
    }

    fn time(&mut self) -> u32 {
        let hour = self.hours.draw(&mut self.dice) as u32;
        below(&mut self.dice, 400) * DAY + hour * 3_600 + below(&mut self.dice, 3_600)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[expect(clippy::cast_precision_loss, reason = "counts of a small shop")]
    fn a_shop_is_made_the_same_again_and_has_the_shares_of_a_shop() {
        let (shop, again) = (Shop::make(2_000, 40_000), Shop::make(2_000, 40_000));
        let written = |shop: &Shop| -> Vec<(u32, u32, u16)> {
            let events = shop.events.iter();
            events.map(|e| (e.at, e.person, e.product)).collect()
        };
        assert_eq!(written(&shop), written(&again));
        assert!(shop.events.is_sorted_by_key(|event| event.at));
        let share = |name: u8| {
            let n = shop.events.iter().filter(|event| event.name == name);
            n.count() as f64 / shop.events.len() as f64
        };
        for (name, wanted) in [(0, 0.45), (VIEWED, 0.195), (ADDED, 0.049), (BOUGHT, 0.026)] {
            assert!(
                (share(name) - wanted).abs() < 0.01,
                "{name}: {}",
                share(name)
            );
        }
    }
}
