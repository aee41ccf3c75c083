//! What becomes of a clause when nothing further happens and only the clock goes on.

use std::collections::HashMap;

use kernel::time::Millis;
use sea_orm::FromQueryResult;

use super::{Clause, Happened, Truth, past::Stayed, sequence::Followed};
use crate::{
    language::{
        Bounds, Compare, CountOf, DateTest, Document, EventTest, Events, Measured, Moment, Node,
        Window, children,
    },
    resolve::At,
};

/// The bit of `event.flags` that marks an amount in a foreign currency.
const FOREIGN: i64 = 8;
/// The most instants that a forecast tries.
const MAX_INSTANTS: usize = 2_000;

/// Tells whether a condition's truth follows from what is read of its events; the properties of events are not.
pub(super) const fn is_foreseen(events: &Events) -> bool {
    match &events.test {
        EventTest::Average(measured)
        | EventTest::Minimum(measured)
        | EventTest::Maximum(measured) => !matches!(measured, Measured::Property(_)),
        EventTest::Sum(_) | EventTest::Distinct(_) => false,
        _ => true,
    }
}

/// The most edges of the calendar that a forecast tries.
const MAX_EDGES: u32 = 400;

/// An event that fits a condition apart from the time.
#[derive(Debug, Clone, FromQueryResult)]
pub(super) struct Candidate {
    occurred_at: i64,
    id: i64,
    order_id: Option<i64>,
    amount: Option<i64>,
    quantity: Option<i64>,
    flags: i64,
    product: Option<String>,
    category: Option<String>,
}

/// A condition with all that a person did about it: enough to say what becomes of it.
pub(super) enum Sight {
    Gathered(Gathered),
    Followed(Followed),
    Stayed(Stayed),
}

impl Sight {
    fn truth(&self, at: &At) -> Truth {
        match self {
            Self::Gathered(gathered) => gathered.truth(at),
            Self::Followed(followed) => Truth::of(followed.holds(at)),
            Self::Stayed(stayed) => stayed.truth(at),
        }
    }

    /// Returns the instants after now at which something may change.
    fn instants(&self, at: &At) -> Vec<i64> {
        let mut instants = match self {
            Self::Gathered(gathered) => gathered.instants(at),
            Self::Followed(followed) => followed.instants(at),
            Self::Stayed(stayed) => stayed.instants(at),
        };
        instants.retain(|instant| *instant > at.now.0);
        instants.sort_unstable();
        instants.dedup();
        instants.truncate(MAX_INSTANTS);
        instants
    }

    pub(super) fn flips_at(&self, at: &At, truth: Truth) -> Option<Millis> {
        self.instants(at).into_iter().map(Millis).find(|instant| {
            self.truth(&At {
                now: *instant,
                ..*at
            }) != truth
        })
    }
}

/// A condition about events, and what is gathered of them, latest first.
pub(super) struct Gathered {
    pub(super) events: Events,
    pub(super) seen: Vec<Candidate>,
}

/// The events that lie in the window at one instant.
pub(super) struct InWindow<'a>(Vec<&'a Candidate>);

impl InWindow<'_> {
    pub(super) fn lines(&self) -> i64 {
        i64::try_from(self.0.len()).unwrap_or(i64::MAX)
    }

    pub(super) fn times(&self) -> i64 {
        let mut orders: Vec<i64> = self
            .0
            .iter()
            .map(|event| event.order_id.unwrap_or(-event.id))
            .collect();
        orders.sort_unstable();
        orders.dedup();
        i64::try_from(orders.len()).unwrap_or(i64::MAX)
    }

    pub(super) fn amount(&self) -> i64 {
        self.0
            .iter()
            .filter(|event| event.flags & FOREIGN == 0)
            .filter_map(|event| event.amount)
            .sum()
    }

    fn measured(
        &self,
        measured: &Measured,
        holds: impl Fn(Compare, &[i64]) -> Option<bool>,
    ) -> Truth {
        let of = |event: &&&Candidate| match measured {
            Measured::Amount(_) => event.flags & FOREIGN == 0,
            _ => true,
        };
        let value = |event: &&Candidate| match measured {
            Measured::Amount(_) => event.amount,
            Measured::Quantity(_) => event.quantity,
            Measured::Property(_) => None,
        };
        let values: Vec<i64> = self.0.iter().filter(of).filter_map(value).collect();
        let compare = measured.compare();
        compare
            .and_then(|compare| holds(compare, &values))
            .map_or(Truth::Unknown, Truth::of)
    }

    pub(super) fn quantity(&self) -> i64 {
        self.0.iter().filter_map(|event| event.quantity).sum()
    }

    pub(super) fn latest(&self, n: usize) -> Vec<Happened> {
        let shown = self.0.iter().take(n).map(|event| Happened {
            at: Millis(event.occurred_at),
            product: event.product.clone(),
            category: event.category.clone(),
            amount: event.amount,
            quantity: event.quantity,
        });
        shown.collect()
    }
}

