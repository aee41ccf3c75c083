//! `GET /api/v1/computed-attributes/{kind}/versions`.

use api_types::computed::ComputedVersion;
use axum::{
    Json,
    extract::{Path, State},
};
use computed::store::definition;

use super::wire;
use crate::{
    http::{
        auth::{Operator, needs::SegmentsRead},
        problem::ApiError,
    },
    state::App,
};

/// Lists the saved versions of a rule, the newest first, at most a hundred.
#[utoipa::path(get, path = "/api/v1/computed-attributes/{kind}/versions", operation_id = "list_computed_attribute_versions", tag = "customers",
    params(("kind" = String, Path, description = "dormancy, lifecycle, rank, score or affinity")),
    responses((status = 200, body = Vec<ComputedVersion>)))]
pub(super) async fn versions(
    operator: Operator<SegmentsRead>,
    Path(kind): Path<String>,
    State(app): State<App>,
) -> Result<Json<Vec<ComputedVersion>>, ApiError> {
    let kind = wire::kind(&kind)?;
    let found = definition::versions(app.db.reader(), operator.workspace, kind).await?;
    if found.is_empty() {
        return Err(ApiError::not_found());
    }
    let version = |one: definition::SavedVersion| ComputedVersion {
        version: one.version,
        rule: one.rule,
        is_active: one.is_active,
        saved_by: one.saved_by.map(|user| user.to_string()),
        saved_at: one.saved_at.to_string(),
    };
    Ok(Json(found.into_iter().map(version).collect()))
}
