//! Standing among buyers in the index: for everybody at once, or for one against limits that are kept.

use std::{
    collections::HashSet,
    sync::{Arc, Mutex, PoisonError},
};

use index::{Aggregate, Answer, Bits, ColumnKey, Customer, EventFilter, EventQuery, View};
use profiles::names::{ORDER_CANCELLED, ORDER_COMPLETED, ORDER_REFUNDED};

use crate::{
    language::{Basis, Cut, Standing, Window},
    resolve::At,
    standing::{DayCount, Limits, Merit},
};

/// The bit of an event's flags that marks an amount in a foreign currency.
const FOREIGN: u8 = 8;

/// The orders of a window, and how they are measured.
#[derive(Debug)]
pub(super) struct Buying {
    days: DayCount,
    completed: EventQuery,
    refunded: EventQuery,
    /// Up to the present, wherever the window ends.
    cancelled: EventQuery,
}

impl Buying {
    pub(super) fn new(within: Window, at: &At) -> Self {
        let (from, until) = within.range(at.now, at.zone);
        let query = |name: i32, until: i64| EventQuery {
            names: vec![name],
            from: from.map(|from| from.0),
            until,
            filters: vec![EventFilter::Human],
        };
        Self {
            days: DayCount::new(at.now, at.zone),
            completed: query(ORDER_COMPLETED, until.0),
            refunded: query(ORDER_REFUNDED, until.0),
            cancelled: query(ORDER_CANCELLED, at.now.0),
        }
    }

    /// Returns what is compared of one customer; `None` of who is no buyer.
    pub(super) fn of_one(&self, customer: &Customer<'_>, by: Basis) -> Option<i64> {
        let cancelled = customer.events(&self.cancelled);
        let cancelled: HashSet<i64> = cancelled.filter_map(|event| event.order).collect();
        let stands = |order: Option<i64>| order.is_none_or(|order| !cancelled.contains(&order));
        let orders = customer.events(&self.completed);
        let orders: Vec<_> = orders.filter(|event| stands(event.order)).collect();
        let latest = orders.last()?.occurred_at;
        Some(match by {
            Basis::Recency => self.days.merit(latest),
            Basis::Frequency => {
                let keys = orders
                    .iter()
                    .map(|event| (event.order.is_some(), event.order.unwrap_or(event.id)));
                i64::try_from(keys.collect::<HashSet<_>>().len()).unwrap_or(i64::MAX)
            }
            Basis::Monetary => {
                let refunds = customer.events(&self.refunded);
                let refunds = refunds.filter(|event| stands(event.order));
                let money = orders.iter().copied().chain(refunds);
                money
                    .filter(|event| event.flags & FOREIGN == 0)
                    .filter_map(|event| event.amount)
                    .fold(0, i64::saturating_add)
            }
        })
    }

    /// Returns every active buyer with what is compared, by ordinal.
    pub(super) fn of_everybody(&self, view: &View, by: Basis) -> Vec<(u32, i64)> {
        let mut buyers = match by {
            Basis::Recency => self.measured(view, Aggregate::Latest),
            Basis::Frequency => self.measured(view, Aggregate::Times),
            Basis::Monetary => self.money(view),
        };
        // Few orders are called off; those who did so are looked at one by one.
        let doubtful = view.any(&self.cancelled);
        buyers.retain(|(person, _)| view.active().contains(*person));
        if doubtful.count() == 0 {
            return buyers;
        }
        buyers.retain_mut(|(person, value)| {
            if !doubtful.contains(*person) {
                return true;
            }
            let customer = view.profile(*person).and_then(|id| view.customer(id));
            let looked_at = customer.and_then(|customer| self.of_one(&customer, by));
            *value = looked_at.unwrap_or_default();
            looked_at.is_some()
        });
        buyers
    }

    fn measured(&self, view: &View, aggregate: Aggregate) -> Vec<(u32, i64)> {
        let measured = view.measure(&self.completed, aggregate);
        let merit = |value| match aggregate {
            Aggregate::Latest => self.days.merit(value),
            _ => value,
        };
        let values = measured.values.into_iter().map(merit);
        measured.people.into_iter().zip(values).collect()
    }

