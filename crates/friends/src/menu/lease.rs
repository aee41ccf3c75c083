//! The right to keep the menus of a workspace.

use sea_orm::{DbErr, QueryResult};
use storage::{Value, lease::Own};

/// The right to read the feed and to speak to LINE about menus.
pub type Lease = storage::lease::Lease<Told>;
/// How far its holder has come.
pub type Progress = storage::lease::Progress<Told>;

/// What is stored beside the place in the feed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Told {
    /// Friends told since ever.
    pub n: i64,
}

impl Own for Told {
    const TABLE: &'static str = "line_menu_worker";
    const COLUMNS: &'static [&'static str] = &["n_told"];
    const COUNTERS: &'static [&'static str] = &[];
    // What the feed no longer holds is found by looking at everybody.
    const ANEW: &'static str = "UPDATE line_menu_plan SET sweep_after = '' WHERE workspace_id = $1";

    fn values(&self) -> Vec<Value> {
        vec![self.n.into()]
    }

    fn read(row: &QueryResult) -> Result<Self, DbErr> {
        Ok(Self {
            n: row.try_get("", "n_told")?,
        })
    }
}
