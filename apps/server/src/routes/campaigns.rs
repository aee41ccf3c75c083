//! Campaigns: drafts, review, launch and what becomes of them.

mod act;
mod audience;
mod create;
mod deliveries;
mod get;
mod launch;
mod line_numbers;
mod list;
mod remove;
mod save;
mod sensitive;
mod test;
mod wire;

pub(super) use wire::line_refuses;

use utoipa_axum::{router::OpenApiRouter, routes};

use crate::state::App;

pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(list::list, create::create))
        .routes(routes!(get::get, save::save, remove::remove))
        .routes(routes!(create::copy))
        .routes(routes!(get::readiness))
        .routes(routes!(audience::review))
        .routes(routes!(audience::people))
        .routes(routes!(line_numbers::quota))
        .routes(routes!(line_numbers::insight))
        .routes(routes!(test::test))
        .routes(routes!(launch::launch))
        .routes(routes!(act::pause))
        .routes(routes!(act::resume))
        .routes(routes!(act::cancel))
        .routes(routes!(get::progress))
        .routes(routes!(deliveries::list))
}
