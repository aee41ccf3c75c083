//! What customers did: one grouped scan per set of event names.

use std::fmt::Write as _;

use kernel::time::Millis;
use profiles::names;

use super::{
    binds::Binds,
    value::{Column, test_sql},
};
use crate::{
    language::{Compare, Events, Filter, Machine, OneOf, Window},
    resolve::{At, Resolved},
};

/// The bit of `event.flags` that marks an act of a machine.
pub(super) const MACHINE: i64 = 1;
/// The bit of `event.flags` that marks an amount in a foreign currency.
pub(super) const FOREIGN: i64 = 8;

/// What is gathered over the matching events of a person.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Aggregate {
    /// The events of one order once.
    Times,
    /// Every event.
    Lines,
    /// Sum of amounts.
    Amount,
    /// Sum of quantities.
    Quantity,
    /// Latest instant.
    Latest,
    /// First instant.
    First,
}

/// One column of a scan.
pub(crate) struct Measure {
    pub(crate) key: (Vec<String>, Window, Vec<Filter>, Machine, Aggregate),
    names: Vec<i64>,
    from: Option<Millis>,
    until: Millis,
    /// Conditions on `event e` beyond name and time.
    filters: Vec<String>,
    aggregate: Aggregate,
}

impl Measure {
    pub(crate) fn new(
        binds: &mut Binds,
        at: &At,
        resolved: &Resolved,
        events: &Events,
        aggregate: Aggregate,
    ) -> Self {
        let (from, until) = events.within.range(at.now, at.zone);
        let mut names: Vec<i64> = events
            .names
            .iter()
            .filter_map(|name| resolved.name(name))
            .collect();
        names.sort_unstable();
        names.dedup();
        let filters = event_filters(binds, at, resolved, events);
        Self {
            key: key(events, aggregate),
            names,
            from,
            until,
            filters,
            aggregate,
        }
    }

    /// Returns the conditions that single this measure out; time only when it differs from the scan's.
    fn conditions(
        &self,
        binds: &mut Binds,
        with_names: bool,
        scan: (Option<Millis>, Millis),
    ) -> Vec<String> {
        let mut all = Vec::new();
        if with_names {
            all.push(binds.int_in("e.name_id", &self.names));
        }
        if let Some(from) = self.from.filter(|_| self.from != scan.0) {
            let from = binds.one(from.0);
            all.push(format!("e.occurred_at >= {from}"));
        }
        if self.until != scan.1 {
            let until = binds.one(self.until.0);
            all.push(format!("e.occurred_at < {until}"));
        }
        all.extend(self.filters.iter().cloned());
        all
    }

    /// Returns the aggregate over the events for which `when` holds; all of them when empty.
    fn aggregate_sql(&self, when: &[String]) -> String {
        let mut when = when.to_vec();
        if self.aggregate == Aggregate::Amount {
            when.push(format!("(e.flags & {FOREIGN}) = 0"));
        }
        let value = match self.aggregate {
            Aggregate::Times => "COALESCE(e.order_id, -e.id)",
            Aggregate::Lines => "1",
            Aggregate::Amount => "e.amount",
            Aggregate::Quantity => "e.quantity",
            Aggregate::Latest | Aggregate::First => "e.occurred_at",
        };
        let value = if when.is_empty() {
            value.to_owned()
        } else {
            format!("CASE WHEN {} THEN {value} END", when.join(" AND "))
        };
        match self.aggregate {
            Aggregate::Times => format!("COUNT(DISTINCT {value})"),
            Aggregate::Lines => format!("COUNT({value})"),
            Aggregate::Amount | Aggregate::Quantity => format!("CAST(SUM({value}) AS BIGINT)"),
            Aggregate::Latest => format!("MAX({value})"),
            Aggregate::First => format!("MIN({value})"),
        }
    }
}

pub(crate) fn key(
    events: &Events,
    aggregate: Aggregate,
) -> (Vec<String>, Window, Vec<Filter>, Machine, Aggregate) {
    (
        events.names.clone(),
        events.within,
        events.filters.clone(),
        events.machine,
        aggregate,
    )
}

