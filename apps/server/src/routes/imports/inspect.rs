//! `GET /api/v1/imports/{id}/inspection`.

use api_types::imports::InspectionView;
use axum::{Json, extract::State};
use kernel::id::kind;
use profiles::import;
use serde::Deserialize;

use super::wire;
use crate::{
    http::{
        auth::{Operator, needs::ProfilesWrite},
        extract::{Locale, PathId, ValidQuery},
        problem::ApiError,
    },
    state::App,
};

#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct InspectionQuery {
    /// `utf-8` or `shift_jis`, instead of the guess.
    encoding: Option<String>,
    /// `,`, `;` or `tab`, instead of the guess.
    delimiter: Option<String>,
}

/// Looks at an uploaded file again, with another encoding or delimiter.
#[utoipa::path(get, path = "/api/v1/imports/{id}/inspection", operation_id = "inspect_import", tag = "imports",
    params(("id" = String, Path, description = "imp_…"), InspectionQuery),
    responses((status = 200, body = InspectionView), (status = 409)))]
pub(super) async fn inspect(
    operator: Operator<ProfilesWrite>,
    PathId(id): PathId<kind::Import>,
    ValidQuery(query): ValidQuery<InspectionQuery>,
    Locale(locale): Locale,
    State(app): State<App>,
) -> Result<Json<InspectionView>, ApiError> {
    let found = wire::find(&app, &operator, id).await?;
    if found.state != import::ImportState::Uploaded {
        return Err(super::wrong_state(found.state));
    }
    let mut defaults = wire::defaults(&app, operator.workspace).await?;
    defaults.encoding = query.encoding.as_deref().map(wire::encoding).transpose()?;
    defaults.delimiter = query
        .delimiter
        .as_deref()
        .map(wire::delimiter)
        .transpose()?;
    let (path, kind) = (found.file_path.clone(), found.kind);
    let inspection = wire::blocking(move || import::inspect(&path, kind, &defaults)).await?;
    Ok(Json(
        wire::inspection(&app, &locale, found, inspection).await?,
    ))
}