    /// Money goes by two names and may be in foreign currency alone, so who bought is asked apart.
    fn money(&self, view: &View) -> Vec<(u32, i64)> {
        let mut both = self.completed.clone();
        both.names.push(ORDER_REFUNDED);
        let measured = view.measure(&both, Aggregate::Amount);
        let mut sums = measured.people.into_iter().zip(measured.values).peekable();
        let buyers = view.any(&self.completed);
        let sum = |person: u32| {
            while sums.next_if(|(other, _)| *other < person).is_some() {}
            (
                person,
                sums.next_if(|(other, _)| *other == person)
                    .map_or(0, |(_, sum)| sum),
            )
        };
        buyers.iter().map(sum).collect()
    }
}

/// A condition about standing, for one present moment.
#[derive(Debug)]
pub(super) struct Stand {
    by: Basis,
    cut: Cut,
    /// Scores asked for, ascending.
    scores: Vec<u32>,
    buying: Buying,
    /// Where the groups begin, and for which state of the events that holds.
    limits: Mutex<Option<(u64, Arc<Limits>)>>,
}

impl Stand {
    pub(super) fn new(standing: &Standing, at: &At) -> Self {
        Self {
            by: standing.by,
            cut: standing.cut.clone(),
            scores: standing.scores(),
            buying: Buying::new(standing.within, at),
            limits: Mutex::default(),
        }
    }

    /// Returns when what is looked at changed last: orders, or who is a customer (each has been seen once).
    pub(super) fn version(view: &View) -> u64 {
        let orders = view.version_of_events(&[ORDER_COMPLETED, ORDER_REFUNDED, ORDER_CANCELLED]);
        orders.max(view.version_of_column(&ColumnKey::field("first_seen_at")))
    }

    pub(super) fn of_everybody(&self, view: &View) -> Answer {
        let buyers = self.buying.of_everybody(view, self.by);
        let limits = self.limits(view, &buyers);
        let n = view.n_ordinals();
        let (mut certain, mut possible) = (Bits::none(n), Bits::all(n));
        for (person, value) in buyers {
            let holds = self.holds(&limits, (value, view.profile(person).unwrap_or_default()));
            certain.put(person, holds);
            possible.put(person, holds);
        }
        Answer::doubtful(certain, possible)
    }

    /// Says of one customer whether she stands there; `None` of who is no buyer.
    pub(super) fn of_one(&self, customer: &Customer<'_>) -> Option<bool> {
        let value = self.buying.of_one(customer, self.by)?;
        let view = customer.view();
        let known = self.kept(view);
        let limits = known.unwrap_or_else(|| {
            let buyers = self.buying.of_everybody(view, self.by);
            self.limits(view, &buyers)
        });
        let profile = view.profile(customer.ordinal()).unwrap_or_default();
        Some(self.holds(&limits, (value, profile)))
    }

    fn holds(&self, limits: &Limits, merit: Merit) -> bool {
        self.scores.binary_search(&limits.score(merit)).is_ok()
    }

    fn kept(&self, view: &View) -> Option<Arc<Limits>> {
        let kept = self.limits.lock().unwrap_or_else(PoisonError::into_inner);
        let (version, limits) = kept.as_ref()?;
        (*version == Self::version(view)).then(|| Arc::clone(limits))
    }

    fn limits(&self, view: &View, buyers: &[(u32, i64)]) -> Arc<Limits> {
        if let Some(kept) = self.kept(view) {
            return kept;
        }
        let merit =
            |(person, value): &(u32, i64)| (*value, view.profile(*person).unwrap_or_default());
        let mut merits: Vec<Merit> = buyers.iter().map(merit).collect();
        let limits = Arc::new(Limits::of(&self.cut, self.by, &mut merits));
        let mut kept = self.limits.lock().unwrap_or_else(PoisonError::into_inner);
        *kept = Some((Self::version(view), Arc::clone(&limits)));
        limits
    }
}
