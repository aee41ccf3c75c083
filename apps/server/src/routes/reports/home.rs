//! `GET /api/v1/home`.

use api_types::reports::HomeView;
use axum::{Json, extract::State};

use super::wire;
use crate::{
    http::{
        auth::{Operator, needs::ReportsRead},
        problem::ApiError,
    },
    state::App,
};

/// Says what today brings, what waits for a person, and what the last days did.
#[utoipa::path(get, path = "/api/v1/home", operation_id = "get_home", tag = "reports",
    responses((status = 200, body = HomeView)))]
pub(super) async fn home(
    operator: Operator<ReportsRead>,
    State(app): State<App>,
) -> Result<Json<HomeView>, ApiError> {
    let home = analytics::home::find(app.db.reader(), operator.workspace, app.now()).await?;
    Ok(Json(wire::home(&home)))
}
