//! `DELETE /api/v1/senders/{id}`.

use axum::{extract::State, http::StatusCode};
use campaigns::sender;
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

/// Takes a sender out of the lists; campaigns that run with it keep it.
#[utoipa::path(delete, path = "/api/v1/senders/{id}", operation_id = "archive_sender", tag = "senders",
    params(("id" = String, Path, description = "snd_…")),
    responses((status = 204)))]
pub(super) async fn archive(
    operator: Operator<SettingsWrite>,
    PathId(id): PathId<kind::Sender>,
    State(app): State<App>,
) -> Result<StatusCode, ApiError> {
    let tx = app.db.begin().await?;
    if !sender::archive(&tx, operator.workspace, id, app.now()).await? {
        return Err(ApiError::not_found());
    }
    wire::log(
        &app,
        &tx,
        &operator,
        "sender.archive",
        id,
        serde_json::json!({}),
    )
    .await?;
    tx.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}
