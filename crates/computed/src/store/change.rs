//! Turns that were told of: on a customer's timeline, and as flows between standings.

use kernel::{
    cause::Cause,
    id::{ProfileId, WorkspaceId},
    time::Millis,
};
use sea_orm::{ConnectionTrait, DbErr, FromQueryResult};
use storage::sql;

use crate::rule::Kind;

/// A turn.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Turn {
    /// Its number.
    pub id: i64,
    /// Of which attribute.
    pub kind: Kind,
    /// How it stood before.
    pub before: Option<String>,
    /// How it stands since.
    pub after: Option<String>,
    /// When it turned, by the history.
    pub occurred_at: Millis,
    /// When that was found out.
    pub written_at: Millis,
    /// Why it was looked at.
    pub cause: Cause,
}

#[derive(FromQueryResult)]
struct Row {
    id: i64,
    kind: String,
    before: Option<String>,
    after: Option<String>,
    occurred_at: i64,
    written_at: i64,
    cause: i16,
}

/// Lists a customer's turns before a position, the newest first, by when they were found out.
///
/// # Errors
/// When the database does not answer.
pub async fn timeline(
    db: &impl ConnectionTrait,
    workspace: WorkspaceId,
    profile: ProfileId,
    (at, id): (Millis, i64),
    limit: u64,
) -> Result<Vec<Turn>, DbErr> {
    let text = "SELECT c.id, a.kind, c.before, c.after, c.occurred_at, c.written_at, c.cause
                FROM computed_change c JOIN computed_attribute a ON a.id = c.attribute_id
                WHERE c.profile_id = $1 AND c.workspace_id = $2 AND (c.written_at, c.id) < ($3, $4)
                ORDER BY c.written_at DESC, c.id DESC LIMIT $5";
    let binds = [
        profile.raw().into(),
        workspace.raw().into(),
        at.0.into(),
        id.into(),
        limit.cast_signed().into(),
    ];
    let rows: Vec<Row> = sql::all(db, text, binds).await?;
    Ok(rows.into_iter().filter_map(Row::read).collect())
}

impl Row {
    fn read(self) -> Option<Turn> {
        Some(Turn {
            id: self.id,
            kind: Kind::parse(&self.kind)?,
            before: self.before,
            after: self.after,
            occurred_at: Millis(self.occurred_at),
            written_at: Millis(self.written_at),
            cause: Cause::from_code(self.cause)?,
        })
    }
}

/// How many turned from one standing to another.
#[derive(Debug, Clone, PartialEq, Eq, FromQueryResult)]
pub struct Flow {
    /// From where.
    pub before: Option<String>,
    /// To where.
    pub after: Option<String>,
    /// How many turns.
    pub n: i64,
}

/// Counts the turns of a definition that were found out in `[from, until)`.
///
/// # Errors
/// When the database does not answer.
pub async fn flows(
    db: &impl ConnectionTrait,
    workspace: WorkspaceId,
    attribute: i64,
    [from, until]: [Millis; 2],
) -> Result<Vec<Flow>, DbErr> {
    let text = "SELECT before, after, COUNT(*) AS n FROM computed_change
                WHERE attribute_id = $1 AND workspace_id = $2 AND written_at >= $3 AND written_at < $4
                GROUP BY before, after ORDER BY before, after";
    let binds = [
        attribute.into(),
        workspace.raw().into(),
        from.0.into(),
        until.0.into(),
    ];
    sql::all(db, text, binds).await
}
