//! What must hold of each event, and comparisons of whole numbers.

use super::{
    binds::Binds,
    value::{Column, test_sql},
};
use crate::{
    language::{Clock, Compare, Filter, Machine, OneOf, Picked, hour_sql, weekday_sql},
    resolve::{At, Resolved},
};

/// The bit of `event.flags` that marks an act of a machine.
pub(super) const MACHINE: i64 = 1;
/// The bit of `event.flags` that marks an amount in a foreign currency.
pub(super) const FOREIGN: i64 = 8;

/// Returns the conditions on `event e` beyond name and time.
pub(crate) fn event_filters(
    binds: &mut Binds,
    at: &At,
    resolved: &Resolved,
    picked: Picked<'_>,
) -> Vec<String> {
    let mut all = Vec::new();
    if picked.machine == Machine::Excluded {
        all.push(format!("(e.flags & {MACHINE}) = 0"));
    }
    for filter in picked.filters {
        all.push(filter_sql(binds, at, resolved, picked.names, filter));
    }
    all
}

fn filter_sql(
    binds: &mut Binds,
    at: &At,
    resolved: &Resolved,
    names: &[String],
    filter: &Filter,
) -> String {
    match filter {
        Filter::Product(one_of) => {
            let ids: Vec<i64> = one_of
                .values()
                .iter()
                .filter_map(|value| resolved.product(value))
                .collect();
            ids_sql(binds, "e.product_id", &ids, one_of)
        }
        Filter::Category(one_of) => {
            let mut ids: Vec<i64> = one_of
                .values()
                .iter()
                .flat_map(|value| resolved.category(value))
                .copied()
                .collect();
            ids.sort_unstable();
            ids.dedup();
            ids_sql(binds, "e.category_id", &ids, one_of)
        }
        Filter::Amount(compare) => {
            let holds = compare_sql(binds, "e.amount", *compare);
            format!("({holds} AND (e.flags & {FOREIGN}) = 0)")
        }
        Filter::Quantity(compare) => compare_sql(binds, "e.quantity", *compare),
        Filter::Campaign(ids) => {
            let ids: Vec<i64> = ids.iter().map(|id| id.raw()).collect();
            binds.int_in("e.campaign_id", &ids)
        }
        Filter::Weekday(days) => {
            let local = Clock::new(at.zone, at.now).local_sql("e.occurred_at");
            let days: Vec<i64> = days.iter().map(|day| day.number().into()).collect();
            binds.int_in(&weekday_sql(&local), &days)
        }
        Filter::Hour(hours) => {
            let local = Clock::new(at.zone, at.now).local_sql("e.occurred_at");
            let hours: Vec<i64> = hours.list().into_iter().map(i64::from).collect();
            binds.int_in(&hour_sql(&local), &hours)
        }
        Filter::Property(property) => {
            let column = Column::Json {
                column: "e.properties",
                key: &property.key,
            };
            let folds = resolved.property_folds(names, property);
            test_sql(binds, at, &column, &property.test, folds)
        }
    }
}

fn ids_sql(binds: &mut Binds, column: &str, ids: &[i64], one_of: &OneOf) -> String {
    match (one_of, ids.is_empty()) {
        // Nothing of that name was ever seen.
        (OneOf::In(_), true) => "1 = 0".to_owned(),
        (OneOf::NotIn(_), true) => format!("{column} IS NOT NULL"),
        (OneOf::In(_), false) => binds.int_in(column, ids),
        (OneOf::NotIn(_), false) => format!("NOT ({})", binds.int_in(column, ids)),
    }
}

/// Returns the comparison of a whole number.
pub(crate) fn compare_sql(binds: &mut Binds, number: &str, compare: Compare) -> String {
    scaled_sql(binds, number, "", compare)
}

/// Returns the comparison with each operand times something: of an average, without dividing.
pub(crate) fn scaled_sql(binds: &mut Binds, number: &str, scale: &str, compare: Compare) -> String {
    let mut operand = |value: i64| format!("{}{scale}", binds.one(value));
    let mut simple = |word: &str, value: i64| {
        let value = operand(value);
        format!("({number} {word} {value})")
    };
    match compare {
        Compare::Equals(value) => simple("=", value),
        Compare::NotEquals(value) => simple("<>", value),
        Compare::LessThan(value) => simple("<", value),
        Compare::AtMost(value) => simple("<=", value),
        Compare::GreaterThan(value) => simple(">", value),
        Compare::AtLeast(value) => simple(">=", value),
        Compare::Between([low, high]) => {
            let (low, high) = (operand(low), operand(high));
            format!("({number} BETWEEN {low} AND {high})")
        }
    }
}
