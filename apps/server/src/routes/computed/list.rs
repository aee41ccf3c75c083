//! `GET /api/v1/computed-attributes`.

use api_types::computed::ComputedAttributes;
use axum::{Json, extract::State};

use super::wire;
use crate::{
    http::{
        auth::{Operator, needs::SegmentsRead},
        problem::ApiError,
    },
    state::App,
};

/// Lists the rules of computed attributes, how many customers stand where, and how far the values are.
#[utoipa::path(get, path = "/api/v1/computed-attributes", operation_id = "list_computed_attributes", tag = "customers",
    responses((status = 200, body = ComputedAttributes)))]
pub(super) async fn list(
    operator: Operator<SegmentsRead>,
    State(app): State<App>,
) -> Result<Json<ComputedAttributes>, ApiError> {
    Ok(Json(wire::all(&app, &operator).await?))
}
