//! What the workspace knows of attribute keys.

mod list;
mod put;

pub(super) use list::view;
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::state::App;

pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(list::list, put::put))
}
