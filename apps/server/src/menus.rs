//! Keeping rich menus true: what LINE holds, and who of the friends sees which.
//!
//! A worker of each workspace reads the change feed with a cursor of its own and writes down what each friend is to see
//! (`friends::menu`); then it brings LINE there, a call or a few at a time, and writes down what LINE was told. It can be
//! killed anywhere: what was told and not written down is told once more, and that changes nothing. See `docs/line.md`.

mod batch;
mod judge;
mod keeper;
mod publish;
mod retire;
mod said;
mod tell;
mod turn;

use crate::{keeping, state::App};

pub use keeper::{Fault, Keeper};

/// Keeps the menus of every workspace until the server stops.
pub(crate) fn start(app: &App) {
    keeping::start::<Keeper>(app, app.clone());
}
