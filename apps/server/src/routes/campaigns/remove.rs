//! `DELETE /api/v1/campaigns/{id}`.

use axum::{extract::State, http::StatusCode};
use campaigns::store;
use kernel::id::kind;

use super::wire;
use crate::{
    http::{
        auth::{Operator, needs::CampaignsWrite},
        extract::PathId,
        problem::ApiError,
    },
    state::App,
};

/// Removes a draft; nothing that was launched can be removed.
#[utoipa::path(delete, path = "/api/v1/campaigns/{id}", operation_id = "delete_campaign", tag = "campaigns",
    params(("id" = String, Path, description = "cmp_…")),
    responses((status = 204), (status = 409)))]
pub(super) async fn remove(
    operator: Operator<CampaignsWrite>,
    PathId(id): PathId<kind::Campaign>,
    State(app): State<App>,
) -> Result<StatusCode, ApiError> {
    let tx = app.db.begin().await?;
    let campaign = wire::find(&tx, &operator, id).await?;
    store::delete(&tx, operator.workspace, id).await?;
    wire::log(&app, &tx, &operator, "campaign.delete", &campaign).await?;
    tx.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}
