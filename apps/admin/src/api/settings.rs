//! The workspace, its members, keys and senders.

use api_types::{
    audience::AudienceView,
    computed::{
        ComputedAttribute, ComputedAttributes, PreviewComputedAttribute, PreviewedStandings,
        SaveComputedAttribute,
    },
    contents::TestRecipientView,
    devices::PushState,
    line::LineState,
    senders::{DomainView, MailCarrierView, SenderView, WriteDkim, WriteSender},
    session::{
        ApiKeyView, AuditEntryView, ChangeRole, ChangeWorkspace, CreateApiKey, CreateWriteKey,
        Invite, InviteLink, MemberView, WorkspaceView, WriteKeyView,
    },
};
use web_sys::AbortSignal;

use super::{
    ApiError, Page,
    client::{self, encoded},
};

/// Returns the company's settings.
pub async fn workspace(signal: &AbortSignal) -> Result<WorkspaceView, ApiError> {
    client::get("/workspace", Some(signal)).await
}

/// Changes the company's settings, if nobody else has meanwhile.
pub async fn change_workspace(change: &ChangeWorkspace) -> Result<WorkspaceView, ApiError> {
    client::patch("/workspace", change).await
}

/// Tells how the audience index stands.
pub async fn audience(signal: &AbortSignal) -> Result<AudienceView, ApiError> {
    client::get("/audience", Some(signal)).await
}

/// Tells what is computed of customers, and how far it is.
pub async fn computed(signal: &AbortSignal) -> Result<ComputedAttributes, ApiError> {
    client::get("/computed-attributes", Some(signal)).await
}

/// Declares a rule of computed attributes, or changes it.
pub async fn save_computed(
    kind: &str,
    save: &SaveComputedAttribute,
) -> Result<ComputedAttribute, ApiError> {
    client::put(&format!("/computed-attributes/{}", encoded(kind)), save).await
}

/// Asks how many customers would stand where by a rule.
pub async fn preview_computed(
    rule: &PreviewComputedAttribute,
) -> Result<PreviewedStandings, ApiError> {
    client::post("/computed-attributes/preview", rule).await
}

/// Puts a rule of computed attributes away.
pub async fn remove_computed(kind: &str) -> Result<(), ApiError> {
    client::delete(&format!("/computed-attributes/{}", encoded(kind))).await
}

/// Lists the senders.
pub async fn senders(signal: &AbortSignal) -> Result<Page<SenderView>, ApiError> {
    whole(client::get("/senders", Some(signal)).await)
}

/// Lists the mobile carriers and the limits that hold for them.
pub async fn mail_carriers(signal: &AbortSignal) -> Result<Vec<MailCarrierView>, ApiError> {
    client::get("/mail-carriers", Some(signal)).await
}

/// Makes a sender, or changes one.
pub async fn write_sender(id: Option<&str>, sender: &WriteSender) -> Result<SenderView, ApiError> {
    match id {
        None => client::post("/senders", sender).await,
        Some(id) => client::put(&format!("/senders/{}", encoded(id)), sender).await,
    }
}

/// Takes a sender out of the lists.
pub async fn archive_sender(id: &str) -> Result<(), ApiError> {
    client::delete(&format!("/senders/{}", encoded(id))).await
}

/// Tells what a LINE account has told, and how its friends stand.
pub async fn line_state(id: &str, signal: &AbortSignal) -> Result<LineState, ApiError> {
    client::get(&format!("/line/{}", encoded(id)), Some(signal)).await
}

/// Tells how many devices take the pushes of a sender.
pub async fn push_state(id: &str, signal: &AbortSignal) -> Result<PushState, ApiError> {
    client::get(&format!("/push/{}", encoded(id)), Some(signal)).await
}

/// Asks LINE whether it still accepts an account's secrets.
pub async fn check_sender(id: &str) -> Result<(), ApiError> {
    client::post(&format!("/senders/{}/check", encoded(id)), &()).await
}

/// Tells how a sender's domain stands with those who receive its mail.
pub async fn sender_domain(id: &str, signal: &AbortSignal) -> Result<DomainView, ApiError> {
    client::get(&format!("/senders/{}/domain", encoded(id)), Some(signal)).await
}

/// Gives a sender a DKIM key.
pub async fn write_dkim(id: &str, key: &WriteDkim) -> Result<SenderView, ApiError> {
    client::put(&format!("/senders/{}/dkim", encoded(id)), key).await
}

/// Lists the test audience.
pub async fn test_audience(signal: &AbortSignal) -> Result<Page<TestRecipientView>, ApiError> {
    whole(client::get("/test-audience", Some(signal)).await)
}

/// Takes an address into the test audience.
pub async fn put_test_recipient(person: &TestRecipientView) -> Result<TestRecipientView, ApiError> {
    client::put("/test-audience", person).await
}

/// Takes an address out of the test audience.
pub async fn remove_test_recipient(address: &str) -> Result<(), ApiError> {
    client::delete(&format!("/test-audience/{}", encoded(address))).await
}

/// Lists the members.
pub async fn members(signal: &AbortSignal) -> Result<Page<MemberView>, ApiError> {
    whole(client::get("/members", Some(signal)).await)
}

/// Makes a link with which somebody joins.
pub async fn invite(invite: &Invite) -> Result<InviteLink, ApiError> {
    client::post("/members/invite", invite).await
}

/// Gives a member another role.
pub async fn change_role(id: &str, role: &str) -> Result<MemberView, ApiError> {
    let change = ChangeRole {
        role: role.to_owned(),
    };
    client::patch(&format!("/members/{}", encoded(id)), &change).await
}

/// Takes a member out.
pub async fn remove_member(id: &str) -> Result<(), ApiError> {
    client::delete(&format!("/members/{}", encoded(id))).await
}

/// Lists the API keys.
pub async fn api_keys(signal: &AbortSignal) -> Result<Page<ApiKeyView>, ApiError> {
    whole(client::get("/api-keys", Some(signal)).await)
}

/// Makes an API key; the answer is the only one that shows it.
pub async fn create_api_key(key: &CreateApiKey) -> Result<ApiKeyView, ApiError> {
    client::post("/api-keys", key).await
}

/// Ends an API key.
pub async fn revoke_api_key(id: &str) -> Result<(), ApiError> {
    client::delete(&format!("/api-keys/{}", encoded(id))).await
}

/// Lists the write keys.
pub async fn write_keys(signal: &AbortSignal) -> Result<Page<WriteKeyView>, ApiError> {
    whole(client::get("/write-keys", Some(signal)).await)
}

/// Makes a write key.
pub async fn create_write_key(key: &CreateWriteKey) -> Result<WriteKeyView, ApiError> {
    client::post("/write-keys", key).await
}

/// Ends a write key.
pub async fn revoke_write_key(id: &str) -> Result<(), ApiError> {
    client::delete(&format!("/write-keys/{}", encoded(id))).await
}

/// Lists what was changed, the newest first.
pub async fn audit(after: &str, signal: &AbortSignal) -> Result<Page<AuditEntryView>, ApiError> {
    let query = client::query(&[
        ("after", Some(after.to_owned())),
        ("limit", Some("50".to_owned())),
    ]);
    client::get(&format!("/audit{query}"), Some(signal)).await
}

/// A list that comes in one piece, as a page that has no next.
fn whole<T>(items: Result<Vec<T>, ApiError>) -> Result<Page<T>, ApiError> {
    items.map(|items| Page { items, next: None })
}
