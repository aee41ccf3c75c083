//! What a report needs to know of its campaign.

use kernel::{
    id::{CampaignId, WorkspaceId},
    time::{DAY, Millis},
};
use sea_orm::{ConnectionTrait, FromQueryResult};
use serde_json::Value as Json;
use storage::sql;

use crate::AnalyticsError;

/// The window of a campaign that names none.
const DEFAULT_WINDOW_DAYS: i64 = 7;

/// A campaign, as far as its numbers depend on it.
#[derive(Debug, Clone, PartialEq)]
pub struct CampaignHead {
    /// The campaign.
    pub id: CampaignId,
    /// Its name.
    pub name: String,
    /// `draft`, `scheduled`, `running`, `paused`, `finished` or `cancelled`.
    pub state: String,
    /// Whether it goes by mail, which tells more of what becomes of a message than LINE or push does.
    pub is_mail: bool,
    /// For how many days after the hand-off an order counts.
    pub window_days: i64,
    /// When it was launched.
    pub launched_at: Option<Millis>,
    /// When its last message was dealt with.
    pub finished_at: Option<Millis>,
    /// The workspace's zone.
    pub time_zone: String,
    /// The workspace's currency.
    pub currency: String,
}

impl CampaignHead {
    /// Returns the goal's window in milliseconds.
    pub const fn window(&self) -> i64 {
        self.window_days * DAY
    }
}

#[derive(FromQueryResult)]
struct Row {
    name: String,
    state: String,
    document: Json,
    launched_at: Option<i64>,
    finished_at: Option<i64>,
    time_zone: String,
    currency: String,
}

/// Finds a campaign of the workspace.
pub(crate) async fn find(
    db: &impl ConnectionTrait,
    workspace: WorkspaceId,
    id: CampaignId,
) -> Result<CampaignHead, AnalyticsError> {
    let row: Option<Row> = sql::one(
        db,
        "SELECT c.name, c.state, c.document, c.launched_at, c.finished_at, w.time_zone, w.currency
         FROM campaign c JOIN workspace w ON w.id = c.workspace_id WHERE c.workspace_id = $1 AND c.id = $2",
        [workspace.raw().into(), id.raw().into()],
    )
    .await?;
    let row = row.ok_or(AnalyticsError::NotFound)?;
    Ok(CampaignHead {
        id,
        name: row.name,
        state: row.state,
        is_mail: !matches!(
            row.document.pointer("/channel/kind").and_then(Json::as_str),
            Some("line" | "push")
        ),
        window_days: window_days(&row.document),
        launched_at: row.launched_at.map(Millis),
        finished_at: row.finished_at.map(Millis),
        time_zone: row.time_zone,
        currency: row.currency,
    })
}

fn window_days(document: &Json) -> i64 {
    document
        .pointer("/goal/window_days")
        .and_then(Json::as_i64)
        .filter(|days| (1..=90).contains(days))
        .unwrap_or(DEFAULT_WINDOW_DAYS)
}
