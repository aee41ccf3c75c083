//! Standing among buyers: one table a window, with a group number for each cut.

use std::fmt::Write as _;

use profiles::names::{ORDER_CANCELLED, ORDER_COMPLETED, ORDER_REFUNDED};

use super::{
    binds::Binds,
    filter::{FOREIGN, MACHINE},
};
use crate::{
    language::{Basis, Cut, Window},
    resolve::At,
    standing::DayCount,
};

impl Basis {
    /// Returns the column that holds what buyers are compared by; more is better in each.
    pub(crate) const fn column(self) -> &'static str {
        match self {
            Self::Recency => "recency",
            Self::Frequency => "frequency",
            Self::Monetary => "monetary",
        }
    }
}

/// The buyers of one window with their groups.
pub(crate) struct Standings {
    pub(crate) within: Window,
    cuts: Vec<(Basis, Cut)>,
}

impl Standings {
    pub(crate) const fn new(within: Window) -> Self {
        Self {
            within,
            cuts: Vec::new(),
        }
    }

    /// Returns the number of a cut, which is in column `g0`, `g1` …; cuts that are asked twice are made once.
    pub(crate) fn cut(&mut self, by: Basis, cut: &Cut) -> usize {
        let known = self.cuts.iter().position(|(b, c)| *b == by && c == cut);
        known.unwrap_or_else(|| {
            self.cuts.push((by, cut.clone()));
            self.cuts.len() - 1
        })
    }

    /// Returns the table: a row a buyer with `profile_id`, the three values and the groups.
    pub(crate) fn table_sql(&self, binds: &mut Binds, at: &At) -> String {
        let mut columns = String::new();
        for (i, (by, cut)) in self.cuts.iter().enumerate() {
            // Writing to a String cannot fail.
            let _ = write!(columns, ", {} AS g{i}", group_sql(i, *by, cut));
        }
        format!(
            "SELECT profile_id, recency, frequency, monetary{columns}\nFROM ({}) r",
            self.ranked_sql(binds, at)
        )
    }

    /// Returns the buyers with the ranks that groups are made of.
    fn ranked_sql(&self, binds: &mut Binds, at: &At) -> String {
        let (mut ranks, mut quantiles) = (String::new(), String::new());
        for (i, (by, cut)) in self.cuts.iter().enumerate() {
            let value = by.column();
            let _ = match cut {
                Cut::EqualCounts(n) => write!(
                    ranks,
                    ", NTILE({n}) OVER (ORDER BY {value}, profile_id) AS w{i}"
                ),
                Cut::EqualValues(n) => {
                    quantile_sql(&mut quantiles, i, value, *n);
                    write!(ranks, ", ROW_NUMBER() OVER (ORDER BY {value}) AS w{i}")
                }
                Cut::EqualRanks(_) => write!(
                    ranks,
                    ", RANK() OVER (ORDER BY {value}) AS w{i}, COUNT(*) OVER (PARTITION BY {value}) AS e{i}"
                ),
                Cut::Breaks(_) => Ok(()),
            };
        }
        let buyers = buyers_sql(binds, at, self.within);
        let ranked = format!("SELECT b.*, COUNT(*) OVER () AS n{ranks}\nFROM ({buyers}) b");
        if quantiles.is_empty() {
            return ranked;
        }
        format!("SELECT w.*{quantiles}\nFROM ({ranked}) w")
    }
}

/// Adds the values between which each quantile lies.
fn quantile_sql(out: &mut String, i: usize, value: &str, n: u32) {
    for k in 1..n {
        let _ = write!(
            out,
            ", MAX(CASE WHEN w{i} = (n - 1) * {k} / {n} + 1 THEN {value} END) OVER () AS l{i}_{k}\
             , MAX(CASE WHEN w{i} = (n - 1) * {k} / {n} + 2 THEN {value} END) OVER () AS h{i}_{k}"
        );
    }
}

