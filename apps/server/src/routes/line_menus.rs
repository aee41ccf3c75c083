//! Rich menus of LINE accounts: drafts, pictures, publishing, and who sees which.

mod create;
mod get;
mod image;
mod list;
mod plan;
mod publish;
mod remove;
mod save;
mod wire;

use utoipa_axum::{router::OpenApiRouter, routes};

use crate::state::App;

pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(list::list, create::create))
        .routes(routes!(plan::get, plan::save))
        .routes(routes!(get::get, save::save, remove::remove))
        .routes(routes!(image::get, image::put))
        .routes(routes!(publish::publish))
}
