//! LINE accounts: what they have told, who their friends are, and linking.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What a LINE account has told so far.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct LineState {
    /// When LINE last called, be it to try the address out; null when it never has.
    pub heard_at: Option<String>,
    /// LINE's instant of the newest event.
    pub event_at: Option<String>,
    /// Events taken in.
    pub n_events: i64,
    /// Copies of what was known.
    pub n_repeats: i64,
    /// Events that nobody here acts on, and links that were refused.
    pub n_ignored: i64,
    /// Who follow.
    pub following: i64,
    /// Who have blocked.
    pub blocked: i64,
    /// Who wrote or were linked, but were never seen to follow.
    pub unknown: i64,
    /// `blocked` of `following + blocked`, from 0 to 1; null when there are none.
    pub block_rate: Option<f64>,
}

/// How a customer stands to a LINE account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct LineStanding {
    /// `snd_…`
    pub account: String,
    /// The account's name.
    pub account_name: String,
    /// The account's id with `@`.
    pub account_address: String,
    /// LINE's name of her, masked for those who may not see it.
    pub user_id: String,
    /// The name that she chose on LINE; null when LINE tells none, or to who may not see who people are.
    #[serde(default)]
    pub display_name: Option<String>,
    /// Where her picture on LINE is.
    #[serde(default)]
    pub picture_url: Option<String>,
    /// `following`, `blocked` or `unknown`.
    pub state: String,
    /// LINE's instant of that state.
    pub state_at: String,
    /// When she last began to follow.
    pub followed_at: Option<String>,
    /// When she last blocked.
    pub blocked_at: Option<String>,
    /// How often she has blocked.
    pub blocks: i32,
    /// When her account was linked to this customer.
    pub linked_at: Option<String>,
}

/// Begins to link a LINE account with a customer whom the company's own site has signed in.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct BeginLink {
    /// The customer, as the company's own systems call her.
    #[schema(example = "C-1029")]
    pub external_id: String,
    /// The link token that LINE gave for the person.
    pub link_token: String,
}

/// Where to send the browser.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct LinkBegun {
    /// LINE's page; it serves once, for ten minutes.
    pub address: String,
    /// Until when.
    pub expires_at: String,
}

/// A link token of LINE's.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct LinkTokenView {
    /// The token: it serves once, for ten minutes.
    pub link_token: String,
}

/// Says who a person is, by LINE's word.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct LineSignIn {
    /// The ID token of LINE Login or of an app inside LINE.
    pub id_token: String,
    /// What the login was given to carry back; absent where it was given nothing.
    #[serde(default)]
    pub nonce: Option<String>,
    /// The customer to link, as the company's own systems call her; absent when she has not signed in there.
    #[serde(default)]
    pub external_id: Option<String>,
}

/// Who a person is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct LineSignedIn {
    /// `prf_…`
    pub customer: String,
    /// Whether her LINE account is linked to a customer of the company's own systems.
    pub is_linked: bool,
}
