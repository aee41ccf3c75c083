//! `POST /api/v1/campaigns/{id}/pause`, `/resume` and `/cancel`.

use api_types::campaigns::CampaignView;
use axum::{Json, extract::State};
use campaigns::{lifecycle, store::Campaign};
use kernel::id::kind;
use storage::Tx;

use super::wire;
use crate::{
    http::{
        auth::{Caller, Operator, needs::CampaignsLaunch},
        extract::PathId,
        problem::ApiError,
    },
    state::App,
};

/// Holds a campaign: within a second nothing more is handed over.
#[utoipa::path(post, path = "/api/v1/campaigns/{id}/pause", operation_id = "pause_campaign", tag = "campaigns",
    params(("id" = String, Path, description = "cmp_…"), ("idempotency-key" = Option<String>, Header)),
    responses((status = 200, body = CampaignView)))]
pub(super) async fn pause(
    operator: Operator<CampaignsLaunch>,
    PathId(id): PathId<kind::Campaign>,
    State(app): State<App>,
) -> Result<Json<CampaignView>, ApiError> {
    let tx = app.db.begin().await?;
    let campaign = lifecycle::pause(&tx, wire::author(&app, &operator), id).await?;
    end(&app, tx, &operator, "campaign.pause", &campaign).await
}

/// Lets a held campaign go on; nobody who was written to is written to again.
#[utoipa::path(post, path = "/api/v1/campaigns/{id}/resume", operation_id = "resume_campaign", tag = "campaigns",
    params(("id" = String, Path, description = "cmp_…"), ("idempotency-key" = Option<String>, Header)),
    responses((status = 200, body = CampaignView)))]
pub(super) async fn resume(
    operator: Operator<CampaignsLaunch>,
    PathId(id): PathId<kind::Campaign>,
    State(app): State<App>,
) -> Result<Json<CampaignView>, ApiError> {
    let tx = app.db.begin().await?;
    let campaign = lifecycle::resume(&tx, wire::author(&app, &operator), id).await?;
    end(&app, tx, &operator, "campaign.resume", &campaign).await
}

/// Calls a campaign off; what has left has left.
#[utoipa::path(post, path = "/api/v1/campaigns/{id}/cancel", operation_id = "cancel_campaign", tag = "campaigns",
    params(("id" = String, Path, description = "cmp_…"), ("idempotency-key" = Option<String>, Header)),
    responses((status = 200, body = CampaignView)))]
pub(super) async fn cancel(
    operator: Operator<CampaignsLaunch>,
    PathId(id): PathId<kind::Campaign>,
    State(app): State<App>,
) -> Result<Json<CampaignView>, ApiError> {
    let tx = app.db.begin().await?;
    let campaign = lifecycle::cancel(&tx, wire::author(&app, &operator), id).await?;
    end(&app, tx, &operator, "campaign.cancel", &campaign).await
}

async fn end(
    app: &App,
    tx: Tx,
    caller: &Caller,
    action: &str,
    campaign: &Campaign,
) -> Result<Json<CampaignView>, ApiError> {
    wire::log(app, &tx, caller, action, campaign).await?;
    tx.commit().await?;
    Ok(Json(wire::view(campaign)?))
}
