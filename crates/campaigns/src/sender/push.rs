//! Pushes to the devices of a site or an app. Its secrets are sealed under the names that [`super::Sender`] gives; the key
//! of Web Push is the workspace's.

use kernel::invalid::{FieldError, Invalid};
use serde::{Deserialize, Serialize};

/// More connections than these help nobody.
const MOST_LANES: u32 = 128;
/// Firebase's own limit; the others name none.
const MOST_PER_SECOND: u32 = 10_000;

/// Where pushes go and when they stop; what is secret is sealed elsewhere.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PushSettings {
    /// The app on devices of Apple's, when there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub apns: Option<ApnsSettings>,
    /// The Firebase project, when there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fcm: Option<FcmSettings>,
    /// Pushes at a time.
    #[serde(default = "default_lanes")]
    pub lanes: u32,
    /// People a second; absent for no limit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub per_second: Option<u32>,
    /// When a campaign holds itself.
    #[serde(default)]
    pub guard: PushGuard,
}

/// An app on devices of Apple's, and who signs for it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ApnsSettings {
    /// The team's id.
    pub team_id: String,
    /// The key's id.
    pub key_id: String,
    /// The app's bundle id.
    pub topic: String,
}

/// A Firebase project; which one its key file says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FcmSettings {
    /// The project.
    pub project_id: String,
}

/// When a campaign holds itself, because people remove the app or turn its pushes off.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct PushGuard {
    /// Of a hundred people written to, how many may be lost; 0 switches it off.
    pub percent: u32,
    /// Before so many people were written to nothing is judged.
    pub after: u32,
}

impl Default for PushGuard {
    fn default() -> Self {
        Self {
            percent: 2,
            after: 200,
        }
    }
}

impl PushGuard {
    /// Tells whether too many were lost.
    ///
    /// ```
    /// use campaigns::sender::PushGuard;
    ///
    /// let guard = PushGuard::default();
    /// assert!(!guard.is_passed(199, 100), "too few to say");
    /// assert!(!guard.is_passed(200, 4), "two of a hundred is the most that is borne");
    /// assert!(guard.is_passed(200, 5));
    /// ```
    pub const fn is_passed(self, sent: i64, lost: i64) -> bool {
        self.percent > 0 && sent >= self.after as i64 && lost * 100 > sent * self.percent as i64
    }
}

const fn default_lanes() -> u32 {
    16
}

impl PushSettings {
    pub(super) fn check(&self, invalid: &mut Invalid) {
        if !(1..=MOST_LANES).contains(&self.lanes) {
            invalid.push(FieldError::new(
                "/push/lanes",
                "range",
                "use 1 to 128 at a time",
                "同時に送る数は1〜128にしてください",
            ));
        }
        if self
            .per_second
            .is_some_and(|rate| !(1..=MOST_PER_SECOND).contains(&rate))
        {
            invalid.push(FieldError::new(
                "/push/per_second",
                "range",
                "use 1 to 10,000 a second, or leave it empty",
                "1〜10,000にするか、空にしてください",
            ));
        }
        if self.guard.percent > 100 {
            invalid.push(FieldError::new(
                "/push/guard_percent",
                "range",
                "use 0 to 100 per cent; 0 switches it off",
                "0〜100％にしてください（0で無効）",
            ));
        }
        if !(1..=1_000_000).contains(&self.guard.after) {
            invalid.push(FieldError::new(
                "/push/guard_after",
                "range",
                "use 1 to 1,000,000 people",
                "1〜1,000,000人にしてください",
            ));
        }
    }
}
