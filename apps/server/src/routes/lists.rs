//! Lists of people: making them, uploading to them, and who is on them.

mod create;
mod find;
mod list;
mod members;
mod remove;
mod save;
mod unknown;
mod upload;
mod wire;

use axum::{Router, extract::DefaultBodyLimit, http::StatusCode, routing};
use profiles::lists::ListError;
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{http::problem::ApiError, state::App};

pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(upload::upload))
        // The upload counts its bytes itself while it streams them to disk.
        .layer(DefaultBodyLimit::disable())
        .routes(routes!(list::list, create::create))
        .routes(routes!(find::find, save::save, remove::remove))
        .routes(routes!(members::members))
        .routes(routes!(unknown::csv))
        .routes(routes!(unknown::ticket))
}

pub(super) fn plain() -> Router<App> {
    Router::new().route(
        "/download/list-unknown/{ticket}",
        routing::get(unknown::by_ticket),
    )
}

impl From<ListError> for ApiError {
    fn from(error: ListError) -> Self {
        match error {
            ListError::NotFound => Self::not_found(),
            ListError::Busy => Self::new(
                StatusCode::CONFLICT,
                "list-busy",
                "another upload is changing the list",
                "別のアップロードがこのリストを変更しています",
            ),
            ListError::Invalid(invalid) => invalid.into(),
            ListError::Unreadable(refusal) => Self::new(
                StatusCode::UNPROCESSABLE_ENTITY,
                "unreadable-file",
                "the file cannot be read",
                "ファイルを読み込めません",
            )
            .because(refusal.message.en, refusal.message.ja),
            ListError::Cursor(cursor) => cursor.into(),
            ListError::File(error) => Self::internal(&error),
            ListError::Storage(error) => error.into(),
            ListError::Db(error) => error.into(),
        }
    }
}
