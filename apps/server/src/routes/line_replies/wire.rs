//! Between the wire and the domain.

use ::contents::line::LineDocument;
use api_types::line_replies::{LineReplyView, WriteLineReply};
use friends::reply::{Answered, How, Rule, Wish, Words};
use kernel::{id::ReplyRuleId, invalid::Invalid};
use storage::{ConnectionTrait, Tx};

use crate::{
    http::{audit, auth::Caller, problem::ApiError},
    routes::{campaigns::line_refuses, contents},
    state::App,
};

/// Longest name of a rule.
const LONGEST_NAME: usize = 100;

/// Reads what a user says of a rule; what could not be sent is told.
pub(super) fn read(body: &WriteLineReply) -> Result<Wish, ApiError> {
    let name = body.name.trim();
    if name.is_empty() || name.chars().count() > LONGEST_NAME {
        return Err(Invalid::one(
            "/name",
            "length",
            "give a name of 1 to 100 characters",
            "名前を1〜100文字で入れてください",
        )
        .into());
    }
    let words = Words {
        how: if body.how == "contains" {
            How::Contains
        } else {
            How::Exact
        },
        keywords: body.keywords.clone(),
    };
    let json = serde_json::to_value(&body.document).map_err(|error| ApiError::internal(&error))?;
    let document: LineDocument = serde_json::from_value(json.clone()).map_err(|error| {
        ApiError::from(Invalid::one(
            "/document",
            "malformed",
            format!("the document has the wrong shape: {error}"),
            format!("メッセージの形式が正しくありません（{error}）"),
        ))
    })?;
    let problems = ::contents::line::problems(&document, line_refuses);
    if !problems.is_empty() {
        return Err(contents::problems(problems));
    }
    Ok(Wish {
        name: name.to_owned(),
        words: words.check()?,
        messages: json,
        is_enabled: body.enabled.unwrap_or(true),
    })
}

/// Shows a rule.
pub(super) fn view(rule: Rule, answered: Answered) -> Result<LineReplyView, ApiError> {
    let document =
        serde_json::from_value(rule.messages).map_err(|error| ApiError::internal(&error))?;
    Ok(LineReplyView {
        id: rule.id.to_string(),
        account: rule.account.to_string(),
        name: rule.name,
        how: match rule.words.how {
            How::Exact => "exact",
            How::Contains => "contains",
        }
        .to_owned(),
        keywords: rule.words.keywords,
        document,
        enabled: rule.is_enabled,
        version: rule.version,
        n_accepted: answered.accepted,
        n_failed: answered.failed,
        updated_at: rule.updated_at.to_string(),
    })
}

/// Finds a rule of the caller's workspace.
pub(super) async fn find(
    db: &impl ConnectionTrait,
    caller: &Caller,
    id: ReplyRuleId,
) -> Result<Rule, ApiError> {
    friends::reply::find(db, caller.workspace, id)
        .await?
        .ok_or_else(ApiError::not_found)
}

/// Logs a change of a rule.
pub(super) async fn log(
    app: &App,
    tx: &Tx,
    caller: &Caller,
    action: &'static str,
    (id, name): (ReplyRuleId, &str),
) -> Result<(), ApiError> {
    let detail = serde_json::json!({ "name": name });
    let object = ("line_reply", Some(id.raw()));
    audit::log(app, tx, caller, action, object, detail).await
}
