//! `GET` and `PUT /api/v1/line-menus/{id}/image`.

use api_types::line_menus::{LineMenuImage, LineMenuView, PutLineMenuImage};
use axum::{Json, extract::State};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use friends::menu::{self, Picture, PictureError, Wish};
use kernel::{id::kind, invalid::Invalid};

use super::wire;
use crate::{
    http::{
        auth::{
            Operator,
            needs::{ContentsRead, ContentsWrite},
        },
        extract::{PathId, ValidJson},
        problem::ApiError,
    },
    state::App,
};

/// Returns the picture of a rich menu.
#[utoipa::path(get, path = "/api/v1/line-menus/{id}/image", operation_id = "get_line_menu_image", tag = "line",
    params(("id" = String, Path, description = "rmn_…")),
    responses((status = 200, body = LineMenuImage)))]
pub(super) async fn get(
    operator: Operator<ContentsRead>,
    PathId(id): PathId<kind::Menu>,
    State(app): State<App>,
) -> Result<Json<LineMenuImage>, ApiError> {
    let db = app.db.reader();
    let found = wire::find(db, &operator, id).await?;
    let picture = match found.image {
        Some(image) => menu::picture(db, operator.workspace, image).await?,
        None => None,
    };
    let picture = picture.ok_or_else(ApiError::not_found)?;
    Ok(Json(LineMenuImage {
        media_type: picture.kind.media_type().to_owned(),
        width: picture.width,
        height: picture.height,
        data: STANDARD.encode(&picture.bytes),
    }))
}

/// Gives a rich menu another picture; what is published keeps its own.
#[utoipa::path(put, path = "/api/v1/line-menus/{id}/image", operation_id = "put_line_menu_image", tag = "line",
    params(("id" = String, Path, description = "rmn_…")), request_body = PutLineMenuImage,
    responses((status = 200, body = LineMenuView), (status = 409)))]
pub(super) async fn put(
    operator: Operator<ContentsWrite>,
    PathId(id): PathId<kind::Menu>,
    State(app): State<App>,
    ValidJson(body): ValidJson<PutLineMenuImage>,
) -> Result<Json<LineMenuView>, ApiError> {
    let picture = read(&body.data)?;
    let now = app.now();
    let tx = app.db.begin().await?;
    let before = wire::find(&tx, &operator, id).await?;
    let image = menu::keep(&tx, operator.workspace, &*app.ids, &picture, now).await?;
    let wish = Wish {
        name: before.name,
        document: before.document,
        image: Some(image),
    };
    if !menu::change(&tx, operator.workspace, id, &wish, (body.version, now)).await? {
        return Err(ApiError::conflict());
    }
    let saved = wire::find(&tx, &operator, id).await?;
    tx.commit().await?;
    Ok(Json(wire::view(&app, &operator, saved).await?))
}

fn read(data: &str) -> Result<Picture, ApiError> {
    let fault = |code: &str, en: String, ja: String| Invalid::one("/data", code, en, ja).into();
    let bytes = STANDARD.decode(data.trim()).map_err(|_| {
        fault(
            "base64",
            "give the file in base64".to_owned(),
            "ファイルをBase64で入れてください".to_owned(),
        )
    })?;
    Picture::read(bytes).map_err(|error| {
        let (code, ja) = match error {
            PictureError::Format => ("format", "PNGかJPEGの画像を選んでください".to_owned()),
            PictureError::TooBig => ("too_big", "画像は1MB以下にしてください".to_owned()),
            PictureError::Size(width, height) => (
                "size",
                format!("画像が{width}×{height}です。幅800〜2,500、高さ250以上にしてください"),
            ),
            PictureError::Ratio(width, height) => (
                "ratio",
                format!("画像が{width}×{height}です。幅を高さの1.45倍以上にしてください"),
            ),
        };
        fault(code, error.to_string(), ja)
    })
}
