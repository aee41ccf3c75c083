//! `POST /api/v1/contents/{id}/copy`.

use api_types::contents::{ContentView, CopyContent};
use axum::extract::State;
use contents::store;
use kernel::id::{fresh, kind};

use super::wire;
use crate::{
    http::{
        auth::{Operator, needs::ContentsWrite},
        created::Created,
        extract::{Locale, PathId, ValidJson},
        problem::ApiError,
    },
    state::App,
};

/// Saves the newest version of an email under a name of its own.
#[utoipa::path(post, path = "/api/v1/contents/{id}/copy", operation_id = "copy_content", tag = "contents",
    params(("id" = String, Path, description = "cnt_…")), request_body = CopyContent,
    responses((status = 201, body = ContentView)))]
pub(super) async fn copy(
    operator: Operator<ContentsWrite>,
    PathId(id): PathId<kind::Content>,
    locale: Locale,
    State(app): State<App>,
    ValidJson(body): ValidJson<CopyContent>,
) -> Result<Created<ContentView>, ApiError> {
    let tx = app.db.begin().await?;
    let original = store::find(&tx, operator.workspace, id)
        .await?
        .ok_or_else(ApiError::not_found)?;
    let mut document = original.document;
    document.name = match body.name.filter(|name| !name.trim().is_empty()) {
        Some(name) => name.trim().to_owned(),
        None if locale.0 == "en" => format!("{} (copy)", document.name),
        None => format!("{}の写し", document.name),
    };
    let copy = fresh(&*app.ids);
    let author = wire::author(&app, &operator);
    if let Err(error) = store::create(&tx, operator.workspace, copy, &document, author).await {
        return Err(wire::not_saved(&app, &operator, copy, error).await);
    }
    let detail = serde_json::json!({ "name": document.name, "of": id.to_string() });
    wire::log(&app, &tx, &operator, "content.copy", copy, detail).await?;
    tx.commit().await?;
    let view = wire::shown(&app, &operator, copy).await?;
    Ok(Created::new("/api/v1/contents", copy, view))
}
