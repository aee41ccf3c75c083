//! What a rule of tastes must be like.

use std::collections::BTreeSet;

use kernel::invalid::{FieldError, Invalid};

use super::{Affinity, Band, MAX_DAYS};
use crate::rule::{money, range, text};

/// The most actions.
const MAX_ACTIONS: usize = 20;
/// The most bands of prices.
const MAX_BANDS: usize = 10;
/// The most points of one act.
const MAX_POINTS: i64 = 1_000;

/// Checks a rule; everything that is wrong is found.
pub(crate) fn check(rule: &Affinity, found: &mut Invalid) {
    let at = "/rule/affinity";
    check_actions(rule, found);
    range(
        found,
        &format!("{at}/half_life"),
        rule.half_life,
        (1, MAX_DAYS),
    );
    range(found, &format!("{at}/acts"), rule.acts, (1, 1_000));
    range(found, &format!("{at}/days"), rule.days, (1, MAX_DAYS));
    if let Some(depth) = rule.category.and_then(|category| category.depth) {
        range(found, &format!("{at}/category/depth"), depth, (1, 20));
    }
    if let Some(brand) = &rule.brand {
        text(&format!("{at}/brand/property"), &brand.property, found);
    }
    check_bands(&rule.price, found);
    if rule.dimensions().is_empty() {
        found.push(FieldError::new(
            at,
            "required",
            "name at least one of category, brand and price",
            "カテゴリー・ブランド・価格帯の少なくとも1つを選んでください",
        ));
    }
}

fn check_actions(rule: &Affinity, found: &mut Invalid) {
    let at = "/rule/affinity/actions";
    if rule.actions.is_empty() || rule.actions.len() > MAX_ACTIONS {
        found.push(FieldError::new(
            at,
            "range",
            format!("from 1 to {MAX_ACTIONS} entries"),
            format!("1から{MAX_ACTIONS}件にしてください"),
        ));
    }
    let mut names = BTreeSet::new();
    for (place, action) in rule.actions.iter().enumerate() {
        text(&format!("{at}/{place}/event"), &action.event, found);
        if !names.insert(&action.event) {
            found.push(twice(format!("{at}/{place}/event")));
        }
        if !(1..=MAX_POINTS).contains(&action.points) {
            found.push(FieldError::new(
                format!("{at}/{place}/points"),
                "range",
                format!("from 1 to {MAX_POINTS}"),
                format!("1から{MAX_POINTS}までの数にしてください"),
            ));
        }
    }
}

fn check_bands(bands: &[Band], found: &mut Invalid) {
    let at = "/rule/affinity/price";
    if bands.len() > MAX_BANDS {
        found.push(FieldError::new(
            at,
            "range",
            format!("at most {MAX_BANDS} entries"),
            format!("{MAX_BANDS}件までにしてください"),
        ));
    }
    let mut names = BTreeSet::new();
    let mut below = 0;
    for (place, band) in bands.iter().enumerate() {
        text(&format!("{at}/{place}/name"), &band.name, found);
        if !names.insert(&band.name) {
            found.push(twice(format!("{at}/{place}/name")));
        }
        let pointer = format!("{at}/{place}/from");
        if let Some(from) = band.from {
            money(found, &pointer, from);
        }
        let from = band.from.unwrap_or(0);
        if place > 0 && from <= below {
            found.push(FieldError::new(
                pointer,
                "order",
                "must begin above the band before it",
                "前の価格帯より高い金額から始めてください",
            ));
        }
        below = from;
    }
}

fn twice(pointer: String) -> FieldError {
    FieldError::new(
        pointer,
        "duplicate",
        "is given twice",
        "同じ名前が2つあります",
    )
}
