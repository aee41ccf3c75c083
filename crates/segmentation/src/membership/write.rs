//! Writing transitions: intervals, rows of the feed and the worker's progress in one transaction.

use kernel::{
    feed::{Change, ChangeKind},
    id::{IdSource, SegmentId, WorkspaceId},
    time::Millis,
};
use sea_orm::DbErr;
use storage::{
    Db, Dialect, StorageError, Tx,
    bulk::{Bulk, ColumnType},
    feed,
    lease::LeaseError,
    sql,
};

use super::{
    Direction, Transition,
    filled::{FILLING, PUT_AWAY},
    lease::{Lease, Progress},
};

const ENTER: Bulk = Bulk {
    table: "membership",
    columns: &[
        ("workspace_id", ColumnType::Int),
        ("segment_id", ColumnType::Int),
        ("profile_id", ColumnType::Int),
        ("id", ColumnType::Int),
        ("entered_at", ColumnType::Int),
        ("entered_by", ColumnType::Int),
    ],
    suffix: "",
};

/// How a segment's intervals stand after a write.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// Some are still to be made.
    Filling(SegmentId),
    /// They follow the rule of this checksum.
    Filled(SegmentId, String),
    /// The segment was put away, and everybody has left.
    PutAway(SegmentId),
}

/// What one transaction writes; at most [`super::MAX_BATCH`] transitions.
#[derive(Debug, Clone, Copy)]
pub struct Batch<'a> {
    /// Who enters and leaves, in order; a profile at most once a segment.
    pub transitions: &'a [Transition],
    /// How a segment stands afterwards.
    pub step: Option<&'a Step>,
    /// How far the worker has come with it.
    pub progress: Progress,
}

/// Why nothing was written. Whatever the worker held in memory is to be read anew.
#[derive(Debug, thiserror::Error)]
pub enum WriteError {
    /// The lease is gone: stop.
    #[error(transparent)]
    Lease(#[from] LeaseError),
    /// The stored intervals are not those that the worker believed in.
    #[error("{missing} of those who were to leave were not in")]
    Astray {
        /// How many.
        missing: u64,
    },
}

impl From<DbErr> for WriteError {
    fn from(error: DbErr) -> Self {
        Self::Lease(error.into())
    }
}

impl From<StorageError> for WriteError {
    fn from(error: StorageError) -> Self {
        Self::Lease(error.into())
    }
}

/// Writes a batch, or nothing. Rows of the feed come with it, but for transitions whose cause is silent.
///
/// # Errors
/// See [`WriteError`]; the lease must not be used after [`LeaseError::Lost`].
pub async fn write(
    lease: &mut Lease,
    db: &Db,
    ids: &dyn IdSource,
    now: Millis,
    batch: Batch<'_>,
) -> Result<(), WriteError> {
    let tx = db.begin().await?;
    lease.hold(&tx, now, batch.progress).await?;
    let writing = Writing {
        workspace: lease.workspace(),
        tx: &tx,
        at: mark(&tx, lease.workspace(), now).await?,
    };
    writing.leave(batch.transitions).await?;
    writing.enter(ids, batch.transitions).await?;
    writing.tell(batch.transitions).await?;
    if let Some(step) = batch.step {
        writing.note(step).await?;
    }
    tx.commit().await?;
    lease.moved(now, batch.progress);
    Ok(())
}

/// Returns the instant of a write: later than every write before, also when the clock was set back, since intervals
/// never overlap and are never empty.
async fn mark(tx: &Tx, workspace: WorkspaceId, now: Millis) -> Result<Millis, DbErr> {
    let text = "UPDATE membership_worker SET marked_at = CASE WHEN marked_at < $2 THEN $2 ELSE marked_at + 1 END
                WHERE workspace_id = $1 RETURNING marked_at";
    let at = sql::number(tx, text, [workspace.raw().into(), now.0.into()]).await?;
    Ok(Millis(at))
}

/// One write.
struct Writing<'a> {
    workspace: WorkspaceId,
    tx: &'a Tx,
    at: Millis,
}

