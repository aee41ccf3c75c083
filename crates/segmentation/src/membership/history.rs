//! A segment over time: how many were in at the end of each day, how many came and went.

use std::{collections::BTreeMap, ops::Bound};

use chrono::NaiveDate;
use chrono_tz::Tz;
use kernel::{
    id::{SegmentId, WorkspaceId},
    time::{DAY, MINUTE, Millis},
};
use sea_orm::DbErr;
use storage::{ConnectionTrait, sql};

use crate::language::local_date;

/// Every zone's days begin at a whole quarter of an hour of UTC.
const QUARTER: i64 = 15 * MINUTE;

/// Which days are wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Span {
    /// The present instant; the last day is its day.
    pub now: Millis,
    /// How many days.
    pub days: u32,
    /// The zone that says when a day begins.
    pub zone: Tz,
}

/// A day of a segment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Day {
    /// The day of the workspace's zone.
    pub date: NaiveDate,
    /// How many were in at its end, or are in now.
    pub members: i64,
    /// How many intervals began on it.
    pub entered: i64,
    /// How many ended on it.
    pub left: i64,
    /// Of `entered`, how many because the segment was made or changed.
    pub filled_in: i64,
    /// Of `left`, how many because the segment was changed or put away.
    pub filled_out: i64,
}

/// A segment over time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct History {
    /// How many are in now, by the intervals.
    pub members: i64,
    /// The days, the earliest first.
    pub days: Vec<Day>,
}

/// Reads a segment over time.
///
/// # Errors
/// When the database does not answer.
pub async fn history(
    db: &impl ConnectionTrait,
    workspace: WorkspaceId,
    segment: SegmentId,
    span: Span,
) -> Result<History, DbErr> {
    let members = sql::number(
        db,
        "SELECT COUNT(*) FROM membership WHERE segment_id = $1 AND left_at IS NULL AND workspace_id = $2",
        [segment.raw().into(), workspace.raw().into()],
    )
    .await?;
    // Days of 26 hours would still be covered: what belongs to no day is left out below.
    let from = span.now.plus(-(i64::from(span.days) + 2) * DAY);
    let entered = quarters(db, workspace, segment, "entered", from).await?;
    let left = quarters(db, workspace, segment, "left", from).await?;
    Ok(History {
        members,
        days: days(members, &entered, &left, span),
    })
}

/// Beginnings or ends of intervals in a quarter of an hour.
struct Quarter {
    at: Millis,
    all: i64,
    silent: i64,
}

async fn quarters(
    db: &impl ConnectionTrait,
    workspace: WorkspaceId,
    segment: SegmentId,
    end: &str,
    from: Millis,
) -> Result<Vec<Quarter>, DbErr> {
    let silent = super::silent_codes();
    let text = format!(
        "SELECT {end}_at / {QUARTER}, COUNT(*), COUNT(*) FILTER (WHERE {end}_by IN ({silent})) FROM membership
         WHERE segment_id = $1 AND {end}_at >= $2 AND workspace_id = $3 GROUP BY {end}_at / {QUARTER}"
    );
    let binds = [segment.raw().into(), from.0.into(), workspace.raw().into()];
    let rows = sql::rows(db, text, binds).await?;
    rows.iter()
        .map(|row| {
            Ok(Quarter {
                at: Millis(row.try_get_by_index::<i64>(0)? * QUARTER),
                all: row.try_get_by_index(1)?,
                silent: row.try_get_by_index(2)?,
            })
        })
        .collect()
}

/// Sums quarters up by the days of a zone: all of them, and the silent ones.
fn by_day(quarters: &[Quarter], zone: Tz) -> BTreeMap<NaiveDate, (i64, i64)> {
    let mut days: BTreeMap<NaiveDate, (i64, i64)> = BTreeMap::new();
    for quarter in quarters {
        let day = days.entry(local_date(quarter.at, zone)).or_default();
        day.0 += quarter.all;
        day.1 += quarter.silent;
    }
    days
}

/// Counts back from the present day.
fn days(members: i64, entered: &[Quarter], left: &[Quarter], span: Span) -> Vec<Day> {
    let (entered, left) = (by_day(entered, span.zone), by_day(left, span.zone));
    let mut date = local_date(span.now, span.zone);
    // A clock that was set back since may have written what lies ahead.
    let ahead = |days: &BTreeMap<NaiveDate, (i64, i64)>| {
        let later = (Bound::Excluded(date), Bound::Unbounded);
        days.range(later).map(|(_, (all, _))| all).sum::<i64>()
    };
    let mut at_end = members - ahead(&entered) + ahead(&left);
    let mut days = Vec::new();
    for _ in 0..span.days {
        let of_day =
            |days: &BTreeMap<NaiveDate, (i64, i64)>| days.get(&date).copied().unwrap_or_default();
        let ((n_entered, filled_in), (n_left, filled_out)) = (of_day(&entered), of_day(&left));
        days.push(Day {
            date,
            members: at_end,
            entered: n_entered,
            left: n_left,
            filled_in,
            filled_out,
        });
        at_end += n_left - n_entered;
        date = date.pred_opt().unwrap_or(date);
    }
    days.reverse();
    days
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_is_the_workspaces_and_the_past_is_counted_back() {
        let at = |text: &str| Millis::parse(text).unwrap();
        let quarter = |text: &str, all, silent| Quarter {
            at: at(text),
            all,
            silent,
        };
        // 15:00 UTC is midnight in Tokyo.
        let entered = [
            quarter("2026-07-12T15:00:00Z", 5, 5),
            quarter("2026-07-13T14:45:00Z", 2, 0),
            quarter("2026-07-13T15:00:00Z", 1, 0),
        ];
        let left = [quarter("2026-07-13T20:00:00Z", 3, 1)];
        let span = Span {
            now: at("2026-07-14T01:00:00Z"),
            days: 3,
            zone: Tz::Asia__Tokyo,
        };
        let days = days(5, &entered, &left, span);
        let told: Vec<_> = days
            .iter()
            .map(|day| (day.date.to_string(), day.members, day.entered, day.left))
            .collect();
        assert_eq!(
            told,
            [
                ("2026-07-12".to_owned(), 0, 0, 0),
                ("2026-07-13".to_owned(), 7, 7, 0),
                ("2026-07-14".to_owned(), 5, 1, 3),
            ]
        );
        assert_eq!((days[1].filled_in, days[2].filled_out), (5, 1));
    }
}
