//! The workspace: its settings, members, keys and audit log.

mod audit;
mod keys;
mod members;
mod settings;
mod write_keys;

use utoipa_axum::{router::OpenApiRouter, routes};

use crate::state::App;

pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(settings::get, settings::change))
        .routes(routes!(members::list))
        .routes(routes!(members::change_role, members::remove))
        .routes(routes!(members::invite))
        .routes(routes!(keys::list, keys::create))
        .routes(routes!(keys::revoke))
        .routes(routes!(write_keys::list, write_keys::create))
        .routes(routes!(write_keys::revoke))
        .routes(routes!(audit::list))
}
