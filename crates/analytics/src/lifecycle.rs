//! Lifecycle stages as a picture: how many are where, how many came how far, and who moved.
//!
//! A step's rate is, of those who ever came as far as a stage, the share who came to the next. "As far as" goes by the
//! highest stage ever: who is dormant now, or fell back, has still been there.

use chrono::{Datelike as _, Months, NaiveDate, NaiveTime};
use chrono_tz::Tz;
use computed::{
    lifecycle::Stage,
    rule::Kind,
    store::{
        change::{self, Flow},
        definition::{self, Definition, Shelf},
        lease, value,
    },
};
use kernel::{
    id::WorkspaceId,
    invalid::Invalid,
    time::{DAY, Millis},
};
use sea_orm::{ConnectionTrait, DbErr, FromQueryResult};
use storage::sql;

use crate::{AnalyticsError, zone};

/// The longest stretch of turns.
const MAX_DAYS: u32 = 3_660;
/// How many months stand by themselves.
const MONTHS: u32 = 12;
/// The stages that lie one above the other.
const STEPS: [Stage; 4] = [Stage::Prospect, Stage::New, Stage::Repeat, Stage::Loyal];

/// How far the customers of a month came.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cohort {
    /// The first day of the month; none for everybody before.
    pub month: Option<NaiveDate>,
    /// How many came as far as each step.
    pub reached: [i64; 4],
}

/// Lifecycle stages of a workspace.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Lifecycle {
    /// Whether stages are declared and kept up.
    pub is_declared: bool,
    /// Whether everybody has been computed by the present rules.
    pub is_whole: bool,
    /// Customers by their present stage, in the order of the stages.
    pub stages: Vec<(Stage, i64)>,
    /// How many ever came as far as each step.
    pub reached: [i64; 4],
    /// The same by the month in which customers were first seen, the earliest first.
    pub cohorts: Vec<Cohort>,
    /// Turns of the last days.
    pub flows: Vec<Flow>,
}

impl Lifecycle {
    /// Returns the steps: from, to, how many came as far as each.
    pub fn steps(&self) -> Vec<(Stage, Stage, [i64; 2])> {
        let pairs = STEPS.windows(2).zip(self.reached.windows(2));
        let step = |(stages, reached): (&[Stage], &[i64])| match (stages, reached) {
            ([from, to], [before, after]) => Some((*from, *to, [*before, *after])),
            _ => None,
        };
        pairs.filter_map(step).collect()
    }
}

/// Counts the stages of a workspace, and the turns of the last `days` days.
///
/// # Errors
/// [`AnalyticsError::Invalid`] for a stretch that cannot be asked for.
pub async fn find(
    db: &impl ConnectionTrait,
    workspace: WorkspaceId,
    days: u32,
    now: Millis,
) -> Result<Lifecycle, AnalyticsError> {
    if !(1..=MAX_DAYS).contains(&days) {
        return Err(Invalid::one(
            "/days",
            "range",
            format!("from 1 to {MAX_DAYS} days"),
            format!("期間は1日から{MAX_DAYS}日までです"),
        )
        .into());
    }
    let is_it = |one: &Definition| one.shelf == Shelf::Active && one.rule.kind() == Kind::Lifecycle;
    let definitions = definition::list(db, workspace).await?;
    let Some(own) = definitions.into_iter().find(is_it) else {
        return Ok(Lifecycle::default());
    };
    let mut found = Lifecycle {
        is_declared: true,
        is_whole: lease::standing(db, workspace).await?.is_whole,
        stages: Stage::ALL.into_iter().map(|stage| (stage, 0)).collect(),
        flows: {
            let from = now.plus(-i64::from(days) * DAY);
            change::flows(db, workspace, own.id, [from, now.plus(1)]).await?
        },
        ..Lifecycle::default()
    };
    for count in value::counts(db, workspace, own.id).await? {
        let stage = Stage::parse(&count.standing);
        let place = found
            .stages
            .iter_mut()
            .find(|(held, _)| Some(*held) == stage);
        if let Some((_, n)) = place {
            *n += count.n;
        }
        add(&mut found.reached, count.reached, count.n);
    }
    found.cohorts = cohorts(db, workspace, own.id, now).await?;
    Ok(found)
}

