//! `GET /api/v1/analytics/deciles`.

use analytics::buyers::decile;
use api_types::analytics::DecilesView;
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

/// How many groups there are unless said.
pub(super) const GROUPS: u32 = 10;

/// Counts buyers by money in groups of which the first spent most: count, sum, share, cumulative share and mean.
#[utoipa::path(get, path = "/api/v1/analytics/deciles", operation_id = "get_deciles", tag = "reports",
    params(BuyersQuery), responses((status = 200, body = DecilesView)))]
pub(super) async fn deciles(
    operator: Operator<ReportsRead>,
    ValidQuery(query): ValidQuery<BuyersQuery>,
    State(app): State<App>,
) -> Result<Json<DecilesView>, ApiError> {
    let question = query.question(GROUPS)?;
    let db = app.db.reader();
    let found = decile::find(db, operator.workspace, question, app.now()).await?;
    Ok(Json(wire::deciles(&found)))
}
