//! Lifecycle stages as a picture: how many are where, how many came how far, and who moved.
//!
//! A step's rate is, of those who ever came as far as a stage, the share who came to the next. "As far as" goes by the
//! highest stage ever: who is dormant now, or fell back, has still been there.

mod group;

use chrono::NaiveDate;
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

use crate::{AnalyticsError, months::Months, origin::By, zone};

pub use group::StageGroup;

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
    /// The same by how customers came or by an attribute, where that was asked for, the largest group first.
    pub groups: Vec<StageGroup>,
    /// Turns of the last days.
    pub flows: Vec<Flow>,
}

/// What is asked.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Question {
    /// Over how many days turns are counted.
    pub days: u32,
    /// What customers are told apart by besides the month in which they were first seen.
    pub by: Option<By>,
    /// The first day of the month in which those of the groups were first seen; all months without it.
    pub month: Option<NaiveDate>,
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

/// Counts the stages of a workspace, and the turns of the last days.
///
/// # Errors
/// [`AnalyticsError::Invalid`] for a stretch that cannot be asked for.
pub async fn find(
    db: &impl ConnectionTrait,
    workspace: WorkspaceId,
    asked: &Question,
    now: Millis,
) -> Result<Lifecycle, AnalyticsError> {
    let days = asked.days;
    if !(1..=MAX_DAYS).contains(&days) {
        return Err(Invalid::one(
            "/days",
            "range",
            format!("from 1 to {MAX_DAYS} days"),
            format!("期間は1日から{MAX_DAYS}日までです"),
        )
        .into());
    }
    if let Some(by) = &asked.by {
        by.check(db, workspace).await??;
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
    let text = "SELECT time_zone FROM workspace WHERE id = $1";
    let held: Option<Zone> = sql::one(db, text, [workspace.raw().into()]).await?;
    let zone = held.map_or(Tz::UTC, |held| zone::parse(&held.time_zone));
    found.cohorts = cohorts(db, workspace, own.id, (now, zone)).await?;
    if let Some(by) = &asked.by {
        found.groups = group::groups(db, workspace, own.id, by, (asked.month, zone)).await?;
    }
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
    (now, zone): (Millis, Tz),
) -> Result<Vec<Cohort>, DbErr> {
    let months = Months::latest(MONTHS, now, zone);
    let text = format!(
        "SELECT {} AS month, v.reached, COUNT(*) AS n
         FROM computed_value v JOIN profile p ON p.id = v.profile_id
         WHERE v.attribute_id = $1 AND v.workspace_id = $2 AND v.standing <> '' GROUP BY 1, 2",
        months.number_sql("p.first_seen_at")
    );
    let rows: Vec<Row> = sql::all(db, text, [attribute.into(), workspace.raw().into()]).await?;
    let names = std::iter::once(None).chain(months.days().map(Some));
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
}
