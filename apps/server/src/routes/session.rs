//! Signing in, staying signed in, signing out.

mod cookie;
mod end;
mod enter;
mod link;
mod open;
mod refresh;
mod setup;
mod view;

use utoipa_axum::{router::OpenApiRouter, routes};

pub(super) use view::{user, workspace_view};

use crate::state::App;

pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(open::open, end::end))
        .routes(routes!(refresh::refresh))
        .routes(routes!(link::link))
        .routes(routes!(setup::setup))
}
