//! `DELETE /api/v1/line-replies/{id}`.

use axum::{extract::State, http::StatusCode};
use friends::reply;
use kernel::id::kind;

use super::wire;
use crate::{
    http::{
        auth::{Operator, needs::CampaignsLaunch},
        extract::PathId,
        problem::ApiError,
    },
    state::App,
};

/// Takes an answer away.
#[utoipa::path(delete, path = "/api/v1/line-replies/{id}", operation_id = "delete_line_reply", tag = "line",
    params(("id" = String, Path, description = "lrr_…")),
    responses((status = 204)))]
pub(super) async fn remove(
    operator: Operator<CampaignsLaunch>,
    PathId(id): PathId<kind::ReplyRule>,
    State(app): State<App>,
) -> Result<StatusCode, ApiError> {
    let tx = app.db.begin().await?;
    let found = wire::find(&tx, &operator, id).await?;
    reply::archive(&tx, operator.workspace, id, app.now()).await?;
    wire::log(&app, &tx, &operator, "line_reply.delete", (id, &found.name)).await?;
    tx.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}