impl Gathered {
    pub(super) fn within(&self, at: &At) -> InWindow<'_> {
        let (from, until) = self.events.within.range(at.now, at.zone);
        let inside = |event: &&Candidate| {
            from.is_none_or(|from| from.0 <= event.occurred_at) && event.occurred_at < until.0
        };
        InWindow(self.seen.iter().filter(inside).collect())
    }

    fn truth(&self, at: &At) -> Truth {
        let now = self.within(at);
        let compared = |n: i64, compare: Compare| Truth::of(compare.holds(n));
        match &self.events.test {
            EventTest::Never => Truth::of(now.lines() == 0),
            EventTest::Count(CountOf::Times(compare)) => compared(now.times(), *compare),
            EventTest::Count(CountOf::Lines(compare)) => compared(now.lines(), *compare),
            EventTest::Amount(compare) => compared(now.amount(), *compare),
            EventTest::Quantity(compare) => compared(now.quantity(), *compare),
            EventTest::Latest(test) => {
                instant_truth(at, now.0.first().map(|event| event.occurred_at), test)
            }
            EventTest::First(test) => {
                instant_truth(at, now.0.last().map(|event| event.occurred_at), test)
            }
            EventTest::Average(measured) => now.measured(measured, |compare, values| {
                let sum = values.iter().map(|value| i128::from(*value)).sum();
                compare.holds_on_average(sum, values.len())
            }),
            EventTest::Minimum(measured) => now.measured(measured, |compare, values| {
                values.iter().min().map(|least| compare.holds(*least))
            }),
            EventTest::Maximum(measured) => now.measured(measured, |compare, values| {
                values.iter().max().map(|greatest| compare.holds(*greatest))
            }),
            EventTest::Sum(_) | EventTest::Distinct(_) => Truth::Unknown,
        }
    }

    fn instants(&self, at: &At) -> Vec<i64> {
        let mut shifts = window_shifts(self.events.within);
        let mut shift = |moment: Moment| shifts.extend(moment_shifts(moment));
        if let EventTest::Latest(test) | EventTest::First(test) = &self.events.test {
            match test {
                DateTest::Before(moment)
                | DateTest::After(moment)
                | DateTest::OnOrBefore(moment)
                | DateTest::OnOrAfter(moment) => shift(*moment),
                DateTest::Between([first, last]) => {
                    shift(*first);
                    shift(*last);
                }
                // Whole days relative to now change at midnights; that is not forecast.
                DateTest::On(_)
                | DateTest::NotOn(_)
                | DateTest::MonthIn(_)
                | DateTest::ThisMonth
                | DateTest::Anniversary(_) => {}
            }
        }
        let seen = self.seen.iter().flat_map(|event| {
            let shifted = |shift: &i64| event.occurred_at.saturating_add(*shift);
            shifts.iter().map(shifted).collect::<Vec<_>>()
        });
        seen.chain(window_edges(self.events.within, at)).collect()
    }
}

/// Returns how long after an event a moment that moves with now passes over it.
pub(super) fn moment_shifts(moment: Moment) -> impl Iterator<Item = i64> {
    let offset = moment.offset();
    offset.into_iter().flat_map(|offset| [-offset, 1 - offset])
}

/// Returns how long after an event it leaves or enters a window.
pub(super) fn window_shifts(window: Window) -> Vec<i64> {
    match window {
        // The calendar moves at its own edges, whatever happened.
        Window::Ever | Window::This(_) | Window::LastFull(_) => Vec::new(),
        Window::Last(span) => moment_shifts(Moment::Ago(span)).collect(),
        Window::Between(Bounds { from, until }) => {
            let ends = from.into_iter().chain(until);
            ends.flat_map(moment_shifts).collect()
        }
    }
}

/// Returns the instants at which a window of the calendar moves.
pub(super) fn window_edges(window: Window, at: &At) -> Vec<i64> {
    let edges = match window {
        Window::This(unit) => unit.next_starts(1, at.now, at.zone),
        Window::LastFull(span) => {
            let (n, unit) = span.parts();
            unit.next_starts(n.saturating_add(1).min(MAX_EDGES), at.now, at.zone)
        }
        _ => Vec::new(),
    };
    edges.into_iter().map(|edge| edge.0).collect()
}

fn instant_truth(at: &At, value: Option<i64>, test: &DateTest) -> Truth {
    let (Some(value), Some((interval, outside))) = (value, test.interval(at.now, at.zone)) else {
        return Truth::Unknown;
    };
    let inside = interval.from.is_none_or(|from| from.0 <= value)
        && interval.until.is_none_or(|until| value < until.0);
    Truth::of(inside != outside)
}

/// Returns when membership changes: events leave or enter windows, everything else stays as it is.
pub(super) fn membership_flips_at(
    at: &At,
    document: &Document,
    clauses: &[Clause],
    sights: &HashMap<String, Sight>,
    is_member: bool,
) -> Option<Millis> {
    let mut instants: Vec<i64> = sights
        .values()
        .flat_map(|sight| sight.instants(at))
        .collect();
    instants.sort_unstable();
    instants.dedup();
    instants.truncate(MAX_INSTANTS);
    let now: HashMap<&str, Truth> = clauses
        .iter()
        .map(|clause| (clause.pointer.as_str(), clause.truth))
        .collect();
    instants.into_iter().map(Millis).find(|instant| {
        let then = At {
            now: *instant,
            ..*at
        };
        let leaf = |pointer: &str| match sights.get(pointer) {
            Some(sight) => sight.truth(&then),
            None => now.get(pointer).copied().unwrap_or(Truth::Unknown),
        };
        (combined(&document.root, "/root", &leaf) == Truth::True) != is_member
    })
}

fn combined(node: &Node, pointer: &str, leaf: &dyn Fn(&str) -> Truth) -> Truth {
    let members: Vec<Truth> = children(node)
        .into_iter()
        .map(|(suffix, member)| combined(member, &format!("{pointer}{suffix}"), leaf))
        .collect();
    let has = |truth: Truth| members.contains(&truth);
    match node {
        Node::All(_) if has(Truth::False) => Truth::False,
        Node::Any(_) if has(Truth::True) => Truth::True,
        Node::All(_) | Node::Any(_) if has(Truth::Unknown) => Truth::Unknown,
        Node::All(_) => Truth::True,
        Node::Any(_) => Truth::False,
        Node::Not(_) => members.first().copied().unwrap_or(Truth::Unknown).not(),
        _ => leaf(pointer),
    }
}
