//! `POST /api/v1/campaigns` and `POST /api/v1/campaigns/{id}/copy`.

use api_types::campaigns::{CampaignView, CopyCampaign, CreateCampaign};
use axum::extract::State;
use campaigns::{lifecycle, model::CampaignDocument, store};
use kernel::id::kind;

use super::wire;
use crate::{
    http::{
        auth::{Operator, needs::CampaignsWrite},
        created::Created,
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
) -> Result<Created<CampaignView>, ApiError> {
    let document = match &body.document {
        Some(cards) => wire::document(cards)?,
        None => CampaignDocument::default(),
    };
    let tx = app.db.begin().await?;
    let author = wire::author(&app, &operator);
    let campaign = store::insert(&tx, author, &*app.ids, &body.name, &document).await?;
    wire::log(&app, &tx, &operator, "campaign.create", &campaign).await?;
    tx.commit().await?;
    let view = wire::view(&campaign)?;
    Ok(Created::new("/api/v1/campaigns", campaign.id, view))
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
) -> Result<Created<CampaignView>, ApiError> {
    let tx = app.db.begin().await?;
    let author = wire::author(&app, &operator);
    let campaign = lifecycle::copy(&tx, author, &*app.ids, id, &body.name).await?;
    wire::log(&app, &tx, &operator, "campaign.copy", &campaign).await?;
    tx.commit().await?;
    let view = wire::view(&campaign)?;
    Ok(Created::new("/api/v1/campaigns", campaign.id, view))
}
