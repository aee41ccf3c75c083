//! One customer: the same questions, answered from her own events.

use super::{Aggregate, EventFilter, EventQuery, Range, Taken, plan::is_after};
use crate::{
    change::{FOREIGN, MACHINE},
    event::{Bucket, Row, row::Part},
    key::ColumnKey,
    value::ValueRef,
    view::View,
    write::codebook,
};

/// A customer with all her events at hand.
#[derive(Debug)]
pub struct Customer<'a> {
    view: &'a View,
    ordinal: u32,
    /// By instant, then id.
    events: Vec<Held<'a>>,
}

/// An event of the customer.
#[derive(Debug)]
struct Held<'a> {
    name: i32,
    row: Row,
    /// Where its properties are, when in the base.
    place: Option<(&'a Bucket, u32)>,
}

/// An event as it is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Occurrence {
    /// The event's number.
    pub id: i64,
    /// The number of its name.
    pub name: i32,
    /// When it happened.
    pub occurred_at: i64,
    /// The product's term.
    pub product: Option<i64>,
    /// The category's term.
    pub category: Option<i64>,
    /// Minor units.
    pub amount: Option<i64>,
    /// How many.
    pub quantity: Option<i64>,
    /// The order that it is a line of.
    pub order: Option<i64>,
    /// The campaign that it answers.
    pub campaign: Option<i64>,
    /// The delivery that it answers.
    pub delivery: Option<i64>,
    /// Bits as in the table.
    pub flags: u8,
}

impl View {
    /// Gathers an active customer's events; `None` for anybody else.
    pub fn customer(&self, profile: i64) -> Option<Customer<'_>> {
        let ordinal = self.ordinal(profile)?;
        if !self.active.contains(ordinal) {
            return None;
        }
        let mut events = Vec::new();
        for place in self.base.customers.places(ordinal) {
            let Some((name, bucket)) = self.base.buckets.get(place.bucket) else {
                continue;
            };
            if !self.is_gone(*name, bucket.period, place.row) {
                events.push(Held {
                    name: *name,
                    row: bucket.bare_row(place.row, ordinal),
                    place: Some((bucket, place.row)),
                });
            }
        }
        for (name, pending) in &self.pending {
            pending.each_of(ordinal, |row| {
                events.push(Held {
                    name: *name,
                    row: row.clone(),
                    place: None,
                });
            });
        }
        events.sort_unstable_by_key(|held| (held.row.at, held.row.id));
        Some(Customer {
            view: self,
            ordinal,
            events,
        })
    }
}

