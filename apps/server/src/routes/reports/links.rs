//! `GET /api/v1/campaigns/{id}/report/links`.

use api_types::reports::LinkReport;
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

/// Counts the clicks of each link, in the order of the message.
#[utoipa::path(get, path = "/api/v1/campaigns/{id}/report/links", operation_id = "list_campaign_links", tag = "reports",
    params(("id" = String, Path, description = "cmp_…")),
    responses((status = 200, body = Vec<LinkReport>)))]
pub(super) async fn links(
    operator: Operator<ReportsRead>,
    PathId(id): PathId<kind::Campaign>,
    State(app): State<App>,
) -> Result<Json<Vec<LinkReport>>, ApiError> {
    let links = analytics::link::list(app.db.reader(), operator.workspace, id).await?;
    let link = |one: analytics::link::LinkCount| LinkReport {
        position: one.position,
        label: one.label,
        url: one.url,
        n_urls: one.n_urls,
        clicks: wire::rate(one.clicks),
        clicks_raw: one.clicks_raw,
        presses: one.presses,
    };
    Ok(Json(links.into_iter().map(link).collect()))
}