/// Returns the conditions on `event e` beyond name and time.
pub(crate) fn event_filters(
    binds: &mut Binds,
    at: &At,
    resolved: &Resolved,
    events: &Events,
) -> Vec<String> {
    let mut all = Vec::new();
    if events.machine == Machine::Excluded {
        all.push(format!("(e.flags & {MACHINE}) = 0"));
    }
    for filter in &events.filters {
        all.push(filter_sql(binds, at, resolved, &events.names, filter));
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
    let mut simple = |word: &str, value: i64| {
        let value = binds.one(value);
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
            let (low, high) = (binds.one(low), binds.one(high));
            format!("({number} BETWEEN {low} AND {high})")
        }
    }
}

/// The most scans of one statement; SQLite joins 64 tables at most. Beyond it, scans are put together.
const MAX_SCANS: usize = 40;

/// Returns the joined scans that yield every measure as column `m0`, `m1` …
pub(crate) fn scans_sql(
    binds: &mut Binds,
    at: &At,
    measures: &[Measure],
    only: Option<i64>,
) -> String {
    let mut groups: Vec<(Vec<i64>, Vec<usize>)> = Vec::new();
    for (index, measure) in measures.iter().enumerate() {
        let full = groups.len() >= MAX_SCANS;
        match groups.iter_mut().find(|(names, _)| *names == measure.names) {
            Some((_, members)) => members.push(index),
            None if full => {
                if let Some((names, members)) = groups.last_mut() {
                    names.extend(&measure.names);
                    members.push(index);
                }
            }
            None => groups.push((measure.names.clone(), vec![index])),
        }
    }
    let mut out = String::new();
    for (number, (names, members)) in groups.into_iter().enumerate() {
        let members: Vec<(usize, &Measure)> = members
            .into_iter()
            .filter_map(|index| measures.get(index).map(|measure| (index, measure)))
            .collect();
        let scan = scan_sql(binds, at, &names, &members, only);
        // Writing to a String cannot fail.
        let _ = write!(
            out,
            "\nLEFT JOIN ({scan}) s{number} ON s{number}.profile_id = p.id"
        );
    }
    out
}

fn scan_sql(
    binds: &mut Binds,
    at: &At,
    names: &[i64],
    members: &[(usize, &Measure)],
    only: Option<i64>,
) -> String {
    // One measure's conditions can be met before grouping; several are told apart while grouping.
    let from = members
        .iter()
        .map(|(_, measure)| measure.from)
        .min()
        .flatten();
    let until = members
        .iter()
        .map(|(_, measure)| measure.until)
        .max()
        .unwrap_or(at.now);
    let workspace = binds.one(at.workspace.raw());
    // With one person wanted, the unary plus keeps SQLite to the primary key.
    let plus = if only.is_some() { "+" } else { "" };
    let mut wheres = vec![format!("{plus}e.workspace_id = {workspace}")];
    wheres.push(if names.is_empty() {
        "1 = 0".to_owned()
    } else {
        binds.int_in("e.name_id", names)
    });
    if let Some(from) = from {
        let from = binds.one(from.0);
        wheres.push(format!("e.occurred_at >= {from}"));
    }
    let upper = binds.one(until.0);
    wheres.push(format!("e.occurred_at < {upper}"));
    if let Some(only) = only {
        let only = binds.one(only);
        wheres.push(format!("e.profile_id = {only}"));
    }
    let columns: Vec<String> = if let [(index, measure)] = members {
        wheres.extend(measure.filters.iter().cloned());
        vec![format!("{} AS m{index}", measure.aggregate_sql(&[]))]
    } else {
        members
            .iter()
            .map(|(index, measure)| {
                let when = measure.conditions(binds, measure.names != names, (from, until));
                format!("{} AS m{index}", measure.aggregate_sql(&when))
            })
            .collect()
    };
    format!(
        "SELECT e.profile_id, {} FROM event e WHERE {} GROUP BY e.profile_id",
        columns.join(", "),
        wheres.join(" AND ")
    )
}

/// Returns the event name behind an answer to a message.
pub(crate) fn answer_name(kind: crate::language::AnswerKind) -> &'static str {
    use crate::language::AnswerKind;
    let id = match kind {
        AnswerKind::Sent => names::MESSAGE_SENT,
        AnswerKind::Opened => names::MESSAGE_OPENED,
        AnswerKind::Clicked => names::MESSAGE_CLICKED,
    };
    names::fixed_text(id).unwrap_or_default()
}
