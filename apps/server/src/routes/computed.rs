//! Computed attributes: what is declared, how far it is, and its versions.

mod list;
mod preview;
mod remove;
mod save;
mod versions;
mod wire;

use utoipa_axum::{router::OpenApiRouter, routes};

use crate::state::App;

pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(list::list))
        .routes(routes!(preview::preview))
        .routes(routes!(save::save, remove::remove))
        .routes(routes!(versions::versions))
}
