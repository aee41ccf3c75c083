//! What a LINE account answers by itself.

mod create;
mod list;
mod remove;
mod save;
mod test;
mod wire;

use utoipa_axum::{router::OpenApiRouter, routes};

use crate::state::App;

pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(list::list, create::create))
        .routes(routes!(test::test))
        .routes(routes!(save::save, remove::remove))
}
