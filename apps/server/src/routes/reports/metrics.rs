//! `GET /api/v1/metrics`.

use analytics::metric::DEFINITIONS;
use api_types::reports::MetricView;
use axum::Json;

use super::wire;
use crate::http::auth::{Operator, needs::ReportsRead};

/// Lists what every metric means, in both languages.
#[utoipa::path(get, path = "/api/v1/metrics", operation_id = "list_metrics", tag = "reports",
    responses((status = 200, body = Vec<MetricView>)))]
pub(super) async fn metrics(_: Operator<ReportsRead>) -> Json<Vec<MetricView>> {
    Json(DEFINITIONS.iter().map(wire::metric).collect())
}
