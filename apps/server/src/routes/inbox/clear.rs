//! `DELETE /api/v1/inbox`.

use axum::{extract::State, http::StatusCode};
use campaigns::inbox;

use crate::{
    http::{
        audit,
        auth::{Operator, needs::SettingsWrite},
        problem::ApiError,
    },
    state::App,
};

/// Empties the sandbox inbox.
#[utoipa::path(delete, path = "/api/v1/inbox", operation_id = "clear_inbox", tag = "inbox",
    responses((status = 204)))]
pub(super) async fn clear(
    operator: Operator<SettingsWrite>,
    State(app): State<App>,
) -> Result<StatusCode, ApiError> {
    let tx = app.db.begin().await?;
    let n = inbox::clear(&tx, operator.workspace).await?;
    audit::log(
        &app,
        &tx,
        &operator,
        "inbox.clear",
        ("inbox", None),
        serde_json::json!({ "messages": n }),
    )
    .await?;
    tx.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}
