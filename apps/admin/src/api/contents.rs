//! Saved emails.

use api_types::contents::{
    ContentPreview, ContentSummary, ContentVersionView, ContentView, CopyContent, CreateContent,
    LinksView, PreviewContent, StarterView, TestContent, TestRecipientView, TestSent, VariableView,
    WriteContent,
};
use gloo_net::http::Method;
use web_sys::AbortSignal;

use crate::api::{
    ApiError, Page,
    client::{self, Call},
    delete, get, post, put,
};

/// Lists emails; `query` is a query string.
pub async fn list(query: &str, signal: &AbortSignal) -> Result<Page<ContentSummary>, ApiError> {
    get(&format!("/contents{query}"), Some(signal)).await
}

/// Reads an email.
pub async fn find(id: &str, signal: Option<&AbortSignal>) -> Result<ContentView, ApiError> {
    get(&format!("/contents/{id}"), signal).await
}

/// Saves a new email.
pub async fn create(content: &CreateContent) -> Result<ContentView, ApiError> {
    post("/contents", content).await
}

/// Saves a new version.
pub async fn update(id: &str, content: &WriteContent) -> Result<ContentView, ApiError> {
    put(&format!("/contents/{id}"), content).await
}

/// Saves a copy.
pub async fn copy(id: &str) -> Result<ContentView, ApiError> {
    post(&format!("/contents/{id}/copy"), &CopyContent::default()).await
}

/// Puts an email away.
pub async fn archive(id: &str) -> Result<(), ApiError> {
    delete(&format!("/contents/{id}")).await
}

/// Takes an email out again.
pub async fn restore(id: &str) -> Result<(), ApiError> {
    post(&format!("/contents/{id}/restore"), &()).await
}

/// Lists the versions of an email.
pub async fn versions(id: &str, signal: &AbortSignal) -> Result<Vec<ContentVersionView>, ApiError> {
    get(&format!("/contents/{id}/versions"), Some(signal)).await
}

/// Reads one version of an email.
pub async fn version(id: &str, version: i64) -> Result<ContentVersionView, ApiError> {
    get(&format!("/contents/{id}/versions/{version}"), None).await
}

/// Lists the emails to start from.
pub async fn gallery(signal: &AbortSignal) -> Result<Vec<StarterView>, ApiError> {
    get("/contents/gallery", Some(signal)).await
}

/// Lists the variables; `query` is a query string.
pub async fn variables(query: &str, signal: &AbortSignal) -> Result<Vec<VariableView>, ApiError> {
    get(&format!("/contents/variables{query}"), Some(signal)).await
}

/// Renders a document. Without an idempotency key: nothing is changed, and the server would keep every answer.
pub async fn preview(
    asked: &PreviewContent,
    signal: &AbortSignal,
) -> Result<ContentPreview, ApiError> {
    client::send(Call {
        method: Method::POST,
        path: "/contents/preview",
        body: serde_json::to_string(asked).ok(),
        idempotency_key: None,
        signal: Some(signal),
    })
    .await
}

/// Visits the links of a document. Without an idempotency key: each look is a new one.
pub async fn check_links(asked: &PreviewContent) -> Result<LinksView, ApiError> {
    client::send(Call {
        method: Method::POST,
        path: "/contents/links",
        body: serde_json::to_string(asked).ok(),
        idempotency_key: None,
        signal: None,
    })
    .await
}

/// Lists who may receive test mails.
pub async fn test_recipients(signal: &AbortSignal) -> Result<Vec<TestRecipientView>, ApiError> {
    get("/contents/test-recipients", Some(signal)).await
}

/// Sends a test.
pub async fn test(id: &str, test: &TestContent) -> Result<TestSent, ApiError> {
    post(&format!("/contents/{id}/test"), test).await
}
