//! `DELETE /api/v1/webhooks/{id}`.

use axum::{extract::State, http::StatusCode};
use kernel::id::kind;
use webhooks::webhook;

use super::wire;
use crate::{
    http::{
        auth::{Operator, needs::SettingsWrite},
        extract::PathId,
        problem::ApiError,
    },
    state::App,
};

/// Takes a webhook away with its secret; nothing that waits is sent any more.
#[utoipa::path(delete, path = "/api/v1/webhooks/{id}", operation_id = "delete_webhook", tag = "webhooks",
    params(("id" = String, Path, description = "whk_…")),
    responses((status = 204)))]
pub(super) async fn remove(
    operator: Operator<SettingsWrite>,
    PathId(id): PathId<kind::Webhook>,
    State(app): State<App>,
) -> Result<StatusCode, ApiError> {
    let tx = app.db.begin().await?;
    if !webhook::archive(&tx, operator.workspace, id, app.now()).await? {
        return Err(ApiError::not_found());
    }
    let detail = serde_json::json!({});
    wire::log(&app, &tx, &operator, "webhook.delete", (id, detail)).await?;
    tx.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}
