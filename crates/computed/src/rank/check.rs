//! What a programme of ranks must be like.

use kernel::invalid::{FieldError, Invalid};

use super::{Fall, Grace, Rank, Ranks};
use crate::{
    period::Period,
    rule::{MAX_DAYS, MAX_ORDERS, money, range},
};

/// The most ranks.
const MAX_RANKS: usize = 10;
/// The longest name, in characters.
const MAX_NAME: usize = 40;
/// The most months of a period.
const MAX_MONTHS: u32 = 120;

/// Checks a programme; everything that is wrong is found.
pub(crate) fn check(rule: &Ranks, found: &mut Invalid) {
    if rule.ranks.is_empty() || rule.ranks.len() > MAX_RANKS {
        found.push(FieldError::new(
            "/rule/rank/ranks",
            "range",
            format!("from 1 to {MAX_RANKS} ranks"),
            format!("ランクは1から{MAX_RANKS}個までです"),
        ));
    }
    for (place, rank) in rule.ranks.iter().enumerate() {
        check_rank(place, rank, found);
        let (below, _) = rule.ranks.split_at(place);
        check_order(place, rank, below, found);
    }
    let at = "/rule/rank/period";
    match rule.period {
        Period::Days(days) => range(found, &format!("{at}/days"), days, (1, MAX_DAYS)),
        Period::Months(months) => range(found, &format!("{at}/months"), months, (1, MAX_MONTHS)),
        Period::Year(year) => range(
            found,
            &format!("{at}/year/from_month"),
            year.from_month,
            (1, 12),
        ),
    }
    match rule.grace {
        Some(Grace::Days(days)) => range(found, "/rule/rank/grace/days", days, (1, MAX_DAYS)),
        None if rule.fall == Fall::OneStep => found.push(FieldError::new(
            "/rule/rank/fall",
            "needs_grace",
            "without grace every step would fall at once: say for how long a rank is kept",
            "猶予がないと一度に落ちてしまいます。ランクを保つ期間を指定してください",
        )),
        None | Some(Grace::NextPeriod) => {}
    }
}

fn check_rank(place: usize, rank: &Rank, found: &mut Invalid) {
    let at = format!("/rule/rank/ranks/{place}");
    let n = rank.name.chars().count();
    let is_odd = rank.name.trim() != rank.name || rank.name.chars().any(char::is_control);
    if n == 0 || n > MAX_NAME || is_odd {
        found.push(FieldError::new(
            format!("{at}/name"),
            "name",
            format!("1 to {MAX_NAME} characters, without spaces at the ends"),
            format!("前後に空白のない1から{MAX_NAME}文字の名前にしてください"),
        ));
    }
    if let Some(orders) = rank.orders {
        range(found, &format!("{at}/orders"), orders, (1, MAX_ORDERS));
    }
    if let Some(spend) = rank.spend {
        money(found, &format!("{at}/spend"), spend);
    }
    if place > 0 && rank.is_free() {
        found.push(FieldError::new(
            at,
            "required",
            "name a sum of money, a number of orders, or both: only the lowest rank may ask for nothing",
            "購入金額か注文回数の少なくとも一方を指定してください（条件なしは最下位のランクだけです）",
        ));
    }
}

/// A rank has a name of its own, and asks for more of something than each one below, and for less of nothing.
fn check_order(place: usize, rank: &Rank, below: &[Rank], found: &mut Invalid) {
    let at = format!("/rule/rank/ranks/{place}");
    if below.iter().any(|lower| lower.name == rank.name) {
        found.push(FieldError::new(
            format!("{at}/name"),
            "repeated",
            "another rank has this name",
            "同じ名前のランクがあります",
        ));
    }
    let Some(lower) = below.last() else { return };
    if rank.is_free() {
        return;
    }
    let [more_money, more_orders] = [
        (lower.spend, rank.spend),
        (lower.orders.map(i64::from), rank.orders.map(i64::from)),
    ]
    .map(|(lower, own)| own.unwrap_or(0).cmp(&lower.unwrap_or(0)));
    let asks_the_same = more_money.is_eq() && more_orders.is_eq();
    let wrong = if more_money.is_lt() || asks_the_same && rank.spend.is_some() {
        "spend"
    } else if more_orders.is_lt() || asks_the_same {
        "orders"
    } else {
        return;
    };
    found.push(FieldError::new(
        format!("{at}/{wrong}"),
        "order",
        "must ask for more than the rank below",
        "一つ下のランクより厳しい条件にしてください",
    ));
}
