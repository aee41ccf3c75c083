//! `POST /api/v1/contents`.

use api_types::contents::{ContentView, CreateContent};
use axum::extract::State;
use contents::{EmailDocument, store};
use kernel::{id::fresh, invalid::Invalid};

use super::wire;
use crate::{
    http::{
        auth::{Operator, needs::ContentsWrite},
        created::Created,
        extract::{Locale, ValidJson},
        problem::ApiError,
    },
    state::App,
};

/// Saves a new email, written or begun from a starter of the gallery.
#[utoipa::path(post, path = "/api/v1/contents", operation_id = "create_content", tag = "contents",
    request_body = CreateContent,
    responses((status = 201, body = ContentView)))]
pub(super) async fn create(
    operator: Operator<ContentsWrite>,
    locale: Locale,
    State(app): State<App>,
    ValidJson(body): ValidJson<CreateContent>,
) -> Result<Created<ContentView>, ApiError> {
    let starter = body.starter.clone();
    let document = document(body, &locale.0)?;
    let id = fresh(&*app.ids);
    let tx = app.db.begin().await?;
    let author = wire::author(&app, &operator);
    if let Err(error) = store::create(&tx, operator.workspace, id, &document, author).await {
        return Err(wire::not_saved(&app, &operator, id, error).await);
    }
    let detail = serde_json::json!({ "name": document.name, "starter": starter });
    wire::log(&app, &tx, &operator, "content.create", id, detail).await?;
    tx.commit().await?;
    let view = wire::shown(&app, &operator, id).await?;
    Ok(Created::new("/api/v1/contents", id, view))
}

fn document(body: CreateContent, locale: &str) -> Result<EmailDocument, ApiError> {
    let mut document = match (body.document, body.starter) {
        (Some(document), None) => wire::read(document),
        (None, Some(starter)) => from_gallery(&starter, locale)?,
        _ => {
            return Err(Invalid::one(
                "/document",
                "required",
                "give either a document or a starter",
                "documentかstarterのどちらか一方を入れてください",
            )
            .into());
        }
    };
    if let Some(name) = body.name.filter(|name| !name.trim().is_empty()) {
        name.trim().clone_into(&mut document.name);
    }
    Ok(document)
}

fn from_gallery(id: &str, locale: &str) -> Result<EmailDocument, ApiError> {
    let starter = contents::gallery()
        .iter()
        .find(|starter| starter.id == id)
        .ok_or_else(|| {
            Invalid::one(
                "/starter",
                "unknown",
                "no such starter; see /api/v1/contents/gallery",
                "その見本はありません。/api/v1/contents/gallery を見てください",
            )
        })?;
    let mut document = starter.document.clone();
    if locale == "en" {
        document.name.clone_from(&starter.name.en);
    }
    Ok(document)
}
