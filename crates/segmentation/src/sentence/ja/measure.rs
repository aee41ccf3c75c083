//! Averages, extremes, sums and how many different ones.

use super::{
    super::{Labels, grouped, money},
    words::{compare_words, number_words},
};
use crate::language::{Distinct, Measured, PropertyNumber};

/// Returns what is measured and what must hold of it: 平均金額 and 3,000円以上.
pub(super) fn measured(which: &str, measured: &Measured, labels: &dyn Labels) -> (String, String) {
    match measured {
        Measured::Amount(test) => (
            format!("{which}金額"),
            compare_words(*test, |n| money(n, labels.currency(), "円")),
        ),
        Measured::Quantity(test) => (
            format!("{which}数量"),
            compare_words(*test, |n| format!("{}点", grouped(n))),
        ),
        Measured::Property(property) => number(which, property),
    }
}

pub(super) fn number(which: &str, property: &PropertyNumber) -> (String, String) {
    (
        format!("「{}」の{which}", property.key),
        number_words(&property.test),
    )
}

pub(super) fn distinct(distinct: &Distinct) -> (String, String) {
    let (what, unit) = match distinct {
        Distinct::Product(_) => ("商品の種類".to_owned(), "種類"),
        Distinct::Category(_) => ("カテゴリの数".to_owned(), "種類"),
        Distinct::Order(_) => ("注文の数".to_owned(), "件"),
        Distinct::Campaign(_) => ("キャンペーンの数".to_owned(), "件"),
        Distinct::Property(property) => (format!("「{}」の種類", property.key), "種類"),
    };
    let words = compare_words(distinct.compare(), |n| format!("{}{unit}", grouped(n)));
    (what, words)
}
