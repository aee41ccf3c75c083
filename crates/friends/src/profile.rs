//! What LINE says of its friends: the name that each chose, and where her picture is.

use kernel::{
    id::{SenderId, WorkspaceId},
    time::{DAY, Millis},
};
use sea_orm::{ConnectionTrait, DbErr, FromQueryResult};
use storage::sql;

/// People change names; a month-old one is asked about again when somebody looks.
pub const FRESH: i64 = 30 * DAY;

/// What LINE said of a friend.
#[derive(Clone, PartialEq, Eq, Default, FromQueryResult)]
pub struct Profile {
    /// The name that she chose; none where LINE tells nothing.
    pub display_name: Option<String>,
    /// Where her picture is.
    pub picture_url: Option<String>,
    /// The language of her app.
    pub language: Option<String>,
    /// When LINE was asked.
    pub asked_at: i64,
}

impl std::fmt::Debug for Profile {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Profile(<redacted>)")
    }
}

impl Profile {
    /// Tells whether LINE need not be asked again.
    pub const fn is_fresh(&self, now: Millis) -> bool {
        now.0 - self.asked_at < FRESH
    }
}

/// Returns what LINE said of a friend, if it was asked.
///
/// # Errors
/// When the database does not answer.
pub async fn find(
    db: &impl ConnectionTrait,
    (workspace, account): (WorkspaceId, SenderId),
    user: &str,
) -> Result<Option<Profile>, DbErr> {
    let text = "SELECT display_name, picture_url, language, asked_at FROM line_profile
                WHERE workspace_id = $1 AND account_id = $2 AND user_id = $3";
    let binds = [workspace.raw().into(), account.raw().into(), user.into()];
    sql::one(db, text, binds).await
}

/// Writes what LINE said of a friend.
///
/// # Errors
/// When the database does not answer.
pub async fn keep(
    tx: &impl ConnectionTrait,
    (workspace, account): (WorkspaceId, SenderId),
    user: &str,
    profile: &Profile,
) -> Result<(), DbErr> {
    let text = "INSERT INTO line_profile (workspace_id, account_id, user_id, display_name, picture_url, language, asked_at)
                VALUES ($1, $2, $3, $4, $5, $6, $7)
                ON CONFLICT (workspace_id, account_id, user_id) DO UPDATE SET display_name = excluded.display_name,
                  picture_url = excluded.picture_url, language = excluded.language, asked_at = excluded.asked_at";
    let plain = |text: &Option<String>| {
        text.as_ref().map(|text| {
            let text = text.chars().filter(|sign| *sign != '\0');
            text.take(2_000).collect::<String>()
        })
    };
    let binds = [
        workspace.raw().into(),
        account.raw().into(),
        user.into(),
        plain(&profile.display_name).into(),
        plain(&profile.picture_url).into(),
        plain(&profile.language).into(),
        profile.asked_at.into(),
    ];
    sql::exec(tx, text, binds).await.map(|_| ())
}
