//! Every route, area by area.

mod analytics;
mod answers;
mod asking;
mod attributes;
mod audience;
mod authors;
mod campaigns;
mod computed;
pub(crate) mod contents;
mod customers;
mod file;
mod health;
mod hooks;
mod imports;
mod inbox;
mod line;
mod line_menus;
mod line_replies;
mod lists;
pub(crate) mod mail_hooks;
mod products;
mod push;
mod push_files;
mod reports;
mod segments;
mod senders;
mod session;
mod test_audience;
mod track;
mod webhooks;
mod workspace;

use std::any::Any;

use axum::{
    Router,
    http::StatusCode,
    response::{IntoResponse, Response},
};
use utoipa_axum::router::OpenApiRouter;

use crate::{http::problem::ApiError, state::App};

/// Routes of the REST API, in the OpenAPI file.
pub(crate) fn documented() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .merge(session::routes())
        .merge(workspace::routes())
        .merge(senders::routes())
        .merge(line::routes())
        .merge(push::routes())
        .merge(line_menus::routes())
        .merge(line_replies::routes())
        .merge(webhooks::routes())
        .merge(test_audience::routes())
        .merge(segments::routes())
        .merge(lists::routes())
        .merge(audience::routes())
        .merge(contents::routes())
        .merge(campaigns::routes())
        .merge(customers::routes())
        .merge(attributes::routes())
        .merge(computed::routes())
        .merge(products::routes())
        .merge(imports::documented())
        .merge(inbox::documented())
        .merge(reports::documented())
        .merge(analytics::documented())
}

/// Routes that are no REST: health, tracking, previews.
pub(crate) fn plain() -> Router<App> {
    health::routes()
        .merge(inbox::plain())
        .merge(imports::plain())
        .merge(lists::plain())
        .merge(reports::plain())
        .merge(analytics::plain())
        .merge(track::routes())
        .merge(hooks::routes())
        .merge(answers::routes())
        .merge(push_files::routes())
        .merge(mail_hooks::routes())
}

/// Answers a known address asked with the wrong verb.
pub(crate) async fn method_not_allowed() -> ApiError {
    ApiError::new(
        StatusCode::METHOD_NOT_ALLOWED,
        "method",
        "this address does not take that method",
        "このアドレスでは使えないメソッドです",
    )
}

/// Answers when a handler panicked: the caller learns nothing, the log everything.
#[expect(
    clippy::needless_pass_by_value,
    reason = "the layer that catches panics hands the box over"
)]
pub(crate) fn panicked(panic: Box<dyn Any + Send + 'static>) -> Response {
    let text = panic
        .downcast_ref::<String>()
        .map(String::as_str)
        .or_else(|| panic.downcast_ref::<&str>().copied());
    tracing::error!(panic = text.unwrap_or("unknown"), "a handler panicked");
    ApiError::new(
        StatusCode::INTERNAL_SERVER_ERROR,
        "internal",
        "something went wrong",
        "エラーが起きました",
    )
    .into_response()
}
