//! The tracking keys of all workspaces, read once each.

use std::{collections::HashMap, sync::Arc};

use async_trait::async_trait;
use kernel::id::WorkspaceId;
use parking_lot::RwLock;

use super::{Kind, Signer, Token, workspace_of};

/// The keys could not be read.
#[derive(Debug, thiserror::Error)]
#[error("failed to read the tracking keys of {workspace}")]
pub struct KeysAway {
    /// Whose.
    pub workspace: WorkspaceId,
    /// Why.
    #[source]
    pub source: Box<dyn std::error::Error + Send + Sync>,
}

/// Where the keys come from; the server opens sealed secrets.
#[async_trait]
pub trait KeySource: Send + Sync {
    /// Returns the keys of a workspace with their numbers, the present one first; `None` when there is
    /// no such workspace.
    async fn keys(&self, workspace: WorkspaceId) -> Result<Option<Vec<(u8, [u8; 32])>>, KeysAway>;
}

/// Signers by workspace; cheap to clone.
#[derive(Clone)]
pub struct Keyring {
    source: Arc<dyn KeySource>,
    known: Arc<RwLock<HashMap<i64, Signer>>>,
}

impl Keyring {
    /// An empty ring over a source.
    pub fn new(source: Arc<dyn KeySource>) -> Self {
        Self {
            source,
            known: Arc::default(),
        }
    }

    /// Returns the signer of a workspace.
    ///
    /// # Errors
    /// When the keys cannot be read.
    pub async fn signer(&self, workspace: WorkspaceId) -> Result<Option<Signer>, KeysAway> {
        if let Some(signer) = self.known.read().get(&workspace.raw()) {
            return Ok(Some(signer.clone()));
        }
        let Some(keys) = self.source.keys(workspace).await? else {
            return Ok(None);
        };
        let signer = Signer::new(workspace, &keys);
        self.known.write().insert(workspace.raw(), signer.clone());
        Ok(Some(signer))
    }

    /// Verifies a token of any workspace; `None` when it is not genuine.
    ///
    /// # Errors
    /// When the keys cannot be read.
    pub async fn verify(&self, kind: Kind, text: &str) -> Result<Option<Token>, KeysAway> {
        let Some(workspace) = workspace_of(kind, text) else {
            return Ok(None);
        };
        let signer = self.signer(workspace).await?;
        Ok(signer.and_then(|signer| signer.verify(kind, text)))
    }
}
