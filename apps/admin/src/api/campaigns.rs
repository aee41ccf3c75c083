//! Campaigns: drafts, their review, their launch and what becomes of them.

use api_types::{
    campaigns::{
        CampaignDocument, CampaignSummary, CampaignView, CopyCampaign, CreateCampaign,
        DeliveryView, LaunchCampaign, PersonBehind, ProgressView, Readiness, ReviewView,
        SaveCampaign, TestCampaign, TestQueued,
    },
    contents::{ContentPreview, ContentSummary, PreviewContent},
    line_messages::{LinePreview, PreviewLine},
    line_numbers::{LineInsightView, LineQuotaView},
    push_messages::{PreviewPush, PushPreview},
    senders::SenderView,
};
use web_sys::AbortSignal;

use crate::api::{
    ApiError, Page,
    client::{self, encoded},
    delete, get, post, post_with_key, put,
};

fn at(id: &str, rest: &str) -> String {
    format!("/campaigns/{}{rest}", encoded(id))
}

/// Which campaigns are wanted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Wanted {
    /// Part of the name.
    pub search: String,
    /// A state, or none.
    pub state: String,
    /// The cursor of the page.
    pub after: String,
}

/// Reads a page of the list.
pub async fn list(
    wanted: &Wanted,
    limit: usize,
    signal: Option<&AbortSignal>,
) -> Result<Page<CampaignSummary>, ApiError> {
    let query = client::query(&[
        ("search", Some(wanted.search.clone())),
        ("state", Some(wanted.state.clone())),
        ("after", Some(wanted.after.clone())),
        ("limit", Some(limit.to_string())),
    ]);
    get(&format!("/campaigns{query}"), signal).await
}

/// Reads one campaign.
pub async fn find(id: &str, signal: Option<&AbortSignal>) -> Result<CampaignView, ApiError> {
    get(&at(id, ""), signal).await
}

/// Makes a draft.
pub async fn create(name: String) -> Result<CampaignView, ApiError> {
    post(
        "/campaigns",
        &CreateCampaign {
            name,
            document: None,
        },
    )
    .await
}

/// Saves a draft.
pub async fn save(
    id: &str,
    version: i64,
    name: String,
    document: CampaignDocument,
) -> Result<CampaignView, ApiError> {
    put(
        &at(id, ""),
        &SaveCampaign {
            version,
            name,
            document,
        },
    )
    .await
}

/// Removes a draft for good.
pub async fn remove(id: &str) -> Result<(), ApiError> {
    delete(&at(id, "")).await
}

/// Makes a draft out of any campaign.
pub async fn copy(id: &str, name: String) -> Result<CampaignView, ApiError> {
    post(&at(id, "/copy"), &CopyCampaign { name }).await
}

/// Says what is missing before the launch.
pub async fn readiness(id: &str, signal: Option<&AbortSignal>) -> Result<Readiness, ApiError> {
    get(&at(id, "/readiness"), signal).await
}

/// Counts whom a launch would reach now.
pub async fn review(id: &str, signal: Option<&AbortSignal>) -> Result<ReviewView, ApiError> {
    get(&at(id, "/review"), signal).await
}

/// Reads what the launch takes of a LINE account's messages of the month.
pub async fn line_quota(id: &str, signal: &AbortSignal) -> Result<LineQuotaView, ApiError> {
    get(&at(id, "/line-quota"), Some(signal)).await
}

/// Reads what LINE itself counted of a campaign.
pub async fn line_insight(id: &str, signal: &AbortSignal) -> Result<LineInsightView, ApiError> {
    get(&at(id, "/line-insight"), Some(signal)).await
}

/// Reads the people behind a number of the review.
pub async fn people(
    id: &str,
    behind: &str,
    after: Option<String>,
    signal: Option<&AbortSignal>,
) -> Result<Page<PersonBehind>, ApiError> {
    let query = client::query(&[
        ("behind", Some(behind.to_owned())),
        ("after", after),
        ("limit", Some("25".to_owned())),
    ]);
    get(&at(id, &format!("/people{query}")), signal).await
}

/// Sends a test to a few addresses.
pub async fn test(
    id: &str,
    addresses: Vec<String>,
    profile: String,
) -> Result<TestQueued, ApiError> {
    post(&at(id, "/test"), &TestCampaign { addresses, profile }).await
}

/// Lets a draft go, once however often the call is repeated with the same key.
pub async fn launch(id: &str, version: i64, key: &str) -> Result<CampaignView, ApiError> {
    post_with_key(&at(id, "/launch"), &LaunchCampaign { version }, key).await
}

/// Holds, resumes or calls off a campaign: `pause`, `resume`, `cancel`.
pub async fn act(id: &str, deed: &str) -> Result<CampaignView, ApiError> {
    post(&at(id, &format!("/{deed}")), &()).await
}

/// Says how far a campaign has come.
pub async fn progress(id: &str, signal: Option<&AbortSignal>) -> Result<ProgressView, ApiError> {
    get(&at(id, "/progress"), signal).await
}

/// Reads a page of deliveries.
pub async fn deliveries(
    id: &str,
    pairs: &[(&str, Option<String>)],
    signal: Option<&AbortSignal>,
) -> Result<Page<DeliveryView>, ApiError> {
    get(
        &at(id, &format!("/deliveries{}", client::query(pairs))),
        signal,
    )
    .await
}

/// Reads the senders.
pub async fn senders(signal: Option<&AbortSignal>) -> Result<Vec<SenderView>, ApiError> {
    get("/senders", signal).await
}

/// Reads the saved emails, the first hundred.
pub async fn contents(signal: Option<&AbortSignal>) -> Result<Vec<ContentSummary>, ApiError> {
    let page: Page<ContentSummary> = get("/contents?limit=100", signal).await?;
    Ok(page.items)
}

/// Renders an email as a customer would receive it.
pub async fn preview(asked: &PreviewContent) -> Result<ContentPreview, ApiError> {
    post("/contents/preview", asked).await
}

/// Renders messages for LINE for one customer.
pub async fn preview_line(asked: &PreviewLine) -> Result<LinePreview, ApiError> {
    post("/contents/line/preview", asked).await
}

/// Renders a push for one customer.
pub async fn preview_push(asked: &PreviewPush) -> Result<PushPreview, ApiError> {
    post("/contents/push/preview", asked).await
}
