//! Averages, extremes, sums and how many different ones.

use super::{
    super::{Labels, grouped, money},
    words::{compare_words, number_words},
};
use crate::language::{Distinct, Measured, PropertyNumber};

/// Returns "the average amount being at least ¥3,000".
pub(super) fn measured(which: &str, measured: &Measured, labels: &dyn Labels) -> String {
    let (what, words) = match measured {
        Measured::Amount(test) => (
            "amount".to_owned(),
            compare_words(*test, |n| money(n, labels.currency(), "¥")),
        ),
        Measured::Quantity(test) => ("quantity".to_owned(), compare_words(*test, grouped)),
        Measured::Property(property) => return number(which, property),
    };
    format!("the {which} {what} being {words}")
}

pub(super) fn number(which: &str, property: &PropertyNumber) -> String {
    let words = number_words(&property.test);
    format!("the {which} “{}” being {words}", property.key)
}

pub(super) fn distinct(distinct: &Distinct) -> String {
    let what = match distinct {
        Distinct::Product(_) => "products".to_owned(),
        Distinct::Category(_) => "categories".to_owned(),
        Distinct::Order(_) => "orders".to_owned(),
        Distinct::Campaign(_) => "campaigns".to_owned(),
        Distinct::Property(property) => format!("values of “{}”", property.key),
    };
    let words = compare_words(distinct.compare(), grouped);
    format!("the number of different {what} being {words}")
}
