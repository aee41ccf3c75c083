//! The right to write the memberships of a workspace, and what its holder stores with it.

use sea_orm::{DbErr, QueryResult};
use storage::{Value, lease::Own};

/// The right to write memberships.
pub type Lease = storage::lease::Lease<Way>;
/// How far its holder has come.
pub type Progress = storage::lease::Progress<Way>;

/// How memberships are found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[repr(i16)]
pub enum Way {
    /// Not yet.
    #[default]
    None = 0,
    /// By the audience index: at once.
    Index = 1,
    /// By SQL: every few minutes.
    Sql = 2,
}

impl Way {
    /// Reads a stored number.
    pub(super) const fn from_code(code: i16) -> Self {
        match code {
            1 => Self::Index,
            2 => Self::Sql,
            _ => Self::None,
        }
    }

    /// Returns the name on the wire.
    pub const fn name(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Index => "index",
            Self::Sql => "sql",
        }
    }
}

impl Own for Way {
    const TABLE: &'static str = "membership_worker";
    const COLUMNS: &'static [&'static str] = &["way"];
    const COUNTERS: &'static [&'static str] = &["marked_at"];
    // What was missed is not known any more: every segment is compared with its members as if it were new.
    const ANEW: &'static str =
        "UPDATE membership_filled SET rule = '' WHERE workspace_id = $1 AND rule <> '-'";

    fn values(&self) -> Vec<Value> {
        vec![i64::from(*self as i16).into()]
    }

    /// A worker that has just come has found nothing yet, whatever way the last one went.
    fn read(_: &QueryResult) -> Result<Self, DbErr> {
        Ok(Self::None)
    }
}
