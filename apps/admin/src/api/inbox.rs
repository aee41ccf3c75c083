//! The sandbox inbox.

use api_types::senders::{CapturedSummary, CapturedView};
use web_sys::AbortSignal;

use super::{
    ApiError, Page,
    client::{self, encoded},
};

/// Lists the messages whose recipient or subject holds `search`, the newest first.
pub async fn list(
    search: &str,
    after: Option<String>,
    signal: Option<&AbortSignal>,
) -> Result<Page<CapturedSummary>, ApiError> {
    let query = client::query(&[
        ("search", Some(search.to_owned())),
        ("after", after),
        ("limit", Some("50".to_owned())),
    ]);
    client::get(&format!("/inbox{query}"), signal).await
}

/// Returns one message; its preview can be opened once.
pub async fn get(id: &str, signal: &AbortSignal) -> Result<CapturedView, ApiError> {
    client::get(&format!("/inbox/{}", encoded(id)), Some(signal)).await
}

/// Empties the inbox.
pub async fn clear() -> Result<(), ApiError> {
    client::delete("/inbox").await
}
