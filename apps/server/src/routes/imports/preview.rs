//! `POST /api/v1/imports/{id}/preview`.

use std::sync::Arc;

use api_types::imports::{PreviewRowView, StartImport};
use axum::{Json, extract::State};
use kernel::id::kind;
use profiles::import::{self, SourceOptions};

use super::wire;
use crate::{
    http::{
        auth::{Operator, needs::ProfilesWrite},
        extract::{Locale, PathId, ValidJson},
        problem::ApiError,
    },
    state::App,
};

const SHOWN: usize = 20;

/// Shows what the first rows would become by a mapping; writes nothing.
#[utoipa::path(post, path = "/api/v1/imports/{id}/preview", operation_id = "preview_import", tag = "imports",
    params(("id" = String, Path, description = "imp_…")), request_body = StartImport,
    responses((status = 200, body = Vec<PreviewRowView>)))]
pub(super) async fn preview(
    operator: Operator<ProfilesWrite>,
    PathId(id): PathId<kind::Import>,
    Locale(locale): Locale,
    State(app): State<App>,
    ValidJson(body): ValidJson<StartImport>,
) -> Result<Json<Vec<PreviewRowView>>, ApiError> {
    let found = wire::find(&app, &operator, id).await?;
    if found.state != import::ImportState::Uploaded {
        return Err(super::wrong_state(found.state));
    }
    let start = wire::start(body)?;
    let options = SourceOptions {
        kind: found.kind,
        encoding: start.encoding,
        delimiter: start.delimiter,
        mapping: Arc::new(start.mapping),
        file_name: found.file_name,
    };
    let (path, now) = (found.file_path, app.now());
    let rows = wire::blocking(move || import::preview(&path, &options, SHOWN, now)).await?;
    let view = |row: import::PreviewRow| PreviewRowView {
        line: row.line,
        row: row.row,
        code: row.refusal.as_ref().map(|refusal| refusal.code.to_owned()),
        reason: row
            .refusal
            .map(|refusal| refusal.message.for_locale(&locale).to_owned()),
    };
    Ok(Json(rows.into_iter().map(view).collect()))
}
