//! Outgoing webhooks: who is told of what, and what came of it.

mod create;
mod deliveries;
mod delivery;
mod get;
mod list;
mod remove;
mod replay;
mod secret;
mod test;
mod types;
mod update;
mod wire;

use utoipa_axum::{router::OpenApiRouter, routes};

use crate::state::App;

pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(list::list, create::create))
        .routes(routes!(get::get, update::update, remove::remove))
        .routes(routes!(secret::show, secret::replace))
        .routes(routes!(test::test))
        .routes(routes!(deliveries::list))
        .routes(routes!(replay::range))
        .routes(routes!(delivery::get))
        .routes(routes!(replay::one))
        .routes(routes!(types::list))
}
