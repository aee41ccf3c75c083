//! `GET /api/v1/customers/count`.

use api_types::customers::CustomerCount;
use axum::{Json, extract::State};
use profiles::customers::{self, CustomerFilter};
use serde::Deserialize;

use crate::{
    http::{
        auth::{Operator, needs::ProfilesRead},
        extract::ValidQuery,
        problem::ApiError,
    },
    state::App,
};

/// Beyond this a headline says "more than".
const MOST: i64 = 10_000;

/// Which customers are counted.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct CountQuery {
    /// Part of a name, address or external id; width, case and kana do not matter.
    search: Option<String>,
    /// Only anonymous people, or only known ones.
    is_anonymous: Option<bool>,
}

/// Counts the customers of a list, up to 10,000.
#[utoipa::path(get, path = "/api/v1/customers/count", operation_id = "count_customers", tag = "customers", params(CountQuery),
    responses((status = 200, body = CustomerCount)))]
pub(super) async fn count(
    operator: Operator<ProfilesRead>,
    ValidQuery(query): ValidQuery<CountQuery>,
    State(app): State<App>,
) -> Result<Json<CustomerCount>, ApiError> {
    let filter = CustomerFilter {
        search: query.search,
        is_anonymous: query.is_anonymous,
    };
    let db = app.db.reader();
    let found = customers::count(db, operator.workspace, &filter, MOST + 1).await?;
    Ok(Json(CustomerCount {
        count: found.min(MOST),
        is_more: found > MOST,
    }))
}
