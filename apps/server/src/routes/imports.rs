//! CSV imports: upload, look, preview, run, and what was put aside.

mod act;
mod download;
mod get;
mod inspect;
mod list;
mod preview;
mod refused;
mod start;
mod upload;
mod wire;

use axum::{Router, extract::DefaultBodyLimit, http::StatusCode, routing};
use profiles::import::{ImportError, ImportState};
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{http::problem::ApiError, state::App};

pub(super) fn documented() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(list::list, upload::upload))
        // The upload counts its bytes itself while it streams them to disk.
        .layer(DefaultBodyLimit::disable())
        .routes(routes!(get::get))
        .routes(routes!(inspect::inspect))
        .routes(routes!(preview::preview))
        .routes(routes!(start::start))
        .routes(routes!(act::pause))
        .routes(routes!(act::resume))
        .routes(routes!(act::cancel))
        .routes(routes!(refused::list))
        .routes(routes!(refused::ticket))
}

pub(super) fn plain() -> Router<App> {
    Router::new().route(
        "/download/refused/{ticket}",
        routing::get(download::download),
    )
}

impl From<ImportError> for ApiError {
    fn from(error: ImportError) -> Self {
        match error {
            ImportError::NotFound => Self::not_found(),
            ImportError::State(state) => wrong_state(state),
            ImportError::Invalid(invalid) => invalid.into(),
            ImportError::Unreadable(refusal) => Self::new(
                StatusCode::UNPROCESSABLE_ENTITY,
                "unreadable-file",
                "the file cannot be read",
                "ファイルを読み込めません",
            )
            .because(refusal.message.en, refusal.message.ja),
            ImportError::Cursor(cursor) => cursor.into(),
            ImportError::File(error) => Self::internal(&error),
            ImportError::Storage(error) => error.into(),
            ImportError::Db(error) => error.into(),
        }
    }
}

fn wrong_state(state: ImportState) -> ApiError {
    ApiError::new(
        StatusCode::CONFLICT,
        "import-state",
        "the import is not in a state for this",
        "この取り込みは今その操作ができません",
    )
    .because(
        format!("it is {}", state.as_str()),
        format!("現在の状態：{}", state.as_str()),
    )
}