/// Returns a buyer's score: 1 is the worst group. See `standing::cut` for the same in Rust.
fn group_sql(i: usize, by: Basis, cut: &Cut) -> String {
    let value = by.column();
    let counted = |reached: &mut dyn Iterator<Item = String>| {
        let each = reached.map(|test| format!(" + CASE WHEN {test} THEN 1 ELSE 0 END"));
        format!("(1{})", each.collect::<String>())
    };
    match cut {
        Cut::EqualCounts(_) => format!("w{i}"),
        // ⌈n × middle / N⌉, where twice the middle is 2 × rank + equal − 1.
        Cut::EqualRanks(groups) => {
            format!("(({groups} * (2 * w{i} + e{i} - 1) + 2 * n - 1) / (2 * n))")
        }
        Cut::EqualValues(groups) => counted(&mut (1..*groups).map(|k| {
            let (low, rest) = (format!("l{i}_{k}"), format!("((n - 1) * {k} % {groups})"));
            let width = format!("(COALESCE(h{i}_{k}, {low}) - {low})");
            // Divided before it is multiplied, so that no sum of money is too great.
            let parts = format!("{width} / {groups} * {rest}");
            match by {
                Basis::Recency => format!(
                    "{value} >= {low} + {parts} + ({width} % {groups} * {rest} + {}) / {groups}",
                    groups - 1
                ),
                Basis::Frequency | Basis::Monetary => {
                    format!("{value} > {low} + {parts} + {width} % {groups} * {rest} / {groups}")
                }
            }
        })),
        Cut::Breaks(breaks) => counted(&mut breaks.iter().map(|limit| match by {
            Basis::Recency => format!("-{value} <= {limit}"),
            Basis::Frequency | Basis::Monetary => format!("{value} >= {limit}"),
        })),
    }
}

/// Returns the active customers with an order in the window that was not called off, and their values.
fn buyers_sql(binds: &mut Binds, at: &At, within: Window) -> String {
    let (from, until) = within.range(at.now, at.zone);
    let (workspace, now) = (binds.one(at.workspace.raw()), binds.one(at.now.0));
    let since = from.map_or(String::new(), |from| {
        format!(" AND e.occurred_at >= {}", binds.one(from.0))
    });
    // Orders are called off, and known to be, up to now.
    let inside = if until == at.now {
        String::new()
    } else {
        format!(" AND e.occurred_at < {}", binds.one(until.0))
    };
    let recency = DayCount::new(at.now, at.zone).merit_sql("MAX(o.placed_at)");
    let orders = orders_sql(&workspace, &now, &since, &inside);
    format!(
        "SELECT o.profile_id, {recency} AS recency, COUNT(o.placed_at) AS frequency,
  CAST(COALESCE(SUM(o.amount), 0) AS BIGINT) AS monetary
FROM ({orders}) o
JOIN profile q ON q.id = o.profile_id AND q.workspace_id = {workspace} AND q.state = 0
WHERE o.is_called_off = 0
GROUP BY o.profile_id HAVING MAX(o.placed_at) IS NOT NULL"
    )
}

/// Returns the orders before `now`: whose, when placed, what they brought and whether they were called off.
fn orders_sql(workspace: &str, now: &str, since: &str, inside: &str) -> String {
    format!(
        "SELECT e.profile_id,
    MAX(CASE WHEN e.name_id = {ORDER_COMPLETED}{inside} THEN e.occurred_at END) AS placed_at,
    SUM(CASE WHEN e.name_id <> {ORDER_CANCELLED} AND (e.flags & {FOREIGN}) = 0{inside} THEN e.amount END) AS amount,
    MAX(CASE WHEN e.name_id = {ORDER_CANCELLED} THEN 1 ELSE 0 END) AS is_called_off
  FROM event e
  WHERE e.workspace_id = {workspace} AND e.name_id IN ({ORDER_COMPLETED}, {ORDER_REFUNDED}, {ORDER_CANCELLED})
    AND e.occurred_at < {now}{since} AND (e.flags & {MACHINE}) = 0
  GROUP BY e.profile_id, COALESCE(e.order_id, -e.id)"
    )
}

/// Returns a select of the orders of a workspace's living customers, `profile_id` and `placed_at`: what makes a buyer
/// everywhere else makes one here. It needs no binds.
pub fn placed_sql(at: &At) -> String {
    let (workspace, now) = (at.workspace.raw().to_string(), at.now.0.to_string());
    let orders = orders_sql(&workspace, &now, "", "");
    format!(
        "SELECT o.profile_id, o.placed_at FROM ({orders}) o
JOIN profile q ON q.id = o.profile_id AND q.workspace_id = {workspace} AND q.state = 0
WHERE o.is_called_off = 0 AND o.placed_at IS NOT NULL"
    )
}
