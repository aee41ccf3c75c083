//! Three segments worth having, in words and in numbers.
//!
//! They are data: the loader turns them into the segment language. [`count`] evaluates them straight
//! from the baskets, so that whatever evaluates the language has a number to agree with.

use std::collections::{HashMap, HashSet};

use kernel::time::{DAY, Millis};

use crate::{basket::Basket, product::Product};

/// The categories of frozen food, by the source's English name.
pub const FROZEN: [&str; 14] = [
    "FRZN MEAT/MEAT DINNERS",
    "FROZEN PIZZA",
    "FRZN VEGETABLE/VEG DSH",
    "FRZN BREAKFAST FOODS",
    "FROZEN MEAT",
    "FRZN POTATOES",
    "SEAFOOD - FROZEN",
    "FROZEN PIE/DESSERTS",
    "FROZEN BREAD/DOUGH",
    "FRZN FRUITS",
    "FROZEN - BOXED(GROCERY)",
    "FROZEN CHICKEN",
    "FRZN SEAFOOD",
    "FROZEN PACKAGE MEAT",
];
/// The categories of milk and dairy products, by the source's English name.
pub const DAIRY: [&str; 6] = [
    "FLUID MILK PRODUCTS",
    "MILK BY-PRODUCTS",
    "CHEESE",
    "YOGURT",
    "BUTTER",
    "MISC. DAIRY",
];

/// One condition of an idea; all of them must hold. Windows are `[as_of - days, as_of)`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Condition {
    /// At least so many distinct orders; an empty list of categories means any product.
    OrdersAtLeast {
        /// The categories, by English name.
        categories: &'static [&'static str],
        /// The window in days.
        within_days: i64,
        /// The least number of orders.
        orders: usize,
    },
    /// No order; an empty list of categories means any product.
    NoOrder {
        /// The categories, by English name.
        categories: &'static [&'static str],
        /// The window in days.
        within_days: i64,
    },
    /// At least so much money over all products, fuel and coupons included.
    SpentAtLeast {
        /// The window in days.
        within_days: i64,
        /// The least sum in yen.
        yen: i64,
    },
}

/// A segment to have ready.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SegmentIdea {
    /// Stable key.
    pub key: &'static str,
    /// Japanese name.
    pub name: &'static str,
    /// English name.
    pub name_en: &'static str,
    /// What it says, in Japanese.
    pub description: &'static str,
    /// What it says, in English.
    pub description_en: &'static str,
    /// The conditions, all of which must hold.
    pub conditions: &'static [Condition],
    /// How many households are in it at the end of the data, as pandas counted.
    pub n_households: usize,
}

/// The three ideas.
pub const IDEAS: [SegmentIdea; 3] = [
    SegmentIdea {
        key: "frozen-lapsing",
        name: "冷凍食品の買い足しどき",
        name_en: "Due for frozen food",
        description: "直近180日に冷凍食品を10回以上買い、直近14日は買っていない",
        description_en: "Bought frozen food in 10 or more orders within 180 days, none within 14",
        conditions: &[
            Condition::OrdersAtLeast {
                categories: &FROZEN,
                within_days: 180,
                orders: 10,
            },
            Condition::NoOrder {
                categories: &FROZEN,
                within_days: 14,
            },
        ],
        n_households: 195,
    },
    SegmentIdea {
        key: "good-but-gone",
        name: "60日ご来店のない優良なお客様",
        name_en: "Good customers not seen for 60 days",
        description: "直近365日に50,000円以上買い、直近60日は来店していない",
        description_en: "Spent 50,000 yen or more within 365 days, no order within 60",
        conditions: &[
            Condition::SpentAtLeast {
                within_days: 365,
                yen: 50_000,
            },
            Condition::NoOrder {
                categories: &[],
                within_days: 60,
            },
        ],
        n_households: 50,
    },
    SegmentIdea {
        key: "dairy-weekly",
        name: "牛乳・乳製品をほぼ毎週買う",
        name_en: "Dairy nearly every week",
        description: "直近56日に牛乳・乳製品を8回以上買った",
        description_en: "Bought milk or dairy products in 8 or more orders within 56 days",
        conditions: &[Condition::OrdersAtLeast {
            categories: &DAIRY,
            within_days: 56,
            orders: 8,
        }],
        n_households: 385,
    },
];

/// Returns the households of an idea at `as_of`, straight from the baskets.
pub(crate) fn members<'a>(
    idea: &SegmentIdea,
    as_of: Millis,
    products: &[Product],
    baskets: impl Iterator<Item = Basket<'a>>,
) -> HashSet<u32> {
    let mut sums: HashMap<u32, Vec<i64>> = HashMap::new();
    for basket in baskets {
        let tallies = sums
            .entry(basket.household)
            .or_insert_with(|| vec![0; idea.conditions.len()]);
        for (tally, condition) in tallies.iter_mut().zip(idea.conditions) {
            *tally += weight(condition, as_of, products, &basket);
        }
    }
    let holds = |(tally, condition): (&i64, &Condition)| match *condition {
        Condition::OrdersAtLeast { orders, .. } => {
            usize::try_from(*tally).is_ok_and(|n| n >= orders)
        }
        Condition::NoOrder { .. } => *tally == 0,
        Condition::SpentAtLeast { yen, .. } => *tally >= yen,
    };
    let members = sums
        .iter()
        .filter(|(_, tallies)| tallies.iter().zip(idea.conditions).all(holds));
    members.map(|(household, _)| *household).collect()
}

/// What one basket adds to the tally of a condition.
fn weight(condition: &Condition, as_of: Millis, products: &[Product], basket: &Basket<'_>) -> i64 {
    let (days, categories): (i64, &[&str]) = match *condition {
        Condition::OrdersAtLeast {
            categories,
            within_days,
            ..
        }
        | Condition::NoOrder {
            categories,
            within_days,
        } => (within_days, categories),
        Condition::SpentAtLeast { within_days, .. } => (within_days, &[]),
    };
    if basket.occurred_at >= as_of || basket.occurred_at < as_of.plus(-days * DAY) {
        return 0;
    }
    if matches!(condition, Condition::SpentAtLeast { .. }) {
        return basket.total();
    }
    let fits = |index: u32| {
        let category = products
            .get(index as usize)
            .and_then(|product| product.path.category());
        category.is_some_and(|level| categories.contains(&level.en.as_str()))
    };
    let hit = categories.is_empty() || basket.lines.iter().any(|line| fits(line.product.0));
    i64::from(hit)
}
