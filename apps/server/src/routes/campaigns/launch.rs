//! `POST /api/v1/campaigns/{id}/launch`.

use api_types::campaigns::{CampaignView, LaunchCampaign};
use axum::{Json, extract::State};
use campaigns::lifecycle;
use contents::EmailDocument;
use kernel::id::kind;

use super::wire;
use crate::{
    http::{
        auth::{Operator, needs::CampaignsLaunch},
        extract::{PathId, ValidJson},
        problem::ApiError,
    },
    state::App,
};

/// Lets a draft go, at the version that was reviewed. 422 names every card that is not ready.
#[utoipa::path(post, path = "/api/v1/campaigns/{id}/launch", operation_id = "launch_campaign", tag = "campaigns",
    params(("id" = String, Path, description = "cmp_…"), ("idempotency-key" = Option<String>, Header)),
    request_body = LaunchCampaign,
    responses((status = 200, body = CampaignView)))]
pub(super) async fn launch(
    operator: Operator<CampaignsLaunch>,
    PathId(id): PathId<kind::Campaign>,
    State(app): State<App>,
    ValidJson(body): ValidJson<LaunchCampaign>,
) -> Result<Json<CampaignView>, ApiError> {
    let tx = app.db.begin().await?;
    let campaign = wire::find(&tx, &operator, id).await?;
    let facts = wire::facts(&app, &tx, &campaign).await?;
    // Without words the readiness refuses the launch, and these are never used.
    let words = wire::words(&tx, &campaign).await?.unwrap_or_else(|| {
        EmailDocument {
            version: contents::DOCUMENT_VERSION,
            name: String::new(),
            default_locale: String::new(),
            variants: std::collections::BTreeMap::new(),
        }
        .into()
    });
    let author = wire::author(&app, &operator);
    let launched =
        lifecycle::launch(&tx, author, &*app.ids, id, body.version, &facts, &words).await?;
    wire::log(&app, &tx, &operator, "campaign.launch", &launched).await?;
    tx.commit().await?;
    Ok(Json(wire::view(&launched)?))
}
