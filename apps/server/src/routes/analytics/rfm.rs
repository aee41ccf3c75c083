//! `GET /api/v1/analytics/rfm`.

use analytics::buyers::rfm;
use api_types::analytics::RfmView;
use axum::{Json, extract::State};

use super::{query::BuyersQuery, wire};
use crate::{
    http::{
        auth::{Operator, needs::ReportsRead},
        extract::ValidQuery,
        problem::ApiError,
    },
    state::App,
};

/// How many scores an axis has unless said.
pub(super) const SCORES: u32 = 5;

/// Counts buyers by recency, frequency and money: the cells, the scores' spans and the named parts.
#[utoipa::path(get, path = "/api/v1/analytics/rfm", operation_id = "get_rfm", tag = "reports",
    params(BuyersQuery), responses((status = 200, body = RfmView)))]
pub(super) async fn rfm(
    operator: Operator<ReportsRead>,
    ValidQuery(query): ValidQuery<BuyersQuery>,
    State(app): State<App>,
) -> Result<Json<RfmView>, ApiError> {
    let question = query.question(SCORES)?;
    let db = app.db.reader();
    let found = rfm::find(db, operator.workspace, question, app.now()).await?;
    Ok(Json(wire::rfm(&found)))
}
