//! The nine queries to the index: through the rule language where it can say them, else through the
//! index's own questions.

use index::{Aggregate, Answer, Bits, ColumnKey, EventQuery, LeafCache, Measured, ValueRef, View};
use segmentation::index::compile;

use super::{
    data::{BOUGHT, NAMES, NOW},
    feed,
    rules::Rules,
};

const DAY: i64 = kernel::time::DAY;
const PRESENT: i64 = feed::instant(NOW);
/// What birthdays within a week end with, across the end of the year.
const WEEK: [&str; 7] = [
    "-12-28", "-12-29", "-12-30", "-12-31", "-01-01", "-01-02", "-01-03",
];

/// Answers a query by its number, from 1. Only the language keeps answers of conditions.
pub(super) fn ask(view: &View, rules: &Rules, query: usize, cache: &LeafCache) -> Bits {
    if let Some(document) = rules.query(query) {
        return compile(document, &rules.resolved, &rules.at).members(view, Some(cache));
    }
    let mut found = match query {
        4 => best_cell(view),
        _ => birthdays_of_the_best(view),
    };
    found.keep(view.active());
    found
}

/// Events of a name from so many days ago until so many days ago.
fn events(name: u8, from: Option<i64>, until: i64) -> EventQuery {
    let number = NAMES.get(usize::from(name)).map(|(_, number, _)| *number);
    EventQuery {
        names: number.into_iter().collect(),
        from: from.map(|days| PRESENT - days * DAY),
        until: PRESENT - until * DAY,
        filters: Vec::new(),
    }
}

/// Recency, frequency and sum in the best fifth of all buyers each.
fn best_cell(view: &View) -> Bits {
    let bought = events(BOUGHT, None, 0);
    let best = |aggregate| {
        let measured = view.measure(&bought, aggregate);
        let n = measured.people.len();
        highest(view, measured, n - (4 * (n / 5) + (n % 5).min(4)))
    };
    let mut found = best(Aggregate::Latest);
    found.keep(&best(Aggregate::Lines));
    found.keep(&best(Aggregate::Amount));
    found
}

/// The `wanted` highest; of equal ones the younger customer, as `NTILE` in ascending order has it.
fn highest(view: &View, measured: Measured, wanted: usize) -> Bits {
    let mut keys: Vec<(i64, u32)> = measured.values.into_iter().zip(measured.people).collect();
    let first = keys.len().saturating_sub(wanted);
    if first < keys.len() {
        keys.select_nth_unstable(first);
    }
    let mut found = Bits::none(view.n_ordinals());
    for (_, person) in keys.get(first..).unwrap_or_default() {
        found.insert(*person);
    }
    found
}

/// Birthday within a week, and in the tenth of the buyers that spent most; of equal ones the older.
fn birthdays_of_the_best(view: &View) -> Bits {
    let mut measured = view.measure(&events(BOUGHT, None, 0), Aggregate::Amount);
    let n = measured.people.len();
    let wanted = n / 10 + usize::from(!n.is_multiple_of(10));
    // Highest picks the younger of equal ones; turned round it picks the older.
    let last = view.n_ordinals().saturating_sub(1);
    for person in &mut measured.people {
        *person = last - *person;
    }
    let mut best = Bits::none(view.n_ordinals());
    for turned in highest(view, measured, wanted).iter() {
        best.insert(last - turned);
    }
    let birthday = view.test(&ColumnKey::attribute("birthday"), |value| match value? {
        ValueRef::Text(day) => Some(day.get(4..).is_some_and(|day| WEEK.contains(&day))),
        _ => None,
    });
    birthday.and(&Answer::known(best)).into_certain()
}
