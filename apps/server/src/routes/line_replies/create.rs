//! `POST /api/v1/line/{account}/replies`.

use api_types::line_replies::{LineReplyView, WriteLineReply};
use axum::extract::State;
use friends::reply::{self, Answered};
use kernel::{id::fresh, invalid::Invalid};

use super::wire;
use crate::{
    http::{
        auth::{Operator, needs::CampaignsLaunch},
        created::Created,
        extract::{PathAccount, ValidJson},
        problem::ApiError,
    },
    routes::line,
    state::App,
};

/// Every message that comes is held against all of them.
const MOST: usize = 200;

/// Makes a LINE account answer words that it knows. Answers cost nothing, and each message is answered at most once.
#[utoipa::path(post, path = "/api/v1/line/{account}/replies", operation_id = "create_line_reply", tag = "line",
    params(("account" = String, Path, description = "snd_…")), request_body = WriteLineReply,
    responses((status = 201, body = LineReplyView)))]
pub(super) async fn create(
    operator: Operator<CampaignsLaunch>,
    PathAccount(account): PathAccount,
    State(app): State<App>,
    ValidJson(body): ValidJson<WriteLineReply>,
) -> Result<Created<LineReplyView>, ApiError> {
    line::account(&app, operator.workspace, account).await?;
    let wish = wire::read(&body)?;
    let (id, whose) = (fresh(&*app.ids), (operator.workspace, account));
    let tx = app.db.begin().await?;
    if reply::list(&tx, whose.0, whose.1).await?.len() >= MOST {
        return Err(Invalid::one(
            "",
            "too_many",
            "an account has at most 200 answers; delete one that is of no use any more",
            "自動応答は200件までです。使っていないものを削除してください",
        )
        .into());
    }
    reply::insert(&tx, whose, id, &wish, app.now()).await?;
    wire::log(&app, &tx, &operator, "line_reply.create", (id, &wish.name)).await?;
    let made = wire::find(&tx, &operator, id).await?;
    tx.commit().await?;
    let view = wire::view(made, Answered::default())?;
    Ok(Created::new("/api/v1/line-replies", id, view))
}
