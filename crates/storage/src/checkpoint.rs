//! Brings SQLite's log back into the file beside the writer.
//!
//! Left to itself, the writer copies the log at the commit that makes it too long, and everybody waits: of a
//! thousand messages taken in, that was a quarter of the time. A connection of its own copies a little after each
//! commit instead; the writer finds almost everything done, and starts the log anew.

use std::{sync::Arc, time::Duration};

use sea_orm::{ConnectionTrait, DatabaseConnection};
use tokio::{sync::Notify, task::AbortHandle};

/// Time for further commits, so that a page which many change is copied once.
const PAUSE: Duration = Duration::from_millis(100);

/// The task that copies; dropping it ends the task.
pub(crate) struct Checkpointer {
    connection: DatabaseConnection,
    committed: Arc<Notify>,
    task: AbortHandle,
}

impl Checkpointer {
    /// Starts the task on a connection that nothing else uses.
    pub(crate) fn start(connection: DatabaseConnection) -> Self {
        let committed = Arc::new(Notify::new());
        let task = tokio::spawn(follow(connection.clone(), committed.clone())).abort_handle();
        Self {
            connection,
            committed,
            task,
        }
    }

    /// Returns what a commit calls.
    pub(crate) fn committed(&self) -> Arc<Notify> {
        self.committed.clone()
    }

    /// Ends the task and closes its connection.
    pub(crate) async fn close(&self) -> Result<(), sea_orm::DbErr> {
        self.task.abort();
        self.connection.clone().close().await
    }
}

impl Drop for Checkpointer {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn follow(connection: DatabaseConnection, committed: Arc<Notify>) {
    loop {
        committed.notified().await;
        tokio::time::sleep(PAUSE).await;
        // Passive: it copies what no reader needs and waits for nobody. What it leaves, and what fails, the writer
        // copies itself when the log has grown long.
        let _ = connection
            .execute_unprepared("PRAGMA wal_checkpoint(PASSIVE)")
            .await;
    }
}
