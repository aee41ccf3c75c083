//! `POST /api/v1/campaigns` and `POST /api/v1/campaigns/{id}/copy`.

use api_types::campaigns::{CampaignView, CopyCampaign, CreateCampaign};
use axum::{Json, extract::State, http::StatusCode};
use campaigns::{lifecycle, model::CampaignDocument, store};
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

/// Makes a draft.
#[utoipa::path(post, path = "/api/v1/campaigns", operation_id = "create_campaign", tag = "campaigns",
    request_body = CreateCampaign,
    responses((status = 201, body = CampaignView)))]
pub(super) async fn create(
    operator: Operator<CampaignsWrite>,
    State(app): State<App>,
    ValidJson(body): ValidJson<CreateCampaign>,
) -> Result<(StatusCode, Json<CampaignView>), ApiError> {
    let document = match &body.document {
        Some(cards) => wire::document(cards)?,
        None => CampaignDocument::default(),
    };
    let tx = app.db.begin().await?;
    let author = wire::author(&app, &operator);
    let campaign = store::insert(&tx, author, &*app.ids, &body.name, &document).await?;
    wire::log(&app, &tx, &operator, "campaign.create", &campaign).await?;
    tx.commit().await?;
    Ok((StatusCode::CREATED, Json(wire::view(&campaign)?)))
}

/// Makes a draft out of any campaign.
#[utoipa::path(post, path = "/api/v1/campaigns/{id}/copy", operation_id = "copy_campaign", tag = "campaigns",
    params(("id" = String, Path, description = "cmp_…")), request_body = CopyCampaign,
    responses((status = 201, body = CampaignView)))]
pub(super) async fn copy(
    operator: Operator<CampaignsWrite>,
    PathId(id): PathId<kind::Campaign>,
    State(app): State<App>,
    ValidJson(body): ValidJson<CopyCampaign>,
) -> Result<(StatusCode, Json<CampaignView>), ApiError> {
    let tx = app.db.begin().await?;
    let author = wire::author(&app, &operator);
    let campaign = lifecycle::copy(&tx, author, &*app.ids, id, &body.name).await?;
    wire::log(&app, &tx, &operator, "campaign.copy", &campaign).await?;
    tx.commit().await?;
    Ok((StatusCode::CREATED, Json(wire::view(&campaign)?)))
}