impl Customer<'_> {
    /// Returns the ordinal.
    pub const fn ordinal(&self) -> u32 {
        self.ordinal
    }

    /// Returns the profile's number.
    pub fn profile(&self) -> Option<i64> {
        self.view.profile(self.ordinal)
    }

    /// Returns the view that the customer is looked at in.
    pub const fn view(&self) -> &View {
        self.view
    }

    /// Returns a value of a column.
    pub fn value(&self, key: &ColumnKey) -> Option<ValueRef<'_>> {
        self.view.value(key, self.ordinal)
    }

    /// Tells whether the customer is in a static list.
    pub fn is_member(&self, list: i64) -> bool {
        self.view
            .lists
            .get(&list)
            .is_some_and(|members| members.contains(self.ordinal))
    }

    /// Tells whether an address must not be written to.
    pub fn is_suppressed(&self, channel: &str, address: &str) -> bool {
        self.view.is_suppressed(channel, address)
    }

    /// Returns the numbers of the names of those of her events whose own numbers lie between two.
    pub fn names_between(&self, first: i64, last: i64) -> impl Iterator<Item = i32> {
        let between = self
            .events
            .iter()
            .filter(move |held| (first..=last).contains(&held.row.id));
        between.map(|held| held.name)
    }

    /// Compares what is gathered; `None` is unknown. Means the same as [`View::judge`].
    pub fn judge(&self, query: &EventQuery, aggregate: Aggregate, range: Range) -> Option<bool> {
        match self.measure(query, aggregate) {
            Some(value) => Some(range.holds(value)),
            None => aggregate.is_counted().then(|| range.holds(0)),
        }
    }

    /// Gathers over the events that count; `None` without any.
    pub fn measure(&self, query: &EventQuery, aggregate: Aggregate) -> Option<i64> {
        let mut counting = self.counting(query, aggregate).peekable();
        counting.peek()?;
        let sum = |part: Part, held: &mut dyn Iterator<Item = &Held<'_>>| {
            held.filter_map(|held| held.row.get(part))
                .fold(0, i64::saturating_add)
        };
        match aggregate {
            Aggregate::Lines => i64::try_from(counting.count()).ok(),
            Aggregate::Times => {
                let mut keys: Vec<(bool, i64)> = counting
                    .map(|held| match held.row.get(Part::Order) {
                        Some(order) => (true, order),
                        None => (false, held.row.id),
                    })
                    .collect();
                keys.sort_unstable();
                keys.dedup();
                i64::try_from(keys.len()).ok()
            }
            Aggregate::Amount => Some(sum(Part::Amount, &mut counting)),
            Aggregate::Quantity => Some(sum(Part::Quantity, &mut counting)),
            Aggregate::Latest => counting.last().map(|held| held.row.at),
            Aggregate::First => counting.next().map(|held| held.row.at),
        }
    }

    /// Returns what the events of a query carry, ascending. Means the same as [`View::judge_values`].
    pub fn values(&self, query: &EventQuery, taken: &Taken) -> Vec<i64> {
        let aggregate = match taken {
            Taken::Amount => Aggregate::Amount,
            _ => Aggregate::Lines,
        };
        let value = |held: &Held<'_>| match (taken.key(), held.place) {
            (Some(key), Some((bucket, row))) => {
                taken.of_value(bucket.property(key).and_then(|column| column.get(row)))
            }
            _ => taken.of_row(&held.row),
        };
        let mut values: Vec<i64> = self.counting(query, aggregate).filter_map(value).collect();
        values.sort_unstable();
        values
    }

    /// Lists the events of a query, the earliest first.
    pub fn events(&self, query: &EventQuery) -> impl Iterator<Item = Occurrence> {
        let words = &self.view.words;
        self.counting(query, Aggregate::Lines).map(move |held| {
            let term = |part| {
                held.row
                    .get(part)
                    .and_then(|code| codebook(words, part).number(code))
            };
            Occurrence {
                id: held.row.id,
                name: held.name,
                occurred_at: held.row.at,
                product: term(Part::Product),
                category: term(Part::Category),
                amount: held.row.get(Part::Amount),
                quantity: held.row.get(Part::Quantity),
                order: held.row.get(Part::Order),
                campaign: term(Part::Campaign),
                delivery: held.row.get(Part::Delivery),
                flags: held.row.flags,
            }
        })
    }

    fn counting(
        &self,
        query: &EventQuery,
        aggregate: Aggregate,
    ) -> impl Iterator<Item = &Held<'_>> {
        let from = query.from.unwrap_or(i64::MIN);
        let start = self.events.partition_point(|held| held.row.at < from);
        let end = self
            .events
            .partition_point(|held| held.row.at < query.until);
        let within = self.events.get(start..end).unwrap_or_default();
        within.iter().filter(move |held| {
            query.names.contains(&held.name)
                && (aggregate != Aggregate::Amount || held.row.flags & FOREIGN == 0)
                && query.filters.iter().all(|filter| self.holds(filter, held))
        })
    }

    fn holds(&self, filter: &EventFilter, held: &Held<'_>) -> bool {
        let row = &held.row;
        let number = |part| {
            row.get(part)
                .and_then(|code| codebook(&self.view.words, part).number(code))
        };
        match filter {
            EventFilter::Human => row.flags & MACHINE == 0,
            EventFilter::Product(one_of) => one_of.holds(number(Part::Product)),
            EventFilter::Category(one_of) => one_of.holds(number(Part::Category)),
            EventFilter::Campaign(one_of) => one_of.holds(number(Part::Campaign)),
            EventFilter::Amount(range) => {
                row.flags & FOREIGN == 0
                    && row
                        .get(Part::Amount)
                        .is_some_and(|amount| range.holds(amount))
            }
            EventFilter::Quantity(range) => row
                .get(Part::Quantity)
                .is_some_and(|quantity| range.holds(quantity)),
            EventFilter::Instant(test) => test.holds(row.at),
            EventFilter::After(after) => is_after(after, self.ordinal, row.at),
            EventFilter::Property(key, test) => {
                let value = match held.place {
                    Some((bucket, row)) => bucket.property(key).and_then(|column| column.get(row)),
                    None => row.property(key),
                };
                test.holds(value) == Some(true)
            }
        }
    }
}
