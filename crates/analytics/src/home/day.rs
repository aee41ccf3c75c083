//! The deliveries of today, and those that move.

use chrono::{NaiveDate, NaiveTime};
use chrono_tz::Tz;
use kernel::{
    id::{CampaignId, WorkspaceId},
    time::Millis,
};
use sea_orm::{ConnectionTrait, DbErr, FromQueryResult};
use serde_json::Value as Json;
use storage::sql;

use crate::zone;

/// The day that is looked at.
pub(super) struct Day {
    pub(super) start: Millis,
    pub(super) end: Millis,
    pub(super) now: Millis,
    pub(super) zone: Tz,
}

impl Day {
    fn holds(&self, at: Millis) -> bool {
        self.start <= at && at < self.end
    }
}

/// A campaign that moves or ended today, with its progress.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delivery {
    /// The campaign.
    pub campaign: CampaignId,
    /// Its name.
    pub name: String,
    /// `scheduled`, `running`, `paused`, `finished` or `cancelled`.
    pub state: String,
    /// When it is due, of one that has not begun.
    pub due_at: Option<Millis>,
    /// Messages sent.
    pub sent: i64,
    /// Messages that still wait; `None` while the audience has not been worked out.
    pub left: Option<i64>,
    /// Messages sent today.
    pub sent_today: i64,
    /// When the first of today left.
    pub first_today: Option<Millis>,
    /// Messages that wait for an hour of today.
    pub left_today: i64,
    /// When the next of today is due.
    pub next_today: Option<Millis>,
}

/// A delivery on the thread of the day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Knot {
    /// The campaign.
    pub campaign: CampaignId,
    /// Its name.
    pub name: String,
    /// The campaign's state.
    pub state: String,
    /// Where it stands on the thread.
    pub at: Millis,
    /// Messages sent today.
    pub sent: i64,
    /// Messages still to come today; `None` while the audience has not been worked out.
    pub left: Option<i64>,
}

#[derive(FromQueryResult)]
struct Row {
    id: i64,
    name: String,
    state: String,
    document: Json,
    launched_at: Option<i64>,
    planned_at: Option<i64>,
    sent: i64,
    waiting: i64,
    sent_today: i64,
    first_today: Option<i64>,
    left_today: i64,
    next_today: Option<i64>,
}

const DELIVERIES: &str = "WITH moving AS (
    SELECT c.id, c.name, c.state, c.document, c.launched_at, c.planned_at FROM campaign c
    WHERE c.workspace_id = $1 AND (c.state IN ('scheduled', 'running', 'paused')
      OR (c.state IN ('finished', 'cancelled') AND c.finished_at >= $2))
  ), counted AS (
    SELECT d.campaign_id, SUM(CASE WHEN d.state = 5 THEN 1 ELSE 0 END) AS sent,
      SUM(CASE WHEN d.state <= 4 OR d.state = 11 THEN 1 ELSE 0 END) AS waiting,
      SUM(CASE WHEN d.state = 5 AND d.settled_at >= $2 AND d.settled_at < $3 THEN 1 ELSE 0 END) AS sent_today,
      MIN(CASE WHEN d.state = 5 AND d.settled_at >= $2 AND d.settled_at < $3 THEN COALESCE(d.handed_over_at, d.settled_at) END) AS first_today,
      SUM(CASE WHEN d.state <= 4 AND d.due_at < $3 THEN 1 ELSE 0 END) AS left_today,
      MIN(CASE WHEN d.state <= 4 AND d.due_at < $3 THEN d.due_at END) AS next_today
    FROM delivery d WHERE d.workspace_id = $1 AND NOT d.is_test AND d.campaign_id IN (SELECT id FROM moving)
    GROUP BY d.campaign_id
  )
  SELECT m.id, m.name, m.state, m.document, m.launched_at, m.planned_at,
    CAST(COALESCE(n.sent, 0) AS BIGINT) AS sent, CAST(COALESCE(n.waiting, 0) AS BIGINT) AS waiting,
    CAST(COALESCE(n.sent_today, 0) AS BIGINT) AS sent_today, n.first_today,
    CAST(COALESCE(n.left_today, 0) AS BIGINT) AS left_today, n.next_today
  FROM moving m LEFT JOIN counted n ON n.campaign_id = m.id ORDER BY m.id";

/// Reads the campaigns that move or ended today.
pub(super) async fn deliveries(
    db: &impl ConnectionTrait,
    workspace: WorkspaceId,
    day: &Day,
) -> Result<Vec<Delivery>, DbErr> {
    let binds = [workspace.raw().into(), day.start.0.into(), day.end.0.into()];
    let rows: Vec<Row> = sql::all(db, DELIVERIES, binds).await?;
    let deliveries = rows.into_iter().map(|row| {
        let is_known = row.planned_at.is_some() || row.sent + row.waiting > 0;
        let due_at = due_at(&row, day);
        Delivery {
            campaign: CampaignId::from_raw(row.id),
            due_at,
            sent: row.sent,
            left: is_known.then_some(row.waiting),
            sent_today: row.sent_today,
            first_today: row.first_today.map(Millis),
            left_today: row.left_today,
            next_today: row.next_today.map(Millis),
            name: row.name,
            state: row.state,
        }
    });
    Ok(deliveries.collect())
}

/// When a campaign begins: at its launch, at its instant, or when it is that time in the workspace.
fn due_at(row: &Row, day: &Day) -> Option<Millis> {
    let text = |field: &str| row.document.pointer(field).and_then(Json::as_str);
    match text("/timing/kind")? {
        "at" => Millis::parse(text("/timing/at")?),
        "local_time" => {
            let date: NaiveDate = text("/timing/date")?.parse().ok()?;
            let time = NaiveTime::parse_from_str(text("/timing/time")?, "%H:%M").ok()?;
            Some(zone::instant(date.and_time(time), day.zone))
        }
        _ => row.launched_at.map(Millis),
    }
}

/// Returns today's deliveries in the order of their time.
pub(super) fn knots(deliveries: &[Delivery], day: &Day) -> Vec<Knot> {
    let knot = |one: &Delivery| {
        let is_over = matches!(one.state.as_str(), "finished" | "cancelled");
        let planned = one.due_at.filter(|_| !is_over).map(|at| at.max(day.start));
        let at = one
            .first_today
            .or(one.next_today.map(|at| at.max(day.now)))
            .or(planned.filter(|at| one.sent == 0 && day.holds(*at)))?;
        Some(Knot {
            campaign: one.campaign,
            name: one.name.clone(),
            state: one.state.clone(),
            at,
            sent: one.sent_today,
            left: one.left.map(|_| one.left_today),
        })
    };
    let mut knots: Vec<Knot> = deliveries.iter().filter_map(knot).collect();
    knots.sort_by_key(|knot| (knot.at, knot.campaign));
    knots
}

/// Returns what is under way: running first, then what waits for its time.
pub(super) fn moving(deliveries: Vec<Delivery>) -> Vec<Delivery> {
    let place = |state: &str| match state {
        "running" => 0,
        "paused" => 1,
        _ => 2,
    };
    let mut moving: Vec<Delivery> = deliveries
        .into_iter()
        .filter(|one| !matches!(one.state.as_str(), "finished" | "cancelled"))
        .collect();
    moving.sort_by_key(|one| (place(&one.state), one.due_at, one.campaign));
    moving
}
