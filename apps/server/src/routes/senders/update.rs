//! `PUT /api/v1/senders/{id}`.

use api_types::senders::{SenderView, WriteSender};
use axum::{Json, extract::State};
use campaigns::sender;
use kernel::{id::kind, invalid::Invalid};

use super::wire;
use crate::{
    http::{
        auth::{Operator, needs::SettingsWrite},
        extract::{PathId, ValidJson},
        problem::ApiError,
    },
    state::App,
};

/// Replaces a sender's settings; an absent password stays as it is.
#[utoipa::path(put, path = "/api/v1/senders/{id}", operation_id = "update_sender", tag = "senders",
    params(("id" = String, Path, description = "snd_…")), request_body = WriteSender,
    responses((status = 200, body = SenderView), (status = 409)))]
pub(super) async fn update(
    operator: Operator<SettingsWrite>,
    PathId(id): PathId<kind::Sender>,
    State(app): State<App>,
    ValidJson(body): ValidJson<WriteSender>,
) -> Result<Json<SenderView>, ApiError> {
    if body.version.is_none() {
        return Err(Invalid::one(
            "/version",
            "required",
            "give the version that you read",
            "読み込んだ版の番号を入れてください",
        )
        .into());
    }
    let tx = app.db.begin().await?;
    let present = sender::find(&tx, operator.workspace, id)
        .await?
        .ok_or_else(ApiError::not_found)?;
    let sender = wire::read(id, &body, Some(&present))?;
    if !sender::update(&tx, operator.workspace, &sender).await? {
        return Err(ApiError::conflict());
    }
    wire::keep_secrets(&app, &tx, &operator, id, &body).await?;
    let detail = serde_json::json!({ "transport": body.transport });
    wire::log(&app, &tx, &operator, "sender.change", id, detail).await?;
    let changed = sender::find(&tx, operator.workspace, id)
        .await?
        .ok_or_else(ApiError::not_found)?;
    tx.commit().await?;
    Ok(Json(wire::view(&app, &operator, changed).await?))
}
