//! Senders: who messages come from and by which way they leave.

mod archive;
mod carriers;
mod check;
mod create;
mod dkim;
mod domain;
mod line;
mod list;
mod pace;
mod provider;
mod push;
mod update;
mod wire;

use utoipa_axum::{router::OpenApiRouter, routes};

use crate::state::App;

pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(list::list, create::create))
        .routes(routes!(update::update, archive::archive))
        .routes(routes!(dkim::dkim))
        .routes(routes!(check::check))
        .routes(routes!(domain::domain))
        .routes(routes!(carriers::carriers))
}
