//! Keeping memberships: who enters and leaves which segment, as it happens.
//!
//! It reads the change feed with a cursor of its own and asks the audience index; where the index cannot be asked, SQL answers every few minutes. What it holds in
//! memory is what the open intervals say, and is read anew whenever a write has failed. See `docs/membership.md`.

mod by_index;
mod by_sql;
mod held;
mod judge;
mod keeper;
mod woken;

use std::sync::Arc;

use kernel::{id::IdSource, time::Clock};
use storage::Db;

use crate::{audience::Audience, keeping, state::App};

pub use keeper::{Fault, Keeper};

/// Whether this process keeps audience indexes at all.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Indexing {
    /// It does; one that is not there yet will come.
    On,
    /// It does not.
    Off,
}

/// What a worker works with.
#[derive(Clone)]
pub struct Means {
    /// The database.
    pub db: Db,
    /// The clock.
    pub clock: Arc<dyn Clock>,
    /// Where ids come from.
    pub ids: Arc<dyn IdSource>,
    /// The indexes.
    pub audience: Audience,
    /// Whether there are any.
    pub indexing: Indexing,
}

impl Means {
    /// Takes them from the application.
    pub fn of(app: &App) -> Self {
        Self {
            db: app.db.clone(),
            clock: app.clock.clone(),
            ids: app.ids.clone(),
            audience: app.audience.clone(),
            indexing: if app.config.audience.enabled {
                Indexing::On
            } else {
                Indexing::Off
            },
        }
    }
}

/// Keeps the memberships of every workspace until the server stops.
pub(crate) fn start(app: &App) {
    keeping::start::<Keeper>(app, Means::of(app));
}
