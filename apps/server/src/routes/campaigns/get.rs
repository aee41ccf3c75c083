//! `GET /api/v1/campaigns/{id}`, its readiness and its progress.

use api_types::{
    FieldError,
    campaigns::{CampaignView, DeliveryCount, ProgressView, Readiness},
};
use axum::{Json, extract::State};
use campaigns::{
    ledger::{self, DeliveryState},
    model,
};
use kernel::id::kind;

use super::wire;
use crate::{
    http::{
        auth::{Operator, needs::CampaignsRead},
        extract::{Locale, PathId},
        problem::ApiError,
    },
    state::App,
};

/// Returns a campaign with its cards.
#[utoipa::path(get, path = "/api/v1/campaigns/{id}", operation_id = "get_campaign", tag = "campaigns",
    params(("id" = String, Path, description = "cmp_…")),
    responses((status = 200, body = CampaignView)))]
pub(super) async fn get(
    operator: Operator<CampaignsRead>,
    PathId(id): PathId<kind::Campaign>,
    State(app): State<App>,
) -> Result<Json<CampaignView>, ApiError> {
    let campaign = wire::find(app.db.reader(), &operator, id).await?;
    Ok(Json(wire::view(&campaign)?))
}

/// Says what is missing before the launch, in the reader's language.
#[utoipa::path(get, path = "/api/v1/campaigns/{id}/readiness", operation_id = "get_campaign_readiness", tag = "campaigns",
    params(("id" = String, Path, description = "cmp_…")),
    responses((status = 200, body = Readiness)))]
pub(super) async fn readiness(
    operator: Operator<CampaignsRead>,
    PathId(id): PathId<kind::Campaign>,
    Locale(locale): Locale,
    State(app): State<App>,
) -> Result<Json<Readiness>, ApiError> {
    let campaign = wire::find(app.db.reader(), &operator, id).await?;
    let facts = wire::facts(&app, app.db.reader(), &campaign).await?;
    let missing = model::missing(&campaign.name, &campaign.document, &facts);
    Ok(Json(Readiness {
        ready: missing.is_empty() && campaign.stage.state == model::State::Draft,
        missing: missing
            .into_iter()
            .map(|error| FieldError {
                message: error.message.for_locale(&locale).to_owned(),
                pointer: error.pointer,
                code: error.code,
                ..FieldError::default()
            })
            .collect(),
    }))
}

/// Tells how far a campaign has come.
#[utoipa::path(get, path = "/api/v1/campaigns/{id}/progress", operation_id = "get_campaign_progress", tag = "campaigns",
    params(("id" = String, Path, description = "cmp_…")),
    responses((status = 200, body = ProgressView)))]
pub(super) async fn progress(
    operator: Operator<CampaignsRead>,
    PathId(id): PathId<kind::Campaign>,
    State(app): State<App>,
) -> Result<Json<ProgressView>, ApiError> {
    use DeliveryState as S;
    let campaign = wire::find(app.db.reader(), &operator, id).await?;
    let progress = ledger::progress(app.db.reader(), operator.workspace, id).await?;
    let sum = |states: &[S]| states.iter().map(|state| progress.of(*state)).sum();
    Ok(Json(ProgressView {
        state: campaign.stage.state.as_str().to_owned(),
        is_planned: campaign.planned_at.is_some(),
        total: progress.total(),
        accepted: progress.of(S::Accepted),
        waiting: sum(&[
            S::Planned,
            S::Deferred,
            S::RetryWait,
            S::Reserved,
            S::HandedOver,
            S::InDoubt,
        ]),
        failed: progress.of(S::Failed),
        unknown: progress.of(S::Unknown),
        not_sent: sum(&[S::Suppressed, S::Expired, S::Cancelled]),
        counts: progress
            .counts
            .iter()
            .map(|row| DeliveryCount {
                state: row.state.as_str().to_owned(),
                reason: row.reason.clone(),
                count: row.count,
            })
            .collect(),
    }))
}
