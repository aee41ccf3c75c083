//! What the workspace did and what waits: the numbers of the first page.

mod day;
mod period;
mod reach;
mod waiting;

use kernel::{id::WorkspaceId, time::Millis};
use sea_orm::{ConnectionTrait, FromQueryResult};
use storage::sql;

pub use day::{Delivery, Knot};
pub use period::Period;
pub use reach::Reach;
pub use waiting::{Card, Waiting, WaitingKind};

use crate::{AnalyticsError, step::StepCount, zone};

/// The first page.
#[derive(Debug, Clone, PartialEq)]
pub struct Home {
    /// The instant that everything is counted at.
    pub now: Millis,
    /// Midnight before it in the workspace.
    pub day_start: Millis,
    /// Midnight after it.
    pub day_end: Millis,
    /// The deliveries of today, in the order of their time.
    pub knots: Vec<Knot>,
    /// Campaigns that are scheduled, running or paused.
    pub moving: Vec<Delivery>,
    /// What a person has to do.
    pub waiting: Vec<Waiting>,
    /// The last 7 and 30 days.
    pub periods: Vec<Period>,
    /// Why messages of the last 7 days were not sent.
    pub reasons: Vec<StepCount>,
    /// Who can be reached now.
    pub reach: Reach,
    /// How many campaigns there are.
    pub n_campaigns: i64,
    /// The workspace's currency.
    pub currency: String,
}

#[derive(FromQueryResult)]
struct Workspace {
    time_zone: String,
    currency: String,
}

/// Counts everything for the first page.
///
/// # Errors
/// [`AnalyticsError::NotFound`] for a workspace that does not exist.
pub async fn find(
    db: &impl ConnectionTrait,
    workspace: WorkspaceId,
    now: Millis,
) -> Result<Home, AnalyticsError> {
    let found: Option<Workspace> = sql::one(
        db,
        "SELECT time_zone, currency FROM workspace WHERE id = $1",
        [workspace.raw().into()],
    )
    .await?;
    let found = found.ok_or(AnalyticsError::NotFound)?;
    let zone = zone::parse(&found.time_zone);
    let day_start = zone::day_start(now, zone);
    let day_end = zone::Bucket::Day.next(day_start, zone);
    let day = day::Day {
        start: day_start,
        end: day_end,
        now,
        zone,
    };
    let deliveries = day::deliveries(db, workspace, &day).await?;
    Ok(Home {
        now,
        day_start,
        day_end,
        knots: day::knots(&deliveries, &day),
        moving: day::moving(deliveries),
        waiting: waiting::find(db, workspace, now).await?,
        periods: vec![
            period::find(db, workspace, now, 7).await?,
            period::find(db, workspace, now, 30).await?,
        ],
        reasons: period::reasons(db, workspace, now, 7).await?,
        reach: reach::find(db, workspace, now).await?,
        n_campaigns: sql::number(
            db,
            "SELECT COUNT(*) FROM campaign WHERE workspace_id = $1",
            [workspace.raw().into()],
        )
        .await?,
        currency: found.currency,
    })
}
