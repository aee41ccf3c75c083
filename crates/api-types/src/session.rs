//! Signing in and the workspace one is in.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Email and password.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
pub struct SignIn {
    /// The sign-in address.
    pub email: String,
    /// The password.
    pub password: String,
}

/// The token of a one-time link.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
pub struct UseLink {
    /// The last part of the link's address.
    pub token: String,
}

/// What the bearer of a one-time link gives to become a member.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
pub struct SetUp {
    /// The last part of the link's address.
    pub token: String,
    /// How they are called.
    pub name: String,
    /// Their sign-in address.
    pub email: String,
    /// Their password, at least ten characters.
    pub password: String,
    /// The company's name; only the first owner gives it.
    #[serde(default)]
    pub workspace_name: Option<String>,
    /// `ja` or `en`.
    #[serde(default)]
    pub locale: Option<String>,
}

/// What a one-time link leads to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "result", rename_all = "snake_case")]
pub enum LinkResult {
    /// The bearer is signed in.
    SignedIn(Box<SessionView>),
    /// The bearer must say who they are first.
    SetUp {
        /// Whether a workspace is to be named too.
        first_owner: bool,
        /// The address that was invited.
        email: Option<String>,
    },
}

/// Who is signed in, where, and what they may do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SessionView {
    /// Goes into the Authorization header as `Bearer …`.
    pub access_token: String,
    /// Seconds until it ends.
    pub expires_in: i64,
    /// The person.
    pub user: UserView,
    /// The workspace.
    pub workspace: WorkspaceView,
    /// owner, admin, marketer, analyst or viewer.
    pub role: String,
    /// Everything that the role may do.
    pub permissions: Vec<String>,
}

/// A person who signs in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct UserView {
    /// `usr_…`
    pub id: String,
    /// How they are called.
    pub name: String,
    /// Their sign-in address.
    pub email: String,
    /// `ja` or `en`.
    pub locale: String,
}

/// A workspace.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct WorkspaceView {
    /// `wsp_…`
    pub id: String,
    /// The company's name.
    pub name: String,
    /// IANA zone.
    pub time_zone: String,
    /// ISO 4217 code of the reporting currency.
    pub currency: String,
    /// `ja` or `en`.
    pub locale: String,
    /// `required` or `notice`.
    pub tracking_mode: String,
    /// Postal address in the footer of every message.
    pub postal_address: String,
    /// Version to name when changing it.
    pub version: i64,
}

/// A change of the workspace.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct ChangeWorkspace {
    /// The version that was read.
    pub version: i64,
    /// The company's name.
    pub name: Option<String>,
    /// IANA zone.
    #[schema(example = "Asia/Tokyo")]
    pub time_zone: Option<String>,
    /// `ja` or `en`.
    #[schema(pattern = "^(ja|en)$")]
    pub locale: Option<String>,
    /// `required` or `notice`.
    #[schema(pattern = "^(required|notice)$")]
    pub tracking_mode: Option<String>,
    /// Postal address in the footer of every message.
    pub postal_address: Option<String>,
}

/// A member of the workspace.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct MemberView {
    /// The person.
    pub user: UserView,
    /// owner, admin, marketer, analyst or viewer.
    pub role: String,
    /// Since when (RFC 3339).
    pub created_at: String,
}

/// An invitation.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct Invite {
    /// owner, admin, marketer, analyst or viewer.
    #[schema(pattern = "^(owner|admin|marketer|analyst|viewer)$")]
    pub role: String,
    /// For whom.
    #[serde(default)]
    pub email: Option<String>,
}

/// A one-time link to hand over.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct InviteLink {
    /// The address to open, once, within two days.
    pub url: String,
}

/// A change of a member's role.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct ChangeRole {
    /// owner, admin, marketer, analyst or viewer.
    #[schema(pattern = "^(owner|admin|marketer|analyst|viewer)$")]
    pub role: String,
}

/// What a new API key is for.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct CreateApiKey {
    /// In its maker's words.
    #[schema(min_length = 1, max_length = 100)]
    pub name: String,
    /// What it may do, `profiles:read` …
    #[schema(min_items = 1, example = json!(["profiles:read", "reports:read"]))]
    pub scopes: Vec<String>,
}

/// An API key; `key` is there only in the answer that made it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ApiKeyView {
    /// `key_…`
    pub id: String,
    /// In its maker's words.
    pub name: String,
    /// Its first characters.
    pub hint: String,
    /// What it may do.
    pub scopes: Vec<String>,
    /// When it was made (RFC 3339).
    pub created_at: String,
    /// When it was last used.
    pub last_used_at: Option<String>,
    /// When it was revoked.
    pub revoked_at: Option<String>,
    /// The key, shown once.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key: Option<String>,
}

/// What a new write key is for.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct CreateWriteKey {
    /// In its maker's words.
    #[schema(min_length = 1, max_length = 100)]
    pub name: String,
    /// `server` or `browser`.
    #[schema(pattern = "^(server|browser)$")]
    pub power: String,
}

/// A write key of the tracking API.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct WriteKeyView {
    /// `wrk_…`
    pub id: String,
    /// In its maker's words.
    pub name: String,
    /// `server` or `browser`.
    pub power: String,
    /// Its first characters.
    pub hint: String,
    /// When it was made (RFC 3339).
    pub created_at: String,
    /// When it was revoked.
    pub revoked_at: Option<String>,
    /// The key: always for a browser key, once for a server key.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key: Option<String>,
}

/// A line of the audit log.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct AuditEntryView {
    /// `aud_…`
    pub id: String,
    /// When (RFC 3339).
    pub at: String,
    /// `user`, `key` or `system`.
    pub actor_kind: String,
    /// The person's name.
    pub actor_name: Option<String>,
    /// What was done, `campaign.launch`.
    pub action: String,
    /// What it was done to, `campaign`.
    pub object_kind: String,
    /// Before and after, or what else helps.
    #[schema(value_type = Object)]
    pub detail: serde_json::Value,
}
