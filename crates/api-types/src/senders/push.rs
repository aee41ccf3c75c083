//! Pushes of a site or an app.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Where pushes go; never what is secret.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PushView {
    /// The public half of the workspace's key: with it browsers subscribe.
    pub public_key: String,
    /// The script that goes into the site's pages.
    pub script_url: String,
    /// What the site's own service worker imports.
    pub worker_url: String,
    /// The app on devices of Apple's.
    pub apns: Option<ApnsView>,
    /// The Firebase project.
    pub fcm: Option<FcmView>,
    /// Pushes at a time.
    pub lanes: u32,
    /// People a second.
    pub per_second: Option<u32>,
    /// Of a hundred people written to, how many may be lost before a campaign holds itself; 0 switches it off.
    pub guard_percent: u32,
    /// Before so many people were written to nothing is judged.
    pub guard_after: u32,
}

/// An app on devices of Apple's.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ApnsView {
    /// The team's id.
    pub team_id: String,
    /// The key's id.
    pub key_id: String,
    /// The app's bundle id.
    pub topic: String,
    /// Whether a key is kept.
    pub has_key: bool,
}

/// A Firebase project.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct FcmView {
    /// The project.
    pub project_id: String,
    /// Whether its key file is kept.
    pub has_account: bool,
}

/// Pushes to set up. The key for browsers is made by the server.
#[derive(Clone, Debug, Default, Serialize, Deserialize, ToSchema)]
pub struct WritePush {
    /// The app on devices of Apple's; absent when there is none.
    #[serde(default)]
    pub apns: Option<WriteApns>,
    /// The Firebase project; absent when there is none.
    #[serde(default)]
    pub fcm: Option<WriteFcm>,
    /// Pushes at a time, 1 to 128.
    #[serde(default)]
    #[schema(minimum = 1, maximum = 128)]
    pub lanes: Option<u32>,
    /// People a second.
    #[serde(default)]
    #[schema(value_type = Option<i64>, minimum = 1, maximum = 10_000)]
    pub per_second: Option<u32>,
    /// Of a hundred people written to, how many may be lost before a campaign holds itself; 0 switches it off. 2 when absent.
    #[serde(default)]
    #[schema(minimum = 0, maximum = 100)]
    pub guard_percent: Option<u32>,
    /// Before so many people were written to nothing is judged; 200 when absent.
    #[serde(default)]
    #[schema(minimum = 1, maximum = 1_000_000)]
    pub guard_after: Option<u32>,
}

/// An app on devices of Apple's.
#[derive(Clone, Debug, Default, Serialize, Deserialize, ToSchema)]
pub struct WriteApns {
    /// The team's id: ten capital letters and digits.
    #[schema(example = "A1B2C3D4E5")]
    pub team_id: String,
    /// The key's id: ten capital letters and digits.
    #[schema(example = "K1L2M3N4P5")]
    pub key_id: String,
    /// The app's bundle id.
    #[schema(example = "jp.example.shop")]
    pub topic: String,
    /// What the `.p8` file holds; absent keeps the one that is there.
    #[serde(default)]
    pub key: Option<String>,
}

/// A Firebase project.
#[derive(Clone, Debug, Default, Serialize, Deserialize, ToSchema)]
pub struct WriteFcm {
    /// What the service account's key file (JSON) holds; absent keeps the one that is there.
    #[serde(default)]
    pub account: Option<String>,
}
