//! Who can be reached.

use kernel::{id::WorkspaceId, time::Millis};
use sea_orm::{ConnectionTrait, DbErr};
use storage::sql;

/// Who can be reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reach {
    /// Customers that are known by more than a cookie.
    pub customers: i64,
    /// Of them, those who may be mailed.
    pub by_email: i64,
}

pub(super) async fn find(
    db: &impl ConnectionTrait,
    workspace: WorkspaceId,
    now: Millis,
) -> Result<Reach, DbErr> {
    let customers = sql::number(
        db,
        "SELECT COUNT(*) FROM profile WHERE workspace_id = $1 AND state = 0 AND NOT is_anonymous",
        [workspace.raw().into()],
    )
    .await?;
    let text = format!(
        "SELECT COUNT(*) FROM profile p WHERE p.workspace_id = $1 AND NOT p.is_anonymous AND {}",
        profiles::consent::mailable_sql("p", "$2")
    );
    let by_email = sql::number(db, text, [workspace.raw().into(), now.0.into()]).await?;
    Ok(Reach {
        customers,
        by_email,
    })
}
