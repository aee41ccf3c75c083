//! What customers did: one grouped scan per set of event names.

use std::fmt::Write as _;

use kernel::time::Millis;
use profiles::names;

use super::{
    binds::Binds,
    filter::{FOREIGN, event_filters},
    since::After,
    value::{any_value, thousandths},
};
use crate::{
    language::{EventTest, Events},
    resolve::{At, Resolved},
};

/// What is gathered over the matching events of a person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Aggregate {
    /// The events of one order once.
    Times,
    /// Every event.
    Lines,
    /// Latest instant.
    Latest,
    /// First instant.
    First,
    /// Sum of what events have.
    Sum(Part),
    /// How many events have it.
    Valued(Part),
    /// The least of it.
    Least(Part),
    /// The greatest of it.
    Greatest(Part),
    /// How many different ones of it.
    Distinct(Part),
}

/// What is taken of an event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Part {
    Amount,
    Quantity,
    Product,
    Category,
    Order,
    Campaign,
    /// The thousandths of a numeric property.
    Number(String),
    /// A property's text, number or truth value.
    Any(String),
}

impl Aggregate {
    const fn part(&self) -> Option<&Part> {
        match self {
            Self::Times | Self::Lines | Self::Latest | Self::First => None,
            Self::Sum(part)
            | Self::Valued(part)
            | Self::Least(part)
            | Self::Greatest(part)
            | Self::Distinct(part) => Some(part),
        }
    }

    fn value(&self, binds: &mut Binds) -> String {
        let column = match self {
            Self::Times => "COALESCE(e.order_id, -e.id)",
            Self::Lines => "1",
            Self::Latest | Self::First => "e.occurred_at",
            Self::Sum(part)
            | Self::Valued(part)
            | Self::Least(part)
            | Self::Greatest(part)
            | Self::Distinct(part) => match part {
                Part::Amount => "e.amount",
                Part::Quantity => "e.quantity",
                Part::Product => "e.product_id",
                Part::Category => "e.category_id",
                Part::Order => "e.order_id",
                Part::Campaign => "e.campaign_id",
                Part::Number(key) => return thousandths(binds, "e.properties", key),
                Part::Any(key) => return any_value(binds, "e.properties", key),
            },
        };
        column.to_owned()
    }
}

/// One column of a scan.
pub(crate) struct Measure {
    pub(crate) key: (Events, Aggregate),
    names: Vec<i64>,
    from: Option<Millis>,
    until: Millis,
    /// Conditions on `event e` beyond name and time.
    filters: Vec<String>,
    aggregate: Aggregate,
    /// What is gathered of an event.
    value: String,
    since: Option<After>,
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
        let filters = event_filters(binds, at, resolved, events.picked());
        let value = aggregate.value(binds);
        let since = events.since.as_ref();
        let since = since.map(|since| After::new(binds, at, resolved, since));
        Self {
            key: key(events, aggregate.clone()),
            names,
            from,
            until,
            filters,
            aggregate,
            value,
            since,
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
        if self.aggregate.part() == Some(&Part::Amount) {
            when.push(format!("(e.flags & {FOREIGN}) = 0"));
        }
        let value = self.value.as_str();
        let value = if when.is_empty() {
            value.to_owned()
        } else {
            format!("CASE WHEN {} THEN {value} END", when.join(" AND "))
        };
        match self.aggregate {
            Aggregate::Times | Aggregate::Distinct(_) => format!("COUNT(DISTINCT {value})"),
            Aggregate::Lines | Aggregate::Valued(_) => format!("COUNT({value})"),
            Aggregate::Sum(_) => format!("CAST(SUM({value}) AS BIGINT)"),
            Aggregate::Latest | Aggregate::Greatest(_) => format!("MAX({value})"),
            Aggregate::First | Aggregate::Least(_) => format!("MIN({value})"),
        }
    }
}

/// Returns what tells a measure from others; what is made of it afterwards does not matter.
pub(crate) fn key(events: &Events, aggregate: Aggregate) -> (Events, Aggregate) {
    let events = Events {
        test: EventTest::Never,
        ..events.clone()
    };
    (events, aggregate)
}

/// Measures that are gathered in one scan.
struct Group<'a> {
    names: Vec<i64>,
    since: Option<&'a After>,
    members: Vec<usize>,
}

/// The most scans of one statement; SQLite joins 64 tables at most. Beyond it, scans are put together.
const MAX_SCANS: usize = 32;

/// Returns the joined scans that yield every measure as column `m0`, `m1` …
pub(crate) fn scans_sql(
    binds: &mut Binds,
    at: &At,
    measures: &[Measure],
    only: Option<i64>,
) -> String {
    let mut groups: Vec<Group<'_>> = Vec::new();
    for (index, measure) in measures.iter().enumerate() {
        let since = measure.since.as_ref();
        let is_own = |group: &&mut Group<'_>| group.names == measure.names && group.since == since;
        if let Some(group) = groups.iter_mut().find(is_own) {
            group.members.push(index);
            continue;
        }
        // What is counted since another event is looked through with that event and never put together with others.
        let plain = groups.iter().filter(|group| group.since.is_none()).count();
        let shared = groups.iter_mut().rfind(|group| group.since.is_none());
        match shared.filter(|_| since.is_none() && plain >= MAX_SCANS) {
            Some(group) => {
                group.names.extend(&measure.names);
                group.members.push(index);
            }
            None => groups.push(Group {
                names: measure.names.clone(),
                since,
                members: vec![index],
            }),
        }
    }
    let mut out = String::new();
    for (number, group) in groups.into_iter().enumerate() {
        let members: Vec<(usize, &Measure)> = group
            .members
            .into_iter()
            .filter_map(|index| measures.get(index).map(|measure| (index, measure)))
            .collect();
        let scan = scan_sql(binds, at, (&group.names, group.since), &members, only);
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
    (names, since): (&[i64], Option<&After>),
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
        "SELECT e.profile_id, {} FROM event e{} WHERE {} GROUP BY e.profile_id",
        columns.join(", "),
        since.map_or(String::new(), |since| since.join_sql(binds, only)),
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
