//! What a sender has taken of its day, and whether others stand in for it: what all workers must agree on.

use kernel::{
    id::{SenderId, WorkspaceId},
    time::Millis,
};
use sea_orm::{ConnectionTrait, DbErr, FromQueryResult};
use storage::{Dialect, sql};

use super::warmup::DayLimit;

/// Why others stand in for a sender.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trouble {
    /// Its server cannot be reached, or breaks off.
    Away,
    /// Too many of its messages are refused because nobody is there.
    Bounces,
    /// The provider says that its quota is used up.
    Quota,
}

impl Trouble {
    /// Returns the stable word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Away => "away",
            Self::Bounces => "bounces",
            Self::Quota => "quota",
        }
    }
}

/// Returns what is left of a day, and keeps other workers from it until the transaction ends.
pub(crate) async fn room(
    tx: &impl ConnectionTrait,
    workspace: WorkspaceId,
    sender: SenderId,
    limit: DayLimit,
) -> Result<u32, DbErr> {
    let key = || {
        [
            workspace.raw().into(),
            sender.raw().into(),
            limit.day.into(),
        ]
    };
    sql::exec(
        tx,
        "INSERT INTO sender_day (workspace_id, sender_id, day, used) VALUES ($1, $2, $3, 0) ON CONFLICT DO NOTHING",
        key(),
    )
    .await?;
    // SQLite has one writer at a time.
    let lock = match Dialect::of(tx.get_database_backend()) {
        Dialect::Postgres => " FOR UPDATE",
        Dialect::Sqlite => "",
    };
    let text = format!(
        "SELECT used FROM sender_day WHERE workspace_id = $1 AND sender_id = $2 AND day = $3{lock}"
    );
    let used = sql::number(tx, text, key()).await?;
    Ok(u32::try_from(i64::from(limit.most) - used).unwrap_or(0))
}

/// Counts messages that were reserved, or that were given back (`n` below nothing).
pub(crate) async fn count(
    tx: &impl ConnectionTrait,
    workspace: WorkspaceId,
    sender: SenderId,
    day: i32,
    n: i64,
) -> Result<(), DbErr> {
    sql::exec(
        tx,
        "UPDATE sender_day SET used = CASE WHEN used + $4 < 0 THEN 0 ELSE used + $4 END
         WHERE workspace_id = $1 AND sender_id = $2 AND day = $3",
        [
            workspace.raw().into(),
            sender.raw().into(),
            day.into(),
            n.into(),
        ],
    )
    .await
    .map(|_| ())
}

/// Returns how many messages a sender has taken on a day that is counted.
pub async fn used(
    db: &impl ConnectionTrait,
    workspace: WorkspaceId,
    sender: SenderId,
    day: i32,
) -> Result<i64, DbErr> {
    sql::number(
        db,
        "SELECT COALESCE(MAX(used), 0) FROM sender_day WHERE workspace_id = $1 AND sender_id = $2 AND day = $3",
        [workspace.raw().into(), sender.raw().into(), day.into()],
    )
    .await
}

/// Says that others are to stand in for a sender until an instant.
pub(crate) async fn tell(
    tx: &impl ConnectionTrait,
    workspace: WorkspaceId,
    sender: SenderId,
    (trouble, until): (Trouble, Millis),
    now: Millis,
) -> Result<(), DbErr> {
    sql::exec(
        tx,
        "INSERT INTO sender_trouble (workspace_id, sender_id, reason, since, until_at) VALUES ($1, $2, $3, $4, $5)
         ON CONFLICT (workspace_id, sender_id) DO UPDATE SET reason = excluded.reason,
           since = CASE WHEN sender_trouble.until_at < excluded.since THEN excluded.since ELSE sender_trouble.since END,
           until_at = CASE WHEN sender_trouble.until_at > excluded.until_at THEN sender_trouble.until_at ELSE excluded.until_at END",
        [
            workspace.raw().into(),
            sender.raw().into(),
            trouble.as_str().into(),
            now.0.into(),
            until.0.into(),
        ],
    )
    .await
    .map(|_| ())
}

/// A sender that others stand in for.
#[derive(Debug, Clone, PartialEq, Eq, FromQueryResult)]
pub struct Troubled {
    /// `away`, `bounces` or `quota`.
    pub reason: String,
    /// Since when.
    pub since: i64,
    /// Until when, unless it goes on.
    pub until_at: i64,
}

/// Returns the trouble that a sender has now.
pub async fn trouble(
    db: &impl ConnectionTrait,
    workspace: WorkspaceId,
    sender: SenderId,
    now: Millis,
) -> Result<Option<Troubled>, DbErr> {
    sql::one(
        db,
        "SELECT reason, since, until_at FROM sender_trouble WHERE workspace_id = $1 AND sender_id = $2 AND until_at > $3",
        [workspace.raw().into(), sender.raw().into(), now.0.into()],
    )
    .await
}
