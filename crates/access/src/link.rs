//! One-time links: the first owner, invitations and the demo's sign-in.

use kernel::{
    id::{UserId, WorkspaceId},
    time::{DAY, Millis},
};
use sea_orm::{ConnectionTrait, DbErr, FromQueryResult};
use storage::sql;

use crate::{AccessError, Role, token};

/// How long an unused link works.
pub const LIFETIME: i64 = 2 * DAY;

/// What a link lets its bearer do, once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Purpose {
    /// Become the first owner and name the workspace.
    FirstOwner,
    /// Join a workspace.
    Invite {
        /// The workspace.
        workspace: WorkspaceId,
        /// With which role.
        role: Role,
        /// The address that was invited.
        email: Option<String>,
    },
    /// Sign in as somebody; made by the operator at the server's console.
    SignIn {
        /// The workspace.
        workspace: WorkspaceId,
        /// The person.
        user: UserId,
    },
}

/// Makes a link and returns its token; only a hash is stored.
pub async fn create(
    tx: &impl ConnectionTrait,
    purpose: &Purpose,
    now: Millis,
) -> Result<String, AccessError> {
    let token = token::random("")?;
    let (name, workspace, user, role, email) = match purpose {
        Purpose::FirstOwner => ("first_owner", None, None, None, None),
        Purpose::Invite {
            workspace,
            role,
            email,
        } => (
            "invite",
            Some(*workspace),
            None,
            Some(role.name()),
            email.clone(),
        ),
        Purpose::SignIn { workspace, user } => {
            ("sign_in", Some(*workspace), Some(*user), None, None)
        }
    };
    sql::exec(
        tx,
        "INSERT INTO sign_in_link (token_hash, purpose, workspace_id, user_id, role, email, expires_at, created_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        [
            token::hash(&token).into(),
            name.into(),
            workspace.map(WorkspaceId::raw).into(),
            user.map(UserId::raw).into(),
            role.into(),
            email.into(),
            now.plus(LIFETIME).0.into(),
            now.0.into(),
        ],
    )
    .await?;
    Ok(token)
}

#[derive(FromQueryResult)]
struct Row {
    purpose: String,
    workspace_id: Option<i64>,
    user_id: Option<i64>,
    role: Option<String>,
    email: Option<String>,
}

impl Row {
    fn purpose(self) -> Option<Purpose> {
        let workspace = self.workspace_id.map(WorkspaceId::from_raw);
        Some(match self.purpose.as_str() {
            "first_owner" => Purpose::FirstOwner,
            "invite" => Purpose::Invite {
                workspace: workspace?,
                role: Role::parse(&self.role?)?,
                email: self.email,
            },
            "sign_in" => Purpose::SignIn {
                workspace: workspace?,
                user: UserId::from_raw(self.user_id?),
            },
            _ => return None,
        })
    }
}

/// Tells what an unused link is for, without using it.
pub async fn peek(
    db: &impl ConnectionTrait,
    token: &str,
    now: Millis,
) -> Result<Purpose, AccessError> {
    let row: Option<Row> = sql::one(
        db,
        "SELECT purpose, workspace_id, user_id, role, email FROM sign_in_link
         WHERE token_hash = $1 AND used_at IS NULL AND expires_at > $2",
        [token::hash(token).into(), now.0.into()],
    )
    .await?;
    row.and_then(Row::purpose).ok_or(AccessError::LinkSpent)
}

/// Uses a link up; a second caller with the same token fails even at the same instant.
pub async fn consume(
    tx: &impl ConnectionTrait,
    token: &str,
    now: Millis,
) -> Result<Purpose, AccessError> {
    let purpose = peek(tx, token, now).await?;
    let touched = sql::exec(
        tx,
        "UPDATE sign_in_link SET used_at = $2 WHERE token_hash = $1 AND used_at IS NULL",
        [token::hash(token).into(), now.0.into()],
    )
    .await?;
    if touched == 1 {
        Ok(purpose)
    } else {
        Err(AccessError::LinkSpent)
    }
}

/// Withdraws unused links of first ownership: a fresh one is printed at each start until somebody owns the server.
pub async fn withdraw_first_owner(tx: &impl ConnectionTrait) -> Result<(), AccessError> {
    sql::exec(
        tx,
        "DELETE FROM sign_in_link WHERE purpose = 'first_owner' AND used_at IS NULL",
        [],
    )
    .await?;
    Ok(())
}

/// Removes up to `limit` one-time links that have run out, used or not; returns how many.
///
/// # Errors
/// When the database does not answer.
pub async fn prune(tx: &impl ConnectionTrait, now: Millis, limit: u32) -> Result<u64, DbErr> {
    let text = format!(
        "DELETE FROM sign_in_link WHERE token_hash IN (SELECT token_hash FROM sign_in_link WHERE expires_at <= $1 LIMIT {limit})"
    );
    sql::exec(tx, text, [now.0.into()]).await
}
