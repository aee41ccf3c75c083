//! Devices that take pushes.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A customer's device.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct DeviceView {
    /// `dev_…`
    pub id: String,
    /// For whose pushes it was registered (`snd_…`).
    pub sender: String,
    /// The sender's name.
    pub sender_name: String,
    /// `browser`, `apns`, `apns_sandbox` or `fcm`.
    pub kind: String,
    /// As people call it.
    pub name: String,
    /// When it was last registered.
    pub registered_at: String,
    /// When it was last heard of.
    pub last_seen_at: String,
    /// When it went; null while it takes pushes.
    pub gone_at: Option<String>,
    /// `service` (its service knows it no more: the app or the permission was removed), `owner` (she turned pushes off),
    /// `too_many` (she has more than anybody has) or `company`.
    pub gone_why: Option<String>,
}

/// How many devices a sender reaches.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PushState {
    /// By kind.
    pub devices: Vec<DeviceCount>,
    /// How many went in the last thirty days: their service knows them no more, or their owner turned pushes off.
    pub lost: i64,
}

/// How many devices of a kind take pushes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct DeviceCount {
    /// `browser`, `apns`, `apns_sandbox` or `fcm`.
    pub kind: String,
    /// How many.
    pub count: i64,
}
