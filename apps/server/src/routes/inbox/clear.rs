//! `DELETE /api/v1/inbox`.

use access::audit;
use api_types::Problem;
use axum::{extract::State, http::StatusCode};
use campaigns::inbox;

use crate::{
    http::{
        auth::{Operator, needs::SettingsWrite},
        problem::ApiError,
    },
    state::App,
};

/// Empties the sandbox inbox.
#[utoipa::path(delete, path = "/api/v1/inbox", operation_id = "clear_inbox", tag = "inbox",
    responses((status = 204), (status = "4XX", body = Problem), (status = "5XX", body = Problem)))]
pub(super) async fn clear(
    operator: Operator<SettingsWrite>,
    State(app): State<App>,
) -> Result<StatusCode, ApiError> {
    let tx = app.db.begin().await?;
    let n = inbox::clear(&tx, operator.workspace).await?;
    let change = audit::Change {
        workspace: operator.workspace,
        actor: operator.actor,
        action: "inbox.clear",
        object_kind: "inbox",
        object: None,
        detail: serde_json::json!({ "messages": n }),
    };
    audit::record(&tx, &*app.ids, app.now(), change).await?;
    tx.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}
