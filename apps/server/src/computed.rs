//! Keeping computed attributes: what follows from each customer's history, as it happens.
//!
//! It reads the change feed with a cursor of its own and computes anew whose orders changed; whom time alone turns it
//! finds by the instant that is stored with her. See `docs/computed-attributes.md`.

mod keeper;

use std::sync::Arc;

use kernel::{id::IdSource, time::Clock};
use storage::Db;

use crate::{keeping, state::App};

pub use keeper::{Fault, Keeper};

/// What a worker works with.
#[derive(Clone)]
pub struct Means {
    /// The database.
    pub db: Db,
    /// The clock.
    pub clock: Arc<dyn Clock>,
    /// Where ids come from.
    pub ids: Arc<dyn IdSource>,
}

/// Keeps the computed attributes of every workspace until the server stops.
pub(crate) fn start(app: &App) {
    let means = Means {
        db: app.db.clone(),
        clock: app.clock.clone(),
        ids: app.ids.clone(),
    };
    keeping::start::<Keeper>(app, means);
}
