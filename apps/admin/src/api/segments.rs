//! Segments: saved rules, and asking about rules that need not be saved.

use api_types::{
    customers::{CustomerSummary, CustomerView},
    memberships::SegmentHistory,
    products::ProductView,
    segment_remarks::{AskRemarks, SegmentRemarks},
    segment_versions::SegmentVersionView,
    segments::{
        AskExamples, AskExplanation, AskOverlap, CreateSegment, PreviewSegment, SaveSegment,
        SegmentExamples, SegmentExplanation, SegmentOverlap, SegmentPerson, SegmentPreview,
        SegmentTemplate, SegmentUses, SegmentView, SegmentVocabulary,
    },
};
use gloo_net::http::Method;
use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value;
use web_sys::AbortSignal;

use crate::api::{
    ApiError, Page,
    client::{self, Call, encoded},
    delete, get, post, put,
};

/// Reads a page of the list.
pub async fn list(
    query: &str,
    signal: Option<&AbortSignal>,
) -> Result<Page<SegmentView>, ApiError> {
    get(&format!("/segments{query}"), signal).await
}

/// Reads all active segments, for pickers; at most a thousand.
pub async fn all(signal: Option<&AbortSignal>) -> Result<Vec<SegmentView>, ApiError> {
    let mut found = Vec::new();
    let mut after = None;
    for _ in 0..10 {
        let query = client::query(&[("limit", Some("100".to_owned())), ("after", after)]);
        let page: Page<SegmentView> = get(&format!("/segments{query}"), signal).await?;
        found.extend(page.items);
        after = page.next;
        if after.is_none() {
            break;
        }
    }
    Ok(found)
}

/// Reads one segment.
pub async fn find(id: &str, signal: Option<&AbortSignal>) -> Result<SegmentView, ApiError> {
    get(&format!("/segments/{}", encoded(id)), signal).await
}

/// Saves a new segment.
pub async fn create(body: &CreateSegment) -> Result<SegmentView, ApiError> {
    post("/segments", body).await
}

/// Saves a new version.
pub async fn save(id: &str, body: &SaveSegment) -> Result<SegmentView, ApiError> {
    put(&format!("/segments/{}", encoded(id)), body).await
}

/// Says where a segment is used.
pub async fn uses(id: &str, signal: Option<&AbortSignal>) -> Result<SegmentUses, ApiError> {
    get(&format!("/segments/{}/uses", encoded(id)), signal).await
}

/// Lists the versions of a segment, the newest first.
pub async fn versions(
    id: &str,
    signal: Option<&AbortSignal>,
) -> Result<Vec<SegmentVersionView>, ApiError> {
    get(&format!("/segments/{}/versions", encoded(id)), signal).await
}

/// Counts a segment day by day.
pub async fn history(
    id: &str,
    days: u32,
    signal: Option<&AbortSignal>,
) -> Result<SegmentHistory, ApiError> {
    let query = client::query(&[("days", Some(days.to_string()))]);
    get(&format!("/segments/{}/history{query}", encoded(id)), signal).await
}

/// Puts a segment away.
pub async fn archive(id: &str) -> Result<(), ApiError> {
    delete(&format!("/segments/{}", encoded(id))).await
}

/// Takes a segment back that was put away.
pub async fn restore(id: &str) -> Result<SegmentView, ApiError> {
    post(&format!("/segments/{}/restore", encoded(id)), &()).await
}

/// Makes the members of a segment VIPs.
pub async fn make_vip(id: &str) -> Result<SegmentView, ApiError> {
    put(&format!("/segments/{}/vip", encoded(id)), &()).await
}

/// Treats the members of a segment like everybody again.
pub async fn unmake_vip(id: &str) -> Result<SegmentView, ApiError> {
    client::send(Call {
        method: Method::DELETE,
        path: &format!("/segments/{}/vip", encoded(id)),
        body: None,
        idempotency_key: None,
        signal: None,
    })
    .await
}

