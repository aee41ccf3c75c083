//! `GET /api/v1/campaigns/{id}/report`.

use api_types::reports::ReportView;
use axum::{Json, extract::State};
use kernel::id::kind;

use super::wire;
use crate::{
    http::{
        auth::{Operator, needs::ReportsRead},
        extract::PathId,
        problem::ApiError,
    },
    state::App,
};

/// Says what a campaign did: from matched to sent by reason, and every metric with its rate and interval.
#[utoipa::path(get, path = "/api/v1/campaigns/{id}/report", operation_id = "get_campaign_report", tag = "reports",
    params(("id" = String, Path, description = "cmp_…")),
    responses((status = 200, body = ReportView)))]
pub(super) async fn report(
    operator: Operator<ReportsRead>,
    PathId(id): PathId<kind::Campaign>,
    State(app): State<App>,
) -> Result<Json<ReportView>, ApiError> {
    let report = analytics::report::find(app.db.reader(), operator.workspace, id).await?;
    Ok(Json(wire::report(&report, app.now())))
}
