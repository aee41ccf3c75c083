//! What the timeline of one person needs of the campaigns: what was not sent and why, and names.

use std::collections::HashMap;

use kernel::{
    id::{CampaignId, DeliveryId, LinkId, ProfileId, WorkspaceId},
    time::Millis,
};
use sea_orm::{ConnectionTrait, DbErr, FromQueryResult};
use storage::sql;

use crate::step::{self, STEP_SQL, Step};

/// A message that was planned for somebody and not sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Unsent {
    /// The row of the ledger.
    pub delivery: DeliveryId,
    /// When that was decided.
    pub at: Millis,
    /// The campaign.
    pub campaign: CampaignId,
    /// Why.
    pub step: Step,
}

#[derive(FromQueryResult)]
struct Row {
    id: i64,
    at: i64,
    campaign_id: i64,
    step: String,
}

/// Lists what was not sent to somebody, the newest first, before an instant and the row at it.
///
/// What the receiving side refused is left out: the bounce says so itself.
pub async fn unsent(
    db: &impl ConnectionTrait,
    workspace: WorkspaceId,
    profile: ProfileId,
    (before, row): (Millis, i64),
    limit: u64,
) -> Result<Vec<Unsent>, DbErr> {
    let text = format!(
        "SELECT x.id, x.at, x.campaign_id, x.step FROM (
           SELECT d.id, COALESCE(d.settled_at, d.due_at) AS at, d.campaign_id, {STEP_SQL} AS step FROM delivery d
           WHERE d.profile_id = $1 AND d.workspace_id = $2 AND d.state IN (6, 7, 8, 9, 10) AND NOT d.is_test) x
         WHERE x.step <> 'rejected' AND (x.at, x.id) < ($3, $4) ORDER BY x.at DESC, x.id DESC LIMIT $5"
    );
    let binds = [
        profile.raw().into(),
        workspace.raw().into(),
        before.0.into(),
        row.into(),
        i64::try_from(limit).unwrap_or(i64::MAX).into(),
    ];
    let rows: Vec<Row> = sql::all(db, text, binds).await?;
    Ok(rows
        .into_iter()
        .map(|row| Unsent {
            delivery: DeliveryId::from_raw(row.id),
            at: Millis(row.at),
            campaign: CampaignId::from_raw(row.campaign_id),
            step: step::known(&row.step),
        })
        .collect())
}

/// Returns the names of campaigns.
pub async fn campaigns(
    db: &impl ConnectionTrait,
    workspace: WorkspaceId,
    ids: &[CampaignId],
) -> Result<HashMap<CampaignId, String>, DbErr> {
    let raw = ids.iter().map(|id| id.raw()).collect();
    let found = named(db, workspace, "SELECT id, name FROM campaign", raw).await?;
    Ok(found
        .map(|(id, name)| (CampaignId::from_raw(id), name))
        .collect())
}

/// Returns the words of links.
pub async fn links(
    db: &impl ConnectionTrait,
    workspace: WorkspaceId,
    ids: &[LinkId],
) -> Result<HashMap<LinkId, String>, DbErr> {
    let raw = ids.iter().map(|id| id.raw()).collect();
    let found = named(
        db,
        workspace,
        "SELECT id, label AS name FROM campaign_link",
        raw,
    )
    .await?;
    Ok(found
        .map(|(id, name)| (LinkId::from_raw(id), name))
        .collect())
}

async fn named(
    db: &impl ConnectionTrait,
    workspace: WorkspaceId,
    select: &str,
    mut ids: Vec<i64>,
) -> Result<impl Iterator<Item = (i64, String)>, DbErr> {
    #[derive(FromQueryResult)]
    struct Named {
        id: i64,
        name: String,
    }
    ids.sort_unstable();
    ids.dedup();
    // Numbers of our own, a page of them at most.
    let list: Vec<String> = ids.iter().map(ToString::to_string).collect();
    let rows: Vec<Named> = if list.is_empty() {
        Vec::new()
    } else {
        let text = format!(
            "{select} WHERE workspace_id = $1 AND id IN ({})",
            list.join(", ")
        );
        sql::all(db, text, [workspace.raw().into()]).await?
    };
    Ok(rows.into_iter().map(|row| (row.id, row.name)))
}
