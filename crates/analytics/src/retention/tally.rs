//! Counting: one pass over the orders, a row a stretch of months in which customers stay.

use std::collections::BTreeMap;

use kernel::{id::ProfileId, time::DAY};
use sea_orm::{ConnectionTrait, DbErr, FromQueryResult};
use segmentation::{At, standing};
use storage::{Dialect, Value, rowset, sql};

use super::{Apart, Curve, Question};
use crate::{
    Rate,
    months::Months,
    origin::{Group, Touch},
};

/// Customers of one month of first orders and one group.
#[derive(Debug, Clone, Default)]
struct Tally {
    /// How many.
    customers: i64,
    /// How many ordered in the month that lies so far behind.
    ordered: BTreeMap<usize, i64>,
    /// How many more are there from so many months after on, and how many fewer.
    change: BTreeMap<usize, i64>,
}

/// Everything that the curves are made of.
pub(super) struct Tallies {
    by: BTreeMap<(usize, Group), Tally>,
    /// How many months of first orders there are; the last is not over.
    cohorts: usize,
    /// How many months after are asked for.
    months: usize,
}

#[derive(FromQueryResult)]
struct Row {
    cohort: i64,
    month: i64,
    stays_until: i64,
    #[sea_orm(nested)]
    touch: Touch,
    n: i64,
}

/// Counts.
pub(super) async fn tallies(
    db: &impl ConnectionTrait,
    at: &At,
    asked: &Question,
    months: &Months,
    people: Option<&[ProfileId]>,
) -> Result<Tallies, DbErr> {
    let (text, binds) = question(
        Dialect::of(db.get_database_backend()),
        at,
        asked,
        months,
        people,
    );
    let rows: Vec<Row> = sql::all(db, text, binds).await?;
    let mut by: BTreeMap<(usize, Group), Tally> = BTreeMap::new();
    for row in rows {
        let [cohort, month] = [row.cohort, row.month].map(|n| usize::try_from(n).unwrap_or(0));
        let group = group(&asked.apart, &row);
        let tally = by.entry((cohort, group)).or_default();
        let after = month.saturating_sub(cohort);
        if after == 0 {
            tally.customers += row.n;
        }
        *tally.ordered.entry(after).or_default() += row.n;
        // Who is lost before the month of the order ends stays for no month.
        let until = usize::try_from(row.stays_until).unwrap_or(0);
        if until >= month {
            *tally.change.entry(after).or_default() += row.n;
            *tally.change.entry(until + 1 - cohort).or_default() -= row.n;
        }
    }
    Ok(Tallies {
        by,
        cohorts: months.len(),
        months: usize::try_from(asked.months).unwrap_or_default(),
    })
}

fn group(apart: &Apart, row: &Row) -> Group {
    let Apart::By(by) = apart else {
        return Group::everybody();
    };
    by.group(&row.touch)
}

/// Returns the statement. Of each customer's months with an order it makes one stretch each: the month, and the last
/// month at whose end she was not lost yet, cut off where the next stretch begins. Stretches never overlap, so adding
/// them up counts nobody twice.
fn question(
    dialect: Dialect,
    at: &At,
    asked: &Question,
    months: &Months,
    people: Option<&[ProfileId]>,
) -> (String, Vec<Value>) {
    let placed = standing::placed_sql(at);
    let lapse = i64::from(asked.lapse_days) * DAY;
    let (month, lost) = (
        months.number_sql("o.placed_at"),
        months.number_sql(&format!("(o.placed_at + {lapse})")),
    );
    let mut binds = Vec::new();
    let bind = |binds: &mut Vec<Value>, value: Value| {
        binds.push(value);
        format!("${}", binds.len())
    };
    let (mut from, mut also) = ("stretch s".to_owned(), "");
    if let Some(people) = people {
        let ids = rowset::bind_ids(people.iter().map(|id| id.raw()));
        let ids = rowset::ids_of(dialect, &bind(&mut binds, ids));
        from = format!("{ids} u CROSS JOIN stretch s");
        also = " AND s.profile_id = u.id";
    }
    let nobody = "CAST(NULL AS TEXT)";
    let mut columns = format!(
        "{nobody} AS campaign, {nobody} AS medium, {nobody} AS referrer, {nobody} AS host, CAST(NULL AS BIGINT) AS door"
    );
    let mut origin = String::new();
    if let Apart::By(by) = &asked.apart {
        let mut key = String::new();
        for value in by.binds() {
            key = bind(&mut binds, value);
        }
        let people = "SELECT profile_id FROM stretch WHERE month = cohort AND cohort > 0";
        let table = by.table_sql(dialect, at.workspace, people, &key);
        origin = format!(", origin AS MATERIALIZED ({table})");
        from = format!("{from} JOIN origin g ON g.profile_id = s.profile_id");
        "g.campaign, g.medium, g.referrer, g.host, g.door".clone_into(&mut columns);
    }
    let text = format!(
        "WITH month AS (
           SELECT o.profile_id, {month} AS month, MAX({lost}) - 1 AS until
           FROM ({placed}) o GROUP BY o.profile_id, {month}
         ), stretch AS MATERIALIZED (
           SELECT m.profile_id, m.month, m.until,
             LEAD(m.month) OVER (PARTITION BY m.profile_id ORDER BY m.month) AS next_month,
             MIN(m.month) OVER (PARTITION BY m.profile_id) AS cohort
           FROM month m
         ){origin}
         SELECT s.cohort, s.month, CASE WHEN s.next_month <= s.until THEN s.next_month - 1 ELSE s.until END AS stays_until,
           {columns}, COUNT(*) AS n
         FROM {from} WHERE s.cohort > 0{also}
         GROUP BY 1, 2, 3, 4, 5, 6, 7, 8"
    );
    (text, binds)
}

impl Tallies {
    pub(super) const fn months(&self) -> usize {
        self.months
    }

    /// Adds the months that are over to a curve.
    fn add(&self, curve: &mut Curve, cohort: usize, tally: &Tally) {
        curve.customers += tally.customers;
        let over = self.cohorts.saturating_sub(cohort);
        let mut staying = 0;
        let cells = curve.retained.iter_mut().zip(&mut curve.lost);
        for (after, (retained, lost)) in cells.enumerate().take(over) {
            let own = |held: &BTreeMap<usize, i64>| held.get(&after).copied().unwrap_or(0);
            staying += own(&tally.change);
            let add = |rate: &mut Rate, n: i64| {
                rate.numerator += n;
                rate.denominator += tally.customers;
            };
            add(retained, own(&tally.ordered));
            add(lost, tally.customers - staying);
        }
    }

    fn curve(&self, group: Group, is_in: impl Fn(usize, &Group) -> bool) -> Curve {
        let mut curve = Curve::nobody(group, self.months);
        for ((cohort, group), tally) in &self.by {
            if is_in(*cohort, group) {
                self.add(&mut curve, *cohort, tally);
            }
        }
        curve
    }

    pub(super) fn whole(&self, group: Group) -> Curve {
        self.curve(group, |_, _| true)
    }

    pub(super) fn of_month(&self, month: usize, group: Group) -> Curve {
        self.curve(group, |cohort, _| cohort == month)
    }

    pub(super) fn by_group(&self) -> Vec<Curve> {
        let mut groups: Vec<&Group> = self.by.keys().map(|(_, group)| group).collect();
        groups.sort_unstable();
        groups.dedup();
        groups
            .into_iter()
            .map(|own| self.curve(own.clone(), |_, group| group == own))
            .collect()
    }
}
