//! Reading the ledger: progress, lists, one row.

use std::fmt::Write as _;

use kernel::{
    id::{CampaignId, DeliveryId, ProfileId, WorkspaceId},
    page::{BadCursor, Page, PageRequest},
    time::Millis,
};
use sea_orm::{ConnectionTrait, DbErr, FromQueryResult};
use storage::{Value, sql};

use super::DeliveryState;
use crate::way::PUSH;

/// How many rows of a campaign are in which state.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Progress {
    /// The counts; tests are left out.
    pub counts: Vec<StateCount>,
}

/// How many rows are in a state for a reason.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StateCount {
    /// The state.
    pub state: DeliveryState,
    /// The reason, where there is one.
    pub reason: Option<String>,
    /// How many.
    pub count: i64,
}

impl Progress {
    /// Returns how many rows are in a state, whatever the reason.
    pub fn of(&self, state: DeliveryState) -> i64 {
        let rows = self.counts.iter().filter(|row| row.state == state);
        rows.map(|row| row.count).sum()
    }

    /// Returns how many rows there are.
    pub fn total(&self) -> i64 {
        self.counts.iter().map(|row| row.count).sum()
    }
}

#[derive(FromQueryResult)]
struct CountRow {
    state: i16,
    reason: Option<String>,
    n: i64,
}

/// Counts the rows of a campaign.
pub async fn progress(
    db: &impl ConnectionTrait,
    workspace: WorkspaceId,
    campaign: CampaignId,
) -> Result<Progress, DbErr> {
    let rows: Vec<CountRow> = sql::all(
        db,
        "SELECT state, reason, COUNT(*) AS n FROM delivery WHERE campaign_id = $1 AND workspace_id = $2
         AND NOT is_test GROUP BY state, reason ORDER BY state, reason",
        [campaign.raw().into(), workspace.raw().into()],
    )
    .await?;
    let counts = rows.into_iter().filter_map(|row| {
        Some(StateCount {
            state: DeliveryState::from_code(row.state)?,
            reason: row.reason,
            count: row.n,
        })
    });
    Ok(Progress {
        counts: counts.collect(),
    })
}

/// A row as people read it.
#[derive(Debug, Clone)]
pub struct DeliveryRow {
    /// The row.
    pub id: DeliveryId,
    /// The workspace.
    pub workspace: WorkspaceId,
    /// The person.
    pub profile: ProfileId,
    /// The campaign.
    pub campaign: CampaignId,
    /// Where it stands.
    pub state: DeliveryState,
    /// Why.
    pub reason: Option<String>,
    /// The address; personal data.
    pub address: Option<String>,
    /// Whether it is a test.
    pub is_test: bool,
    /// Whether it went to devices, which tell what became of it.
    pub is_push: bool,
    /// When it is or was due.
    pub due_at: Millis,
    /// Times it was handed over.
    pub attempts: i32,
    /// The provider's status number.
    pub provider_code: Option<i32>,
    /// The provider's words, addresses blotted out.
    pub provider_detail: Option<String>,
    /// The name of the message on the wire.
    pub message_id: Option<String>,
    /// When it was last handed over.
    pub handed_over_at: Option<Millis>,
    /// When it ended.
    pub settled_at: Option<Millis>,
}

#[derive(FromQueryResult)]
struct Row {
    id: i64,
    workspace_id: i64,
    profile_id: i64,
    campaign_id: i64,
    state: i16,
    reason: Option<String>,
    address: Option<String>,
    is_test: bool,
    channel: i16,
    due_at: i64,
    attempts: i32,
    provider_code: Option<i32>,
    provider_detail: Option<String>,
    message_id: Option<String>,
    handed_over_at: Option<i64>,
    settled_at: Option<i64>,
}

impl From<Row> for DeliveryRow {
    fn from(row: Row) -> Self {
        Self {
            id: DeliveryId::from_raw(row.id),
            workspace: WorkspaceId::from_raw(row.workspace_id),
            profile: ProfileId::from_raw(row.profile_id),
            campaign: CampaignId::from_raw(row.campaign_id),
            state: DeliveryState::from_code(row.state).unwrap_or(DeliveryState::Unknown),
            reason: row.reason,
            address: row.address,
            is_test: row.is_test,
            is_push: row.channel == PUSH,
            due_at: Millis(row.due_at),
            attempts: row.attempts,
            provider_code: row.provider_code,
            provider_detail: row.provider_detail,
            message_id: row.message_id,
            handed_over_at: row.handed_over_at.map(Millis),
            settled_at: row.settled_at.map(Millis),
        }
    }
}