/// Adds customers to every step that they came as far as.
fn add(reached: &mut [i64; 4], highest: Option<i16>, n: i64) {
    let Some(highest) = highest else { return };
    for (step, held) in (0..).zip(reached) {
        if step <= highest {
            *held += n;
        }
    }
}

#[derive(FromQueryResult)]
struct Zone {
    time_zone: String,
}

#[derive(FromQueryResult)]
struct Row {
    month: i64,
    reached: Option<i16>,
    n: i64,
}

/// Counts by the month in which customers were first seen, in the workspace's zone.
async fn cohorts(
    db: &impl ConnectionTrait,
    workspace: WorkspaceId,
    attribute: i64,
    now: Millis,
) -> Result<Vec<Cohort>, DbErr> {
    let text = "SELECT time_zone FROM workspace WHERE id = $1";
    let held: Option<Zone> = sql::one(db, text, [workspace.raw().into()]).await?;
    let zone = held.map_or(Tz::UTC, |held| zone::parse(&held.time_zone));
    let months = months(now, zone);
    // Numbers of our own, so they need no binds; the latest month first.
    let arm = |(place, (_, from)): (usize, &(NaiveDate, Millis))| {
        format!("WHEN p.first_seen_at >= {} THEN {}", from.0, place + 1)
    };
    let arms: Vec<String> = months.iter().enumerate().rev().map(arm).collect();
    let text = format!(
        "SELECT CAST(CASE {} ELSE 0 END AS BIGINT) AS month, v.reached, COUNT(*) AS n
         FROM computed_value v JOIN profile p ON p.id = v.profile_id
         WHERE v.attribute_id = $1 AND v.workspace_id = $2 AND v.standing <> '' GROUP BY 1, 2",
        arms.join(" ")
    );
    let rows: Vec<Row> = sql::all(db, text, [attribute.into(), workspace.raw().into()]).await?;
    let names = std::iter::once(None).chain(months.iter().map(|(month, _)| Some(*month)));
    let mut cohorts: Vec<Cohort> = names
        .map(|month| Cohort {
            month,
            reached: [0; 4],
        })
        .collect();
    for row in rows {
        let place = usize::try_from(row.month).unwrap_or(0);
        if let Some(cohort) = cohorts.get_mut(place) {
            add(&mut cohort.reached, row.reached, row.n);
        }
    }
    Ok(cohorts)
}

/// Lists the latest months with their first instants, the earliest first.
fn months(now: Millis, zone: Tz) -> Vec<(NaiveDate, Millis)> {
    let today = now.to_utc().with_timezone(&zone).date_naive();
    let this = today.with_day(1).unwrap_or(today);
    let back = |n: u32| this.checked_sub_months(Months::new(n));
    let days = (0..MONTHS).rev().filter_map(back);
    let start = |day: NaiveDate| zone::instant(day.and_time(NaiveTime::MIN), zone);
    days.map(|day| (day, start(day))).collect()
}

/// Returns a part of a whole, 0 to 1; none of nobody.
#[expect(
    clippy::cast_precision_loss,
    reason = "a share is shown with a few digits; counts themselves stay whole numbers"
)]
pub fn share(part: i64, whole: i64) -> Option<f64> {
    (whole > 0).then(|| part as f64 / whole as f64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_came_high_came_as_far_as_every_step_below() {
        let mut found = Lifecycle::default();
        for (highest, n) in [(Some(0), 4), (Some(1), 3), (Some(3), 2), (None, 9)] {
            add(&mut found.reached, highest, n);
        }
        assert_eq!(found.reached, [9, 5, 2, 2]);
        let steps: Vec<[i64; 2]> = found.steps().iter().map(|step| step.2).collect();
        assert_eq!(steps, [[9, 5], [5, 2], [2, 2]]);
    }

    #[test]
    fn months_begin_by_the_clock_of_the_zone_across_the_years_end() {
        let now = Millis::parse("2026-01-31T15:30:00Z").unwrap();
        let found = months(now, Tz::Asia__Tokyo);
        assert_eq!(found.len(), 12);
        let last = found.last().unwrap();
        assert_eq!(last.0.to_string(), "2026-02-01");
        assert_eq!(last.1.to_string(), "2026-01-31T15:00:00.000Z");
        assert_eq!(found[0].0.to_string(), "2025-03-01");
    }
}
