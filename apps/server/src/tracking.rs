//! The keys that sign tracked addresses: random, one list per workspace, sealed like any secret.
//!
//! They are not derived from the master key, so that changing that key breaks no link in a message that
//! was sent long ago.

use kernel::id::WorkspaceId;
use ring::rand::{SecureRandom, SystemRandom};
use storage::secret::{self, SecretError};

use crate::state::App;

const NAME: &str = "tracking/1";

/// Returns the workspace's tracking key, made when it is first asked for.
pub async fn key(app: &App, workspace: WorkspaceId) -> Result<[u8; 32], SecretError> {
    if let Some(key) = read(app, workspace).await? {
        return Ok(key);
    }
    let mut fresh = [0; 32];
    SystemRandom::new()
        .fill(&mut fresh)
        .map_err(|_| SecretError::Random)?;
    secret::put_if_absent(&app.db, &app.master_key, workspace, NAME, &fresh, app.now()).await?;
    // Another server may have been quicker: the kept one counts.
    read(app, workspace).await?.ok_or(SecretError::Sealed)
}

async fn read(app: &App, workspace: WorkspaceId) -> Result<Option<[u8; 32]>, SecretError> {
    let plain = secret::get(app.db.reader(), &app.master_key, workspace, NAME).await?;
    plain
        .map(|plain| plain.try_into().map_err(|_| SecretError::Sealed))
        .transpose()
}
