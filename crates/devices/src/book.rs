//! What is known of devices.

use kernel::{
    id::{CampaignId, DeviceId, ProfileId, SenderId, WorkspaceId},
    time::Millis,
};
use sea_orm::{ConnectionTrait, DbErr, FromQueryResult};
use storage::{Dialect, rowset, sql};

use crate::{
    Device, Kind,
    device::{COLUMNS, Row},
    fingerprint,
};

/// How many devices a sender reaches.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Counts {
    /// By kind, those that take pushes.
    pub by_kind: Vec<(Kind, i64)>,
    /// Those that went since an instant, by their service's word or their owner's.
    pub lost: i64,
}

/// Returns the devices of these numbers that take pushes of a sender, in the order of their numbers.
///
/// # Errors
/// When the database does not answer.
pub async fn of(
    db: &impl ConnectionTrait,
    workspace: WorkspaceId,
    sender: SenderId,
    ids: &[i64],
) -> Result<Vec<Device>, DbErr> {
    let wanted = rowset::ids_of(Dialect::of(db.get_database_backend()), "$3");
    let text = format!(
        "SELECT {COLUMNS} FROM {wanted} u CROSS JOIN device d
         WHERE d.id = u.id AND d.workspace_id = $1 AND d.sender_id = $2 AND d.gone_at IS NULL ORDER BY d.id"
    );
    let binds = [
        workspace.raw().into(),
        sender.raw().into(),
        rowset::bind_ids(ids.iter().copied()),
    ];
    let rows: Vec<Row> = sql::all(db, text, binds).await?;
    Ok(rows.into_iter().map(Device::from).collect())
}

/// Returns a customer's devices, those that take pushes first, the latest heard of first.
///
/// # Errors
/// When the database does not answer.
pub async fn list(
    db: &impl ConnectionTrait,
    workspace: WorkspaceId,
    owner: ProfileId,
) -> Result<Vec<Device>, DbErr> {
    let text = format!(
        "SELECT {COLUMNS} FROM device d WHERE d.profile_id = $2 AND d.workspace_id = $1
         ORDER BY CASE WHEN d.gone_at IS NULL THEN 0 ELSE 1 END, d.last_seen_at DESC, d.id DESC LIMIT 100"
    );
    let rows: Vec<Row> = sql::all(db, text, [workspace.raw().into(), owner.raw().into()]).await?;
    Ok(rows.into_iter().map(Device::from).collect())
}

/// Finds a device of a workspace by its number.
///
/// # Errors
/// When the database does not answer.
pub async fn find(
    db: &impl ConnectionTrait,
    workspace: WorkspaceId,
    id: DeviceId,
) -> Result<Option<Device>, DbErr> {
    let text = format!("SELECT {COLUMNS} FROM device d WHERE d.id = $2 AND d.workspace_id = $1");
    let row: Option<Row> = sql::one(db, text, [workspace.raw().into(), id.raw().into()]).await?;
    Ok(row.map(Device::from))
}

/// Finds a device by what names it to its service.
///
/// # Errors
/// When the database does not answer.
pub async fn known(
    db: &impl ConnectionTrait,
    workspace: WorkspaceId,
    sender: SenderId,
    kind: Kind,
    address: &str,
) -> Result<Option<Device>, DbErr> {
    let text = format!(
        "SELECT {COLUMNS} FROM device d WHERE d.workspace_id = $1 AND d.sender_id = $2 AND d.fingerprint = $3"
    );
    let binds = [
        workspace.raw().into(),
        sender.raw().into(),
        fingerprint(kind, address).into(),
    ];
    let row: Option<Row> = sql::one(db, text, binds).await?;
    Ok(row.map(Device::from))
}

/// Counts the devices of a sender, and those that it lost since an instant.
///
/// # Errors
/// When the database does not answer.
pub async fn counts(
    db: &impl ConnectionTrait,
    workspace: WorkspaceId,
    sender: SenderId,
    since: Millis,
) -> Result<Counts, DbErr> {
    #[derive(FromQueryResult)]
    struct Counted {
        kind: i16,
        n: i64,
    }
    let of_one: [storage::Value; 2] = [workspace.raw().into(), sender.raw().into()];
    let rows: Vec<Counted> = sql::all(
        db,
        "SELECT kind, COUNT(*) AS n FROM device WHERE workspace_id = $1 AND sender_id = $2 AND gone_at IS NULL
         GROUP BY kind ORDER BY kind",
        of_one.clone(),
    )
    .await?;
    let lost = sql::number(
        db,
        "SELECT COUNT(*) FROM device WHERE workspace_id = $1 AND sender_id = $2 AND gone_at >= $3 AND gone_why IN (1, 2)",
        of_one.into_iter().chain([since.0.into()]),
    );
    Ok(Counts {
        lost: lost.await?,
        by_kind: rows
            .into_iter()
            .map(|row| (Kind::from_code(row.kind), row.n))
            .collect(),
    })
}

/// Counts the people whose device was seen to be gone by a campaign, or who turned pushes off after it.
///
/// # Errors
/// When the database does not answer.
pub async fn lost_to(
    db: &impl ConnectionTrait,
    workspace: WorkspaceId,
    campaign: CampaignId,
) -> Result<i64, DbErr> {
    sql::number(
        db,
        "SELECT COUNT(DISTINCT profile_id) FROM device WHERE gone_campaign_id = $2 AND workspace_id = $1",
        [workspace.raw().into(), campaign.raw().into()],
    )
    .await
}
