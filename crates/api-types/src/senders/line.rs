//! LINE accounts.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A LINE account; never its secrets.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct LineAccountView {
    /// The id of the Messaging API channel.
    pub channel_id: String,
    /// The account's own user id, to which LINE addresses webhooks.
    pub bot_user_id: String,
    /// `stateless` (tokens for channel id and secret) or `long_lived` (one issued by hand).
    pub credentials: String,
    /// Whether a channel secret is kept.
    pub has_secret: bool,
    /// Whether a token issued by hand is kept.
    pub has_token: bool,
    /// The id of the LINE Login channel.
    pub login_channel_id: Option<String>,
    /// Whether the secret of the LINE Login channel is kept.
    pub has_login_secret: bool,
    /// Connections at a time.
    pub lanes: u32,
    /// Messages a second over all connections.
    pub per_second: Option<u32>,
    /// What goes into "Webhook URL" of LINE's console.
    pub webhook_url: String,
}

/// A LINE account to connect. LINE is asked when it is saved.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct WriteLine {
    /// The id of the Messaging API channel.
    #[schema(example = "1234567890", pattern = "^[0-9]{5,20}$")]
    pub channel_id: String,
    /// The channel secret; absent keeps the one that is there.
    #[serde(default)]
    pub channel_secret: Option<String>,
    /// `stateless` (the default) or `long_lived`.
    #[serde(default)]
    #[schema(pattern = "^(stateless|long_lived)$")]
    pub credentials: Option<String>,
    /// An access token issued by hand, for `long_lived`; absent keeps the one that is there.
    #[serde(default)]
    pub token: Option<String>,
    /// The id of the LINE Login channel of the same provider, when people sign in with LINE.
    #[serde(default)]
    #[schema(example = "1234567891")]
    pub login_channel_id: Option<String>,
    /// The secret of the LINE Login channel; absent keeps the one that is there.
    #[serde(default)]
    pub login_channel_secret: Option<String>,
    /// Connections at a time, 1 to 128.
    #[serde(default)]
    #[schema(minimum = 1, maximum = 128)]
    pub lanes: Option<u32>,
    /// Messages a second over all connections, at most LINE's own 2,000.
    #[serde(default)]
    #[schema(value_type = Option<i64>, minimum = 1, maximum = 2000)]
    pub per_second: Option<u32>,
}
