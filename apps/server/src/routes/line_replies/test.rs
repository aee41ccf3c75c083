//! `POST /api/v1/line/{account}/replies/test`.

use api_types::line_replies::{LineReplyTested, TestLineReply};
use axum::{Json, extract::State};
use friends::reply;
use kernel::invalid::Invalid;

use crate::{
    http::{
        auth::{Operator, needs::ContentsRead},
        extract::{PathAccount, ValidJson},
        problem::ApiError,
    },
    replies,
    routes::line,
    state::App,
};

/// Says which answer a message would get, rendered for a made-up customer; nothing is sent.
#[utoipa::path(post, path = "/api/v1/line/{account}/replies/test", operation_id = "test_line_reply", tag = "line",
    params(("account" = String, Path, description = "snd_…")), request_body = TestLineReply,
    responses((status = 200, body = LineReplyTested)))]
pub(super) async fn test(
    operator: Operator<ContentsRead>,
    PathAccount(account): PathAccount,
    State(app): State<App>,
    ValidJson(body): ValidJson<TestLineReply>,
) -> Result<Json<LineReplyTested>, ApiError> {
    line::account(&app, operator.workspace, account).await?;
    let rules = reply::list(app.db.reader(), operator.workspace, account).await?;
    let Some(rule) = reply::choose(&rules, &body.text) else {
        return Ok(Json(LineReplyTested::default()));
    };
    let locale = "ja";
    let document = serde_json::from_value(rule.messages.clone())
        .map_err(|error| ApiError::internal(&error))?;
    let rendered = replies::render(&document, &contents::sample_data(locale), Some(locale));
    let messages = rendered.map_err(|error| {
        ApiError::from(Invalid::one(
            "/text",
            "unrenderable",
            error.to_string(),
            format!("この応答は組み立てられません（{error}）"),
        ))
    })?;
    Ok(Json(LineReplyTested {
        rule: Some(rule.id.to_string()),
        name: Some(rule.name.clone()),
        messages: messages.as_array().cloned().unwrap_or_default(),
    }))
}
