//! The keys that sign tracked addresses: random, one list per workspace, sealed like any secret.
//!
//! They are not derived from the master key, so that changing that key breaks no link in a message that
//! was sent long ago.

use std::sync::Arc;

use async_trait::async_trait;
use campaigns::track::{KeySource, KeysAway};
use kernel::{id::WorkspaceId, time::Clock};
use ring::rand::{SecureRandom, SystemRandom};
use storage::{
    Db,
    secret::{self, MasterKey, SecretError},
};

/// The number of the present key. A second one is added here when keys are rotated; old ones verify on.
const PRESENT: u8 = 1;

/// Opens the sealed tracking keys.
pub struct SealedKeys {
    db: Db,
    master_key: MasterKey,
    clock: Arc<dyn Clock>,
}

impl SealedKeys {
    /// Makes the source.
    pub fn new(db: Db, master_key: MasterKey, clock: Arc<dyn Clock>) -> Self {
        Self {
            db,
            master_key,
            clock,
        }
    }

    /// Returns the present key, made when it is first asked for.
    async fn present(&self, workspace: WorkspaceId) -> Result<[u8; 32], SecretError> {
        if let Some(key) = self.read(workspace).await? {
            return Ok(key);
        }
        let mut fresh = [0; 32];
        SystemRandom::new()
            .fill(&mut fresh)
            .map_err(|_| SecretError::Random)?;
        let now = self.clock.now();
        secret::put_if_absent(&self.db, &self.master_key, workspace, &name(), &fresh, now).await?;
        // Another server may have been quicker: the kept one counts.
        self.read(workspace).await?.ok_or(SecretError::Sealed)
    }

    async fn read(&self, workspace: WorkspaceId) -> Result<Option<[u8; 32]>, SecretError> {
        let plain = secret::get(self.db.reader(), &self.master_key, workspace, &name()).await?;
        plain
            .map(|plain| plain.try_into().map_err(|_| SecretError::Sealed))
            .transpose()
    }
}

#[async_trait]
impl KeySource for SealedKeys {
    async fn keys(&self, workspace: WorkspaceId) -> Result<Option<Vec<(u8, [u8; 32])>>, KeysAway> {
        let away =
            |source: Box<dyn std::error::Error + Send + Sync>| KeysAway { workspace, source };
        let found = access::workspace::find(self.db.reader(), workspace)
            .await
            .map_err(|error| away(error.into()))?;
        if found.is_none() {
            return Ok(None);
        }
        let key = self
            .present(workspace)
            .await
            .map_err(|error| away(error.into()))?;
        Ok(Some(vec![(PRESENT, key)]))
    }
}

fn name() -> String {
    format!("tracking/{PRESENT}")
}