impl Writing<'_> {
    async fn enter(&self, ids: &dyn IdSource, transitions: &[Transition]) -> Result<(), DbErr> {
        let entering = transitions
            .iter()
            .filter(|one| one.direction == Direction::Enter);
        let rows: Vec<Vec<storage::Value>> = entering
            .map(|one| {
                vec![
                    self.workspace.raw().into(),
                    one.segment.raw().into(),
                    one.profile.raw().into(),
                    ids.next_raw().into(),
                    self.at.0.into(),
                    i64::from(one.cause.code()).into(),
                ]
            })
            .collect();
        ENTER.insert(self.tx, rows).await.map(|_| ())
    }

    async fn leave(&self, transitions: &[Transition]) -> Result<(), WriteError> {
        let leaving: Vec<serde_json::Value> = transitions
            .iter()
            .filter(|one| one.direction == Direction::Leave)
            .map(|one| {
                let (segment, profile) = (one.segment.raw(), one.profile.raw());
                serde_json::json!([segment, profile, one.cause.code()])
            })
            .collect();
        if leaving.is_empty() {
            return Ok(());
        }
        let n = leaving.len() as u64;
        let text = leave_sql(self.tx.dialect());
        let list = serde_json::Value::Array(leaving).to_string();
        let binds = [self.at.0.into(), self.workspace.raw().into(), list.into()];
        let touched = sql::exec(self.tx, text, binds).await?;
        if touched == n {
            Ok(())
        } else {
            Err(WriteError::Astray {
                missing: n.saturating_sub(touched),
            })
        }
    }

    async fn tell(&self, transitions: &[Transition]) -> Result<(), DbErr> {
        let told: Vec<Change> = transitions
            .iter()
            .filter(|one| !one.cause.is_silent())
            .map(|one| Change {
                workspace: self.workspace,
                profile: one.profile,
                kind: match one.direction {
                    Direction::Enter => ChangeKind::SegmentEnter,
                    Direction::Leave => ChangeKind::SegmentLeave,
                },
                a: one.segment.raw(),
                b: i64::from(one.cause.code()),
            })
            .collect();
        feed::append(self.tx, self.at, &told).await
    }

    async fn note(&self, step: &Step) -> Result<(), DbErr> {
        let (segment, rule) = match step {
            Step::Filling(segment) => (segment, FILLING),
            Step::Filled(segment, rule) => (segment, rule.as_str()),
            Step::PutAway(segment) => (segment, PUT_AWAY),
        };
        sql::exec(
            self.tx,
            "INSERT INTO membership_filled (workspace_id, segment_id, rule, kept_since) VALUES ($1, $2, $3, $4)
             ON CONFLICT (segment_id) DO UPDATE SET rule = excluded.rule",
            [
                self.workspace.raw().into(),
                segment.raw().into(),
                rule.into(),
                self.at.0.into(),
            ],
        )
        .await
        .map(|_| ())
    }
}

/// Returns the statement that ends open intervals: `$1` when, `$2` the workspace, `$3` the list.
///
/// A table that has grown faster than PostgreSQL looks at it is taken for one with a single open interval: it walked
/// all of them and read the list anew for each, seconds for a batch, and nobody else entered meanwhile. So the list is read
/// first and every interval is looked up by it; what is left to join is by the whole key, which is never thought rare.
const fn leave_sql(dialect: Dialect) -> &'static str {
    match dialect {
        Dialect::Sqlite => {
            "UPDATE membership SET left_at = $1, left_by = u.cause
             FROM (SELECT r.value ->> 0 AS segment, r.value ->> 1 AS profile, r.value ->> 2 AS cause FROM json_each($3) r) u
             WHERE membership.segment_id = u.segment AND membership.profile_id = u.profile
               AND membership.left_at IS NULL AND membership.workspace_id = $2"
        }
        Dialect::Postgres => {
            "UPDATE membership SET left_at = $1, left_by = u.cause
             FROM (
               SELECT m.segment_id, m.profile_id, m.id, r.cause
               FROM (SELECT (r.value ->> 0)::bigint AS segment, (r.value ->> 1)::bigint AS profile,
                            (r.value ->> 2)::smallint AS cause
                     FROM json_array_elements($3::text::json) r OFFSET 0) r
               CROSS JOIN LATERAL (SELECT o.segment_id, o.profile_id, o.id FROM membership o
                                   WHERE o.segment_id = r.segment AND o.profile_id = r.profile
                                     AND o.left_at IS NULL AND o.workspace_id = $2 LIMIT 1) m
               OFFSET 0) u
             WHERE membership.segment_id = u.segment_id AND membership.profile_id = u.profile_id
               AND membership.id = u.id"
        }
    }
}

#[cfg(test)]
mod tests {
    use sea_orm::ConnectionTrait;
    use testkit::Kit;

    use super::*;

    #[tokio::test]
    async fn intervals_that_postgresql_has_not_looked_at_yet_are_looked_up_and_never_walked() {
        let database = testkit::postgres().await;
        let kit = Kit::new(&database).await;
        let workspace = kit.workspace.raw();
        let fill = format!(
            "INSERT INTO membership (workspace_id, segment_id, profile_id, id, entered_at, entered_by)
             SELECT {workspace}, n % 20, n, n, 0, 0 FROM generate_series(1, 20000) n"
        );
        kit.db.writer().execute_unprepared(&fill).await.unwrap();
        let list = serde_json::json!([[1, 1, 2], [2, 2, 2], [3, 4, 2]]).to_string();
        let binds = || [7i64.into(), workspace.into(), list.clone().into()];
        let text = leave_sql(Dialect::Postgres);
        let explain = format!("EXPLAIN {text}");
        let plan = sql::rows(kit.db.writer(), explain, binds()).await.unwrap();
        let lines = plan.iter().map(|row| row.try_get_by_index(0).unwrap());
        let lines: Vec<String> = lines.collect();
        assert!(
            !lines.iter().any(|line| line.contains("Join Filter")),
            "{lines:#?}"
        );
        assert!(
            lines.iter().any(|line| line.contains("membership_open")),
            "{lines:#?}"
        );
        let left = sql::exec(kit.db.writer(), text, binds()).await.unwrap();
        assert_eq!(left, 2, "nobody by the number 4 is in segment 3");
    }
}