const COLUMNS: &str = "id, workspace_id, profile_id, campaign_id, state, reason, address, is_test, channel, due_at, attempts, \
                       provider_code, provider_detail, message_id, handed_over_at, settled_at";

/// Which rows are wanted.
#[derive(Debug, Clone, Copy, Default)]
pub struct DeliveryFilter<'a> {
    /// Only of this campaign.
    pub campaign: Option<CampaignId>,
    /// Only of this person.
    pub profile: Option<ProfileId>,
    /// Only in this state.
    pub state: Option<DeliveryState>,
    /// Only for this reason.
    pub reason: Option<&'a str>,
}

/// Lists rows, the newest first; tests are left out.
pub async fn list(
    db: &impl ConnectionTrait,
    workspace: WorkspaceId,
    filter: DeliveryFilter<'_>,
    page: &PageRequest,
) -> Result<Result<Page<DeliveryRow>, BadCursor>, DbErr> {
    let [after] = match page.position() {
        Ok(position) => position.unwrap_or([i64::MAX]),
        Err(bad) => return Ok(Err(bad)),
    };
    let limit = page.limit();
    let mut binds: Vec<Value> = vec![
        workspace.raw().into(),
        after.into(),
        i64::try_from(limit + 1).unwrap_or(i64::MAX).into(),
    ];
    let mut text = format!(
        "SELECT {COLUMNS} FROM delivery WHERE workspace_id = $1 AND id < $2 AND NOT is_test"
    );
    let mut narrow = |column: &str, value: Option<Value>| {
        if let Some(value) = value {
            binds.push(value);
            // Writing to a String cannot fail.
            let _ = write!(text, " AND {column} = ${}", binds.len());
        }
    };
    narrow("campaign_id", filter.campaign.map(|id| id.raw().into()));
    narrow("profile_id", filter.profile.map(|id| id.raw().into()));
    narrow("state", filter.state.map(|state| state.code().into()));
    narrow("reason", filter.reason.map(Into::into));
    text.push_str(" ORDER BY id DESC LIMIT $3");
    let rows: Vec<Row> = sql::all(db, text, binds).await?;
    let page = Page::cut(rows, limit, |row| vec![row.id]);
    Ok(Ok(page.map(DeliveryRow::from)))
}

/// Finds a row.
pub async fn find(
    db: &impl ConnectionTrait,
    workspace: WorkspaceId,
    id: DeliveryId,
) -> Result<Option<DeliveryRow>, DbErr> {
    let text = format!("SELECT {COLUMNS} FROM delivery WHERE id = $1 AND workspace_id = $2");
    let row: Option<Row> = sql::one(db, text, [id.raw().into(), workspace.raw().into()]).await?;
    Ok(row.map(DeliveryRow::from))
}

/// Returns whom a delivery went to: the person as merges have left it, and the address.
pub async fn addressee(
    db: &impl ConnectionTrait,
    workspace: WorkspaceId,
    id: DeliveryId,
) -> Result<Option<(ProfileId, Option<String>)>, DbErr> {
    let row = find(db, workspace, id).await?;
    Ok(row.map(|row| (row.profile, row.address)))
}

/// Returns the campaign whose push a person got last, since an instant.
pub async fn last_push(
    db: &impl ConnectionTrait,
    workspace: WorkspaceId,
    profile: ProfileId,
    since: Millis,
) -> Result<Option<CampaignId>, DbErr> {
    let text = format!(
        "SELECT campaign_id FROM delivery WHERE profile_id = $1 AND workspace_id = $2 AND channel = {PUSH} AND state = 5
           AND NOT is_test AND settled_at >= $3 ORDER BY settled_at DESC, id DESC LIMIT 1"
    );
    let binds = [profile.raw().into(), workspace.raw().into(), since.0.into()];
    let id = sql::number(db, text, binds).await?;
    Ok((id != 0).then(|| CampaignId::from_raw(id)))
}

/// Counts the people whom a campaign has written to, whatever came of it.
pub async fn n_written(db: &impl ConnectionTrait, campaign: CampaignId) -> Result<i64, DbErr> {
    sql::number(
        db,
        "SELECT COUNT(*) FROM delivery WHERE campaign_id = $1 AND state IN (4, 5, 6, 7) AND attempts > 0 AND NOT is_test",
        [campaign.raw().into()],
    )
    .await
}
