//! Devices that take pushes: a customer's, and how many a sender reaches.

mod list;
mod remove;
mod state;

use utoipa_axum::{router::OpenApiRouter, routes};

use crate::state::App;

pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(state::state))
        .routes(routes!(list::list))
        .routes(routes!(remove::remove))
}
