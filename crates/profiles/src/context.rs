//! What every writing function of this crate is handed.

use kernel::{
    feed::{Change, ChangeKind},
    id::{IdSource, ProfileId, WorkspaceId},
    time::Millis,
};
use sea_orm::DbErr;
use storage::{Dialect, Tx, sql};

/// A write in one workspace: the open transaction, the instant, and where ids come from.
#[derive(Clone, Copy)]
pub struct Ctx<'a> {
    /// The open transaction; whoever opened it commits it.
    pub tx: &'a Tx,
    /// The workspace that is written to.
    pub workspace: WorkspaceId,
    /// The instant of the write.
    pub now: Millis,
    /// Where ids come from.
    pub ids: &'a dyn IdSource,
}

impl Ctx<'_> {
    /// Waits until no other server node takes identities into this workspace, until the transaction ends.
    ///
    /// Who owns an identity value, a message id or an order number is decided by reading and then
    /// writing. One lock per workspace makes that pair safe and never deadlocks; the nodes lose little,
    /// because each gathers hundreds of messages into a transaction. SQLite has one writer anyway.
    pub async fn lock(&self) -> Result<(), DbErr> {
        if self.tx.dialect() == Dialect::Postgres {
            sql::rows(
                self.tx,
                "SELECT pg_advisory_xact_lock($1)",
                [self.workspace.raw().into()],
            )
            .await?;
        }
        Ok(())
    }

    pub(crate) fn change(&self, profile: i64, kind: ChangeKind) -> Change {
        Change::of(self.workspace, ProfileId::from_raw(profile), kind)
    }
}
