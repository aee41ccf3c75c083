//! Saved emails: gallery, documents, previews for a real customer, test sends.

mod archive;
mod copy;
mod create;
mod data;
mod gallery;
mod get;
mod line;
mod links;
mod list;
pub(crate) mod parts;
mod preview;
mod push;
mod show;
mod test;
mod update;
mod variables;
mod versions;
mod wire;

pub(super) use wire::problems;

use utoipa_axum::{router::OpenApiRouter, routes};

use crate::state::App;

pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(list::list, create::create))
        .routes(routes!(gallery::gallery))
        .routes(routes!(variables::variables))
        .routes(routes!(preview::preview))
        .routes(routes!(line::preview))
        .routes(routes!(push::preview))
        .routes(routes!(links::links))
        .routes(routes!(test::recipients))
        .routes(routes!(get::get, update::update, archive::archive))
        .routes(routes!(archive::restore))
        .routes(routes!(copy::copy))
        .routes(routes!(versions::list))
        .routes(routes!(versions::get))
        .routes(routes!(test::test))
}
