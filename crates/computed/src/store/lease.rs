//! The right to compute for a workspace, what its holder stores with it, and the walk through everybody.

use kernel::{id::WorkspaceId, time::Millis};
use sea_orm::{ConnectionTrait, DbErr, FromQueryResult, QueryResult};
use storage::{
    Db, Value,
    lease::{LeaseError, Own},
    sql,
};

use super::definition::Definition;

/// The right to compute.
pub type Lease = storage::lease::Lease<Walk>;
/// How far its holder has come.
pub type Progress = storage::lease::Progress<Walk>;

/// How far everybody has been computed by the present rules.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Walk {
    /// Where the walk is; none when everybody has been.
    pub fill: Option<Fill>,
    /// How many have been.
    pub n_filled: i64,
}

/// A walk through everybody.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fill {
    /// Up to which profile they have been computed.
    pub after: i64,
    /// The newest profile when the rules changed; later ones come by the feed.
    pub until: i64,
}

impl Fill {
    /// Tells whether a customer is still to be computed by the present rules.
    pub(super) const fn waits(self, profile: i64) -> bool {
        profile > self.after && profile <= self.until
    }
}

impl Own for Walk {
    const TABLE: &'static str = "computed_worker";
    const COLUMNS: &'static [&'static str] = &["fill_after", "fill_until", "n_filled"];
    const COUNTERS: &'static [&'static str] = &[];
    // Everybody is computed anew, and silently.
    const ANEW: &'static str = "UPDATE computed_attribute SET basis = '' WHERE workspace_id = $1";

    fn values(&self) -> Vec<Value> {
        vec![
            self.fill.map(|fill| fill.after).into(),
            self.fill.map_or(0, |fill| fill.until).into(),
            self.n_filled.into(),
        ]
    }

    fn read(row: &QueryResult) -> Result<Self, DbErr> {
        let after: Option<i64> = row.try_get("", "fill_after")?;
        let until = row.try_get("", "fill_until")?;
        Ok(Self {
            fill: after.map(|after| Fill { after, until }),
            n_filled: row.try_get("", "n_filled")?,
        })
    }
}

/// Takes over what definitions follow from now: each gets a new epoch, and everybody is to be computed.
///
/// # Errors
/// [`LeaseError::Lost`] when another worker has it.
pub async fn adopt(
    lease: &mut Lease,
    db: &Db,
    now: Millis,
    changed: &[(&Definition, String)],
) -> Result<(), LeaseError> {
    let workspace = lease.workspace().raw();
    let tx = db.begin().await?;
    let text = "SELECT MAX(id) FROM profile WHERE workspace_id = $1 AND state = 0";
    let until = sql::number(&tx, text, [workspace.into()]).await?;
    let progress = Progress {
        own: Walk {
            fill: Some(Fill { after: 0, until }),
            n_filled: 0,
        },
        ..lease.progress
    };
    lease.hold(&tx, now, progress).await?;
    for (definition, basis) in changed {
        let text = "UPDATE computed_attribute SET basis = $1, epoch = epoch + 1 WHERE id = $2 AND workspace_id = $3";
        let binds = [basis.clone().into(), definition.id.into(), workspace.into()];
        sql::exec(&tx, text, binds).await?;
    }
    let text =
        "UPDATE computed_worker SET fill_begun_at = $2, filled_at = NULL WHERE workspace_id = $1";
    sql::exec(&tx, text, [workspace.into(), now.0.into()]).await?;
    tx.commit().await?;
    lease.moved(now, progress);
    Ok(())
}

/// Notes when everybody had been computed.
pub(super) async fn arrived(
    tx: &impl ConnectionTrait,
    workspace: WorkspaceId,
    now: Millis,
) -> Result<(), DbErr> {
    let text = "UPDATE computed_worker SET filled_at = $2 WHERE workspace_id = $1";
    let binds = [workspace.raw().into(), now.0.into()];
    sql::exec(tx, text, binds).await.map(|_| ())
}

/// How far the values of a workspace are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Standing {
    /// Whether everybody has been computed by the present rules.
    pub is_whole: bool,
    /// How many have been.
    pub n_filled: i64,
    /// When that began.
    pub begun_at: Option<Millis>,
    /// When everybody had been computed.
    pub filled_at: Option<Millis>,
    /// Up to when everything that happened has been taken in; none before the first round.
    pub read_at: Option<Millis>,
}

/// Tells how far the values of a workspace are.
///
/// # Errors
/// When the database does not answer.
pub async fn standing(
    db: &impl ConnectionTrait,
    workspace: WorkspaceId,
) -> Result<Standing, DbErr> {
    #[derive(FromQueryResult)]
    struct Row {
        fill_after: Option<i64>,
        n_filled: i64,
        fill_begun_at: Option<i64>,
        filled_at: Option<i64>,
        read_at: i64,
    }
    let text = "SELECT fill_after, n_filled, fill_begun_at, filled_at, read_at FROM computed_worker WHERE workspace_id = $1";
    let row: Option<Row> = sql::one(db, text, [workspace.raw().into()]).await?;
    Ok(row.map_or_else(Standing::default, |row| Standing {
        is_whole: row.fill_after.is_none(),
        n_filled: row.n_filled,
        begun_at: row.fill_begun_at.map(Millis),
        filled_at: row.filled_at.map(Millis),
        read_at: Some(Millis(row.read_at)),
    }))
}
