//! `PUT /api/v1/line-replies/{id}`.

use api_types::line_replies::{LineReplyView, WriteLineReply};
use axum::{Json, extract::State};
use friends::reply;
use kernel::{id::kind, invalid::Invalid};

use super::wire;
use crate::{
    http::{
        auth::{Operator, needs::CampaignsLaunch},
        extract::{PathId, ValidJson},
        problem::ApiError,
    },
    state::App,
};

/// Changes what a LINE account answers, or switches it off and on.
#[utoipa::path(put, path = "/api/v1/line-replies/{id}", operation_id = "save_line_reply", tag = "line",
    params(("id" = String, Path, description = "lrr_…")), request_body = WriteLineReply,
    responses((status = 200, body = LineReplyView), (status = 409)))]
pub(super) async fn save(
    operator: Operator<CampaignsLaunch>,
    PathId(id): PathId<kind::ReplyRule>,
    State(app): State<App>,
    ValidJson(body): ValidJson<WriteLineReply>,
) -> Result<Json<LineReplyView>, ApiError> {
    let Some(version) = body.version else {
        return Err(Invalid::one(
            "/version",
            "required",
            "give the version that you read",
            "読み込んだ版の番号を入れてください",
        )
        .into());
    };
    let tx = app.db.begin().await?;
    let before = wire::find(&tx, &operator, id).await?;
    let wish = wire::read(&body)?;
    let at = (version, app.now());
    if !reply::change(&tx, operator.workspace, id, &wish, at).await? {
        return Err(ApiError::conflict());
    }
    wire::log(&app, &tx, &operator, "line_reply.change", (id, &wish.name)).await?;
    let saved = wire::find(&tx, &operator, id).await?;
    tx.commit().await?;
    let counts = reply::counts(app.db.reader(), (operator.workspace, before.account)).await?;
    let answered = counts.get(&id).copied().unwrap_or_default();
    wire::view(saved, answered).map(Json)
}
