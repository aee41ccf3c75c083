//! `server rekey`: a new master key, every secret sealed anew.
//!
//! The new key is written beside the old one before the database changes and takes its place after, so
//! a stop at any instant leaves a key file that opens what the database holds. Sessions end: they are
//! proved by keys derived from the master key. Links in messages that were sent keep working, because
//! the tracking keys of a workspace are secrets of their own.

use std::{fs, path::Path};

use anyhow::{Context, bail};
use kernel::time::{Clock, SystemClock};
use storage::{Db, secret, secret::MasterKey};

use crate::config::Config;

/// Replaces the master key and returns how many secrets were sealed anew.
pub(super) async fn run(config: &Config) -> anyhow::Result<usize> {
    let path = config.master_key_path();
    if !path.exists() {
        bail!("there is no master key at {} yet", path.display());
    }
    let fresh_path = path.with_extension("new");
    let db = Db::connect(&config.database_options()?)
        .await
        .context("stop the server first")?;
    let old = MasterKey::load_or_create(&path)?;
    // A file left by an interrupted run may already be the key in force: it is used again, not replaced.
    let new = MasterKey::load_or_create(&fresh_path)?;
    let tx = db.begin().await?;
    let n = match secret::rekey(&tx, &old, &new, SystemClock.now()).await {
        Ok(n) => {
            tx.commit().await?;
            n
        }
        Err(secret::SecretError::Sealed) if opens_all(&db, &new).await? => 0,
        Err(error) => return Err(error.into()),
    };
    replace(&fresh_path, &path)?;
    db.close().await?;
    Ok(n)
}

/// Tells whether an interrupted run had already sealed everything under the new key.
async fn opens_all(db: &Db, new: &MasterKey) -> anyhow::Result<bool> {
    let tx = db.begin().await?;
    let opened = secret::rekey(&tx, new, new, SystemClock.now())
        .await
        .is_ok();
    tx.rollback().await?;
    Ok(opened)
}

fn replace(fresh: &Path, path: &Path) -> anyhow::Result<()> {
    fs::rename(fresh, path)
        .with_context(|| format!("failed to put the new key at {}", path.display()))
}