/// Counts a rule and each of its conditions.
pub async fn preview(
    document: Value,
    signal: Option<&AbortSignal>,
) -> Result<SegmentPreview, ApiError> {
    let body = PreviewSegment {
        document,
        position: None,
    };
    ask("/segments/preview", &body, signal).await
}

/// Shows ten people of a rule.
pub async fn examples(
    document: Value,
    seed: u32,
    signal: Option<&AbortSignal>,
) -> Result<Vec<SegmentPerson>, ApiError> {
    let body = AskExamples {
        document,
        seed,
        position: None,
    };
    let found: SegmentExamples = ask("/segments/examples", &body, signal).await?;
    Ok(found.items)
}

/// Says why a person is in or out.
pub async fn explain(
    document: Value,
    profile: String,
    signal: Option<&AbortSignal>,
) -> Result<SegmentExplanation, ApiError> {
    ask(
        "/segments/explain",
        &AskExplanation { document, profile },
        signal,
    )
    .await
}

/// Counts how two to four rules overlap.
pub async fn overlap(
    documents: Vec<Value>,
    signal: Option<&AbortSignal>,
) -> Result<SegmentOverlap, ApiError> {
    let position = None;
    let asked = AskOverlap {
        documents,
        position,
    };
    ask("/segments/overlap", &asked, signal).await
}

/// Says what is worth knowing of a rule.
pub async fn remarks(
    document: Value,
    segment: Option<String>,
    signal: Option<&AbortSignal>,
) -> Result<SegmentRemarks, ApiError> {
    let body = AskRemarks {
        document,
        segment,
        position: None,
    };
    ask("/segments/remarks", &body, signal).await
}

/// Reads a page of a segment's people.
pub async fn members(
    id: &str,
    query: &str,
    signal: Option<&AbortSignal>,
) -> Result<Page<SegmentPerson>, ApiError> {
    get(&format!("/segments/{}/members{query}", encoded(id)), signal).await
}

/// Reads what conditions can speak of.
pub async fn vocabulary(signal: Option<&AbortSignal>) -> Result<SegmentVocabulary, ApiError> {
    get("/segment-vocabulary", signal).await
}

/// Reads the ready-made segments.
pub async fn templates(signal: Option<&AbortSignal>) -> Result<Vec<SegmentTemplate>, ApiError> {
    get("/segment-templates", signal).await
}

/// Finds customers by what is known of them.
pub async fn customers(
    part: &str,
    signal: Option<&AbortSignal>,
) -> Result<Vec<CustomerSummary>, ApiError> {
    let query = client::query(&[
        ("q", Some(part.to_owned())),
        ("limit", Some("8".to_owned())),
    ]);
    let page: Page<CustomerSummary> = get(&format!("/customers{query}"), signal).await?;
    Ok(page.items)
}

/// Finds products by number or name.
pub async fn products(
    part: &str,
    signal: Option<&AbortSignal>,
) -> Result<Vec<ProductView>, ApiError> {
    let query = client::query(&[
        ("q", Some(part.to_owned())),
        ("limit", Some("30".to_owned())),
    ]);
    let page: Page<ProductView> = get(&format!("/products{query}"), signal).await?;
    Ok(page.items)
}

/// Asks by POST without changing anything: it needs no idempotency key and can be broken off.
async fn ask<B: Serialize, T: DeserializeOwned>(
    path: &str,
    body: &B,
    signal: Option<&AbortSignal>,
) -> Result<T, ApiError> {
    let body = Some(client::encode(body)?);
    let method = Method::POST;
    client::send(Call {
        method,
        path,
        body,
        idempotency_key: None,
        signal,
    })
    .await
}

/// Returns what a customer is called, or the id where that cannot be read.
pub async fn customer_name(id: &str, signal: &AbortSignal) -> String {
    let found: Result<CustomerView, ApiError> =
        get(&format!("/customers/{}", encoded(id)), Some(signal)).await;
    let name = found.ok().and_then(|customer| {
        customer
            .full_name
            .or(customer.external_id)
            .or(customer.email)
    });
    name.unwrap_or_else(|| id.to_owned())
}
