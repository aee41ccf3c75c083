//! What LINE accounts answer by themselves.

use api_types::line_replies::{LineReplyTested, LineReplyView, TestLineReply, WriteLineReply};
use web_sys::AbortSignal;

use super::{
    ApiError,
    client::{self, encoded},
    post, put,
};

/// Lists the answers of an account.
pub async fn list(account: &str, signal: &AbortSignal) -> Result<Vec<LineReplyView>, ApiError> {
    let path = format!("/line/{}/replies", encoded(account));
    client::get(&path, Some(signal)).await
}

/// Makes an answer, or changes one.
pub async fn write(
    account: &str,
    id: Option<&str>,
    body: &WriteLineReply,
) -> Result<LineReplyView, ApiError> {
    match id {
        None => post(&format!("/line/{}/replies", encoded(account)), body).await,
        Some(id) => put(&format!("/line-replies/{}", encoded(id)), body).await,
    }
}

/// Takes an answer away.
pub async fn remove(id: &str) -> Result<(), ApiError> {
    client::delete(&format!("/line-replies/{}", encoded(id))).await
}

/// Says what a message would be answered with.
pub async fn test(account: &str, text: String) -> Result<LineReplyTested, ApiError> {
    let path = format!("/line/{}/replies/test", encoded(account));
    post(&path, &TestLineReply { text }).await
}
