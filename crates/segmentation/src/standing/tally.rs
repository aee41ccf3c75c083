//! Buyers by group: how many stand where, and where one of them stands.

use std::fmt::Write as _;

use kernel::id::ProfileId;
use sea_orm::{FromQueryResult, QueryResult};
use storage::{ConnectionTrait, sql};

use crate::{
    SegmentError,
    language::{Basis, Cut, Standing, Window},
    resolve::{At, binds_of},
    sql::Standings,
};

/// The buyers who stand in one group of each cut.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tally {
    /// Their score in each cut: 1 is the worst group.
    pub scores: Vec<u32>,
    /// How many they are.
    pub n_buyers: i64,
    /// Their orders.
    pub orders: i64,
    /// Their money in minor units.
    pub monetary: i64,
    /// The fewest and the most days since a last order.
    pub days: [i64; 2],
    /// The fewest and the most orders of one.
    pub frequency: [i64; 2],
    /// The least and the most money of one.
    pub money: [i64; 2],
}

/// Counts the buyers of a window by their groups; groups without anybody are left out.
pub async fn tally(
    db: &impl ConnectionTrait,
    at: &At,
    within: Window,
    cuts: &[(Basis, Cut)],
) -> Result<Vec<Tally>, SegmentError> {
    let mut standings = Standings::new(within);
    let columns: Vec<usize> = cuts
        .iter()
        .map(|(by, cut)| standings.cut(*by, cut))
        .collect();
    let mut binds = binds_of(db);
    let table = standings.table_sql(&mut binds, at);
    let groups: Vec<String> = columns
        .iter()
        .map(|column| format!("t.g{column}"))
        .collect();
    let mut scores = String::new();
    for group in &groups {
        // Writing to a String cannot fail.
        let _ = write!(scores, ", CAST({group} AS BIGINT)");
    }
    let by = if groups.is_empty() {
        String::new()
    } else {
        format!(" GROUP BY {0} ORDER BY {0}", groups.join(", "))
    };
    let text = format!(
        "SELECT COUNT(*), CAST(COALESCE(SUM(t.frequency), 0) AS BIGINT), CAST(COALESCE(SUM(t.monetary), 0) AS BIGINT),
  -MAX(t.recency), -MIN(t.recency), MIN(t.frequency), MAX(t.frequency), MIN(t.monetary), MAX(t.monetary){scores}
FROM ({table}) t{by}"
    );
    let mut found = Vec::new();
    for row in sql::rows(db, text, binds.into_values()).await? {
        let row = read(&row, cuts.len())?;
        found.extend((row.n_buyers > 0).then_some(row));
    }
    Ok(found)
}

fn read(row: &QueryResult, n_cuts: usize) -> Result<Tally, SegmentError> {
    let number = |index: usize| -> Result<i64, SegmentError> {
        let number: Option<i64> = row.try_get_by_index(index)?;
        Ok(number.unwrap_or(0))
    };
    let mut scores = Vec::with_capacity(n_cuts);
    for index in 0..n_cuts {
        scores.push(u32::try_from(number(9 + index)?).unwrap_or(0));
    }
    Ok(Tally {
        scores,
        n_buyers: number(0)?,
        orders: number(1)?,
        monetary: number(2)?,
        days: [number(3)?, number(4)?],
        frequency: [number(5)?, number(6)?],
        money: [number(7)?, number(8)?],
    })
}

/// Where one buyer stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, FromQueryResult)]
pub struct Placed {
    /// What she is compared by: days, orders or minor units.
    pub value: i64,
    /// The number of her group, as the condition counts.
    pub group: i64,
    /// The least value of those in her group.
    pub least: i64,
    /// The greatest value of those in her group.
    pub most: i64,
    /// How many are in her group.
    pub n_group: i64,
    /// How many buyers there are.
    pub n_buyers: i64,
}

/// Finds where one customer stands; `None` of who is no buyer.
pub(crate) async fn placed(
    db: &impl ConnectionTrait,
    at: &At,
    standing: &Standing,
    profile: ProfileId,
) -> Result<Option<Placed>, SegmentError> {
    let mut standings = Standings::new(standing.within);
    let column = standings.cut(standing.by, &standing.cut);
    let mut binds = binds_of(db);
    let table = standings.table_sql(&mut binds, at);
    let profile = binds.one(profile.raw());
    let value = standing.by.column();
    let text = format!(
        "WITH t AS ({table})
SELECT me.{value} AS value, CAST(me.g{column} AS BIGINT) AS \"group\", MIN(o.{value}) AS least, MAX(o.{value}) AS most,
  COUNT(*) AS n_group, (SELECT COUNT(*) FROM t) AS n_buyers
FROM t me JOIN t o ON o.g{column} = me.g{column}
WHERE me.profile_id = {profile} GROUP BY me.{value}, me.g{column}"
    );
    let found: Option<Placed> = sql::one(db, text, binds.into_values()).await?;
    Ok(found.map(|found| {
        let score = u32::try_from(found.group).unwrap_or(0);
        let group = i64::from(standing.number(score));
        match standing.by {
            // Merit is the days, negated.
            Basis::Recency => Placed {
                group,
                value: -found.value,
                least: -found.most,
                most: -found.least,
                ..found
            },
            Basis::Frequency | Basis::Monetary => Placed { group, ..found },
        }
    }))
}
