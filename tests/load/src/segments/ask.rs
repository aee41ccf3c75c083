//! The nine queries to the index: through the rule language where it can say them, else through the
//! index's own questions.

use index::{Aggregate, Answer, Bits, ColumnKey, EventQuery, LeafCache, Ties, ValueRef, View};
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

/// Recency, frequency and sum in the best fifth of all buyers each; of equal ones the younger customer, as `NTILE` in
/// ascending order has it.
fn best_cell(view: &View) -> Bits {
    let bought = events(BOUGHT, None, 0);
    let best = |aggregate| {
        let measured = view.measure(&bought, aggregate);
        let n = measured.people.len();
        let wanted = n - (4 * (n / 5) + (n % 5).min(4));
        measured.greatest(wanted, Ties::Younger, view.n_ordinals())
    };
    let mut found = best(Aggregate::Latest);
    found.keep(&best(Aggregate::Lines));
    found.keep(&best(Aggregate::Amount));
    found
}

/// Birthday within a week, and in the tenth of the buyers that spent most; of equal ones the older.
fn birthdays_of_the_best(view: &View) -> Bits {
    let measured = view.measure(&events(BOUGHT, None, 0), Aggregate::Amount);
    let wanted = measured.people.len().div_ceil(10);
    let best = measured.greatest(wanted, Ties::Older, view.n_ordinals());
    let birthday = view.test(&ColumnKey::attribute("birthday"), |value| match value? {
        ValueRef::Text(day) => Some(day.get(4..).is_some_and(|day| WEEK.contains(&day))),
        _ => None,
    });
    birthday.and(&Answer::known(best)).into_certain()
}
