//! `GET /api/v1/webhooks`.

use api_types::webhooks::WebhookView;
use axum::{Json, extract::State};
use webhooks::webhook;

use super::wire;
use crate::{
    http::{
        auth::{Operator, needs::SettingsWrite},
        problem::ApiError,
    },
    state::App,
};

/// Lists the webhooks, the oldest first; there are at most 20.
#[utoipa::path(get, path = "/api/v1/webhooks", operation_id = "list_webhooks", tag = "webhooks",
    responses((status = 200, body = Vec<WebhookView>)))]
pub(super) async fn list(
    operator: Operator<SettingsWrite>,
    State(app): State<App>,
) -> Result<Json<Vec<WebhookView>>, ApiError> {
    let mut views = Vec::new();
    for webhook in webhook::list(app.db.reader(), operator.workspace).await? {
        views.push(wire::view(&app, &operator, webhook).await?);
    }
    Ok(Json(views))
}
