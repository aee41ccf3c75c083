//! `GET /api/v1/contents/{id}/versions` and `GET /api/v1/contents/{id}/versions/{version}`.

use api_types::contents::ContentVersionView;
use axum::{
    Json,
    extract::{Path, State},
};
use contents::store::{self, Version};
use kernel::id::{ContentId, kind};

use super::wire;
use crate::{
    http::{
        auth::{Operator, needs::ContentsRead},
        extract::PathId,
        problem::ApiError,
    },
    routes::authors::Authors,
    state::App,
};

/// Lists the versions of an email, the newest first, at most a hundred.
#[utoipa::path(get, path = "/api/v1/contents/{id}/versions", operation_id = "list_content_versions", tag = "contents",
    params(("id" = String, Path, description = "cnt_…")),
    responses((status = 200, body = Vec<ContentVersionView>)))]
pub(super) async fn list(
    operator: Operator<ContentsRead>,
    PathId(id): PathId<kind::Content>,
    State(app): State<App>,
) -> Result<Json<Vec<ContentVersionView>>, ApiError> {
    let versions = store::versions(app.db.reader(), operator.workspace, id).await?;
    if versions.is_empty() {
        return Err(ApiError::not_found());
    }
    let names = Authors::load(&app, &operator).await?;
    Ok(Json(
        versions
            .into_iter()
            .map(|version| view(&version, &names))
            .collect(),
    ))
}

/// Returns one version of an email.
#[utoipa::path(get, path = "/api/v1/contents/{id}/versions/{version}", operation_id = "get_content_version", tag = "contents",
    params(("id" = String, Path, description = "cnt_…"), ("version" = i64, Path, description = "from 1")),
    responses((status = 200, body = ContentVersionView)))]
pub(super) async fn get(
    operator: Operator<ContentsRead>,
    Path((id, version)): Path<(String, String)>,
    State(app): State<App>,
) -> Result<Json<ContentVersionView>, ApiError> {
    let id: ContentId = id.parse().map_err(|_| ApiError::not_found())?;
    let version: i64 = version.parse().map_err(|_| ApiError::not_found())?;
    let (version, document) = store::find_version(app.db.reader(), operator.workspace, id, version)
        .await?
        .ok_or_else(ApiError::not_found)?;
    let names = Authors::load(&app, &operator).await?;
    Ok(Json(ContentVersionView {
        document: Some(wire::document(document)),
        ..view(&version, &names)
    }))
}

fn view(version: &Version, names: &Authors) -> ContentVersionView {
    ContentVersionView {
        version: version.version,
        saved_by: names.of(version.saved_by),
        saved_at: version.saved_at.to_string(),
        document: None,
    }
}
