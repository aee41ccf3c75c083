//! `PUT /api/v1/campaigns/{id}`.

use api_types::campaigns::{CampaignView, SaveCampaign};
use axum::{Json, extract::State};
use campaigns::store;
use kernel::id::kind;

use super::wire;
use crate::{
    http::{
        auth::{Operator, needs::CampaignsWrite},
        extract::{PathId, ValidJson},
        problem::ApiError,
    },
    state::App,
};

/// Saves a draft; 409 when somebody else saved since `version` was read, or it is no draft any more.
#[utoipa::path(put, path = "/api/v1/campaigns/{id}", operation_id = "save_campaign", tag = "campaigns",
    params(("id" = String, Path, description = "cmp_…")), request_body = SaveCampaign,
    responses((status = 200, body = CampaignView), (status = 409)))]
pub(super) async fn save(
    operator: Operator<CampaignsWrite>,
    PathId(id): PathId<kind::Campaign>,
    State(app): State<App>,
    ValidJson(body): ValidJson<SaveCampaign>,
) -> Result<Json<CampaignView>, ApiError> {
    let document = wire::document(&body.document)?;
    let tx = app.db.begin().await?;
    let author = wire::author(&app, &operator);
    let campaign = store::save(&tx, author, id, body.version, &body.name, &document).await?;
    wire::log(&app, &tx, &operator, "campaign.save", &campaign).await?;
    tx.commit().await?;
    Ok(Json(wire::view(&campaign)?))
}
