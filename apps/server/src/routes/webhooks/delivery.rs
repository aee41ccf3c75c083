//! `GET /api/v1/webhook-deliveries/{id}`.

use api_types::webhooks::{WebhookAttemptView, WebhookDeliveryDetail};
use axum::{Json, extract::State};
use kernel::{id::kind, time::Millis};
use webhooks::delivery;

use super::wire;
use crate::{
    http::{
        auth::{Operator, needs::SettingsWrite},
        extract::PathId,
        problem::ApiError,
    },
    state::App,
};

/// Shows a delivery: what is sent, and every answer.
#[utoipa::path(get, path = "/api/v1/webhook-deliveries/{id}", operation_id = "get_webhook_delivery", tag = "webhooks",
    params(("id" = String, Path, description = "whd_…")),
    responses((status = 200, body = WebhookDeliveryDetail)))]
pub(super) async fn get(
    operator: Operator<SettingsWrite>,
    PathId(id): PathId<kind::WebhookDelivery>,
    State(app): State<App>,
) -> Result<Json<WebhookDeliveryDetail>, ApiError> {
    let found = delivery::detail(app.db.reader(), operator.workspace, id).await?;
    let found = found.ok_or_else(ApiError::not_found)?;
    let attempts = found.attempts.into_iter().map(|one| WebhookAttemptView {
        at: Millis(one.at).to_string(),
        duration_ms: one.duration_ms,
        status: one.status,
        outcome: one.outcome,
        detail: one.detail,
    });
    Ok(Json(WebhookDeliveryDetail {
        attempts: attempts.collect(),
        body: found.body,
        delivery: wire::delivery(found.delivery),
    }))
}
