//! `GET /api/v1/line/{account}/replies`.

use api_types::line_replies::LineReplyView;
use axum::{Json, extract::State};
use friends::reply;

use super::wire;
use crate::{
    http::{
        auth::{Operator, needs::ContentsRead},
        extract::PathAccount,
        problem::ApiError,
    },
    routes::line,
    state::App,
};

/// Lists what a LINE account answers by itself, the oldest first.
#[utoipa::path(get, path = "/api/v1/line/{account}/replies", operation_id = "list_line_replies", tag = "line",
    params(("account" = String, Path, description = "snd_…")),
    responses((status = 200, body = Vec<LineReplyView>)))]
pub(super) async fn list(
    operator: Operator<ContentsRead>,
    PathAccount(account): PathAccount,
    State(app): State<App>,
) -> Result<Json<Vec<LineReplyView>>, ApiError> {
    line::account(&app, operator.workspace, account).await?;
    let db = app.db.reader();
    let counts = reply::counts(db, (operator.workspace, account)).await?;
    let rules = reply::list(db, operator.workspace, account).await?;
    let view = |rule: reply::Rule| {
        let answered = counts.get(&rule.id).copied().unwrap_or_default();
        wire::view(rule, answered)
    };
    rules
        .into_iter()
        .map(view)
        .collect::<Result<_, _>>()
        .map(Json)
}
