//! `GET /api/v1/webhooks/{id}`.

use api_types::webhooks::WebhookView;
use axum::{Json, extract::State};
use kernel::id::kind;

use super::wire;
use crate::{
    http::{
        auth::{Operator, needs::SettingsWrite},
        extract::PathId,
        problem::ApiError,
    },
    state::App,
};

/// Shows a webhook; its secret has an address of its own.
#[utoipa::path(get, path = "/api/v1/webhooks/{id}", operation_id = "get_webhook", tag = "webhooks",
    params(("id" = String, Path, description = "whk_…")),
    responses((status = 200, body = WebhookView)))]
pub(super) async fn get(
    operator: Operator<SettingsWrite>,
    PathId(id): PathId<kind::Webhook>,
    State(app): State<App>,
) -> Result<Json<WebhookView>, ApiError> {
    let found = wire::find(app.db.reader(), &operator, id).await?;
    Ok(Json(wire::view(&app, &operator, found).await?))
}
