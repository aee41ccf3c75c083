//! The right to read the feed for a workspace's webhooks.

use sea_orm::{DbErr, QueryResult};
use storage::{Value, lease::Own};

/// The right to read and write.
pub type Lease = storage::lease::Lease<Written>;
/// How far its holder has come.
pub type Progress = storage::lease::Progress<Written>;

/// What is stored beside the place in the feed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Written {
    /// Messages written since ever.
    pub n: i64,
}

impl Own for Written {
    const TABLE: &'static str = "webhook_worker";
    const COLUMNS: &'static [&'static str] = &["n_written"];
    const COUNTERS: &'static [&'static str] = &[];
    // What the feed no longer holds cannot be told of; what waits in the outbox still goes out.
    const ANEW: &'static str =
        "UPDATE webhook_worker SET n_written = n_written WHERE workspace_id = $1";

    fn values(&self) -> Vec<Value> {
        vec![self.n.into()]
    }

    fn read(row: &QueryResult) -> Result<Self, DbErr> {
        Ok(Self {
            n: row.try_get("", "n_written")?,
        })
    }
}
