//! Segments: saving them, trying rules, and asking why.

mod ask;
mod create;
mod find;
mod history;
mod list;
mod members;
mod past;
mod remarks;
mod save;
mod shelf;
mod uses;
mod versions;
mod vip;
mod vocabulary;
pub(super) mod wire;

use utoipa_axum::{router::OpenApiRouter, routes};

use crate::state::App;

pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(list::list, create::create))
        .routes(routes!(find::find, save::save, shelf::archive))
        .routes(routes!(shelf::restore))
        .routes(routes!(uses::uses))
        .routes(routes!(vip::make, vip::unmake))
        .routes(routes!(versions::versions))
        .routes(routes!(members::members))
        .routes(routes!(past::past_members))
        .routes(routes!(history::history))
        .routes(routes!(ask::preview))
        .routes(routes!(ask::examples))
        .routes(routes!(ask::explain))
        .routes(routes!(ask::overlap))
        .routes(routes!(remarks::remarks))
        .routes(routes!(vocabulary::vocabulary))
        .routes(routes!(vocabulary::templates))
}
