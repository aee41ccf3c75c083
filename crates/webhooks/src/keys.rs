//! Signing secrets. While one replaces another both sign, so that a receiver can change over without losing a notice.

use std::fmt;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use kernel::{
    id::{WebhookId, WorkspaceId},
    time::{DAY, Millis},
};
use sea_orm::ConnectionTrait;
use serde::{Deserialize, Serialize};
use storage::secret::{self, MasterKey, SecretError};

/// How long the secret before signs along.
pub const KEPT: i64 = DAY;
/// The most that sign at once; who replaces more often in a day loses the oldest.
const MOST: usize = 4;

#[derive(Clone, Serialize, Deserialize)]
struct Key {
    bytes: String,
    /// Until when it signs; the present one has no end.
    until: Option<Millis>,
}

/// The secrets of a webhook, the present one first.
#[derive(Clone, Default, Serialize, Deserialize)]
pub struct Keys(Vec<Key>);

impl fmt::Debug for Keys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Keys(<{}>)", self.0.len())
    }
}

impl Keys {
    /// The first secret.
    pub fn of(bytes: &[u8]) -> Self {
        Self::default().replaced(bytes, Millis(0))
    }

    /// Puts another secret in front; the one before signs along for a day.
    #[must_use]
    pub fn replaced(&self, bytes: &[u8], now: Millis) -> Self {
        let fresh = Key {
            bytes: STANDARD.encode(bytes),
            until: None,
        };
        let held = self.0.iter().filter(|key| key.lives(now));
        let held = held.filter(|key| key.bytes != fresh.bytes).map(|key| Key {
            until: Some(key.until.unwrap_or(now.plus(KEPT))),
            ..key.clone()
        });
        Self(
            std::iter::once(fresh.clone())
                .chain(held)
                .take(MOST)
                .collect(),
        )
    }

    /// Returns the bytes that sign at an instant, the present secret's first.
    pub fn signing(&self, now: Millis) -> Vec<Vec<u8>> {
        let living = self.0.iter().filter(|key| key.lives(now));
        living
            .filter_map(|key| STANDARD.decode(&key.bytes).ok())
            .collect()
    }

    /// Returns until when a secret before the present one signs along.
    pub fn changing_until(&self, now: Millis) -> Option<Millis> {
        let living = self.0.iter().filter(|key| key.lives(now));
        living.filter_map(|key| key.until).max()
    }

    /// Keeps them, sealed.
    ///
    /// # Errors
    /// When they cannot be sealed or written.
    pub async fn keep(
        &self,
        tx: &impl ConnectionTrait,
        master: &MasterKey,
        (workspace, id): (WorkspaceId, WebhookId),
        now: Millis,
    ) -> Result<(), SecretError> {
        let text = serde_json::json!(self).to_string();
        secret::put(tx, master, workspace, &name(id), text.as_bytes(), now).await
    }

    /// Opens those that are kept; none are kept of a webhook that is gone.
    ///
    /// # Errors
    /// When they cannot be read or opened.
    pub async fn open(
        db: &impl ConnectionTrait,
        master: &MasterKey,
        (workspace, id): (WorkspaceId, WebhookId),
    ) -> Result<Self, SecretError> {
        let kept = secret::get(db, master, workspace, &name(id)).await?;
        let Some(text) = kept else {
            return Ok(Self::default());
        };
        serde_json::from_slice(&text).map_err(|_| SecretError::Sealed)
    }
}

impl Key {
    fn lives(&self, now: Millis) -> bool {
        self.until.is_none_or(|until| until > now)
    }
}

pub(crate) fn name(id: WebhookId) -> String {
    format!("webhook.{}", id.raw())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_secret_before_signs_along_for_a_day() {
        let first = Keys::of(&[1; 24]);
        let now = Millis(1_000);
        assert_eq!(first.signing(now), [vec![1; 24]]);
        assert_eq!(first.changing_until(now), None);
        let second = first.replaced(&[2; 24], now);
        let end = now.plus(DAY);
        assert_eq!(second.signing(end.plus(-1)), [vec![2; 24], vec![1; 24]]);
        assert_eq!(second.changing_until(now), Some(end));
        assert_eq!(second.signing(end), [vec![2; 24]]);
        assert_eq!(second.changing_until(end), None);
    }

    #[test]
    fn each_secret_keeps_its_own_end_and_there_are_never_many() {
        let mut keys = Keys::of(&[0; 24]);
        for n in 1..10 {
            keys = keys.replaced(&[n; 24], Millis(i64::from(n)));
        }
        let signing = keys.signing(Millis(9));
        assert_eq!(
            signing,
            [vec![9; 24], vec![8; 24], vec![7; 24], vec![6; 24]]
        );
        assert_eq!(keys.signing(Millis(8 + DAY)).len(), 2);
        let same = keys.replaced(&[9; 24], Millis(10));
        assert_eq!(
            same.signing(Millis(10)).len(),
            4,
            "the same one is not there twice"
        );
        assert_eq!(format!("{keys:?}"), "Keys(<4>)");
    }
}
