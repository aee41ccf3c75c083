//! Sealed secrets: provider keys and the like, unreadable without the master key file.
//!
//! XChaCha20-Poly1305 with the workspace and the purpose as associated data, so a sealed value cannot
//! be moved to another workspace or column.

use std::{io::Write, os::unix::fs::OpenOptionsExt, path::Path};

use chacha20poly1305::{
    Key, KeyInit, XChaCha20Poly1305, XNonce,
    aead::{Aead, Payload},
};
use kernel::{id::WorkspaceId, time::Millis};
use ring::{
    hmac,
    rand::{SecureRandom, SystemRandom},
};
use sea_orm::{ConnectionTrait, DbErr};

use crate::{Db, StorageError, sql};

const VERSION: u8 = 1;
const NONCE_LEN: usize = 24;

/// Why a secret could not be sealed or opened.
#[derive(Debug, thiserror::Error)]
pub enum SecretError {
    /// The key file cannot be read or made.
    #[error("failed to read or create the master key file {path}")]
    KeyFile {
        /// The file.
        path: String,
        /// What the system said.
        #[source]
        source: std::io::Error,
    },
    /// The key file does not hold 32 bytes in hex.
    #[error("the master key file must hold 64 hexadecimal digits")]
    KeyForm,
    /// The sealed value was made with another key, workspace or purpose, or was changed.
    #[error("the sealed value cannot be opened with this master key")]
    Sealed,
    /// The system gave no random bytes.
    #[error("no random bytes from the system")]
    Random,
    /// The database did not do its part.
    #[error("failed to read or write a sealed secret")]
    Storage(#[from] StorageError),
}

impl From<DbErr> for SecretError {
    fn from(error: DbErr) -> Self {
        Self::Storage(error.into())
    }
}

/// The master key: seals secrets and derives one key per workspace and purpose.
#[derive(Clone)]
pub struct MasterKey([u8; 32]);

impl std::fmt::Debug for MasterKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("MasterKey(…)")
    }
}

impl MasterKey {
    /// Wraps 32 bytes; for tests and re-keying.
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// Makes a fresh key.
    pub fn generate() -> Result<Self, SecretError> {
        let mut bytes = [0; 32];
        SystemRandom::new()
            .fill(&mut bytes)
            .map_err(|_| SecretError::Random)?;
        Ok(Self(bytes))
    }

    /// Reads the key file, or makes it (mode 0600) when absent.
    pub fn load_or_create(path: &Path) -> Result<Self, SecretError> {
        let failed = |source| SecretError::KeyFile {
            path: path.display().to_string(),
            source,
        };
        match std::fs::read_to_string(path) {
            Ok(text) => {
                let bytes = hex::decode(text.trim()).map_err(|_| SecretError::KeyForm)?;
                Ok(Self(bytes.try_into().map_err(|_| SecretError::KeyForm)?))
            }
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                let key = Self::generate()?;
                if let Some(folder) = path.parent() {
                    std::fs::create_dir_all(folder).map_err(failed)?;
                }
                let mut file = std::fs::OpenOptions::new()
                    .write(true)
                    .create_new(true)
                    .mode(0o600)
                    .open(path)
                    .map_err(failed)?;
                writeln!(file, "{}", hex::encode(key.0))
                    .and_then(|()| file.sync_all())
                    .map_err(failed)?;
                Ok(key)
            }
            Err(error) => Err(failed(error)),
        }
    }

    /// Derives a key for a workspace and a purpose such as `tracking-1` (HMAC-SHA-256 as the function).
    pub fn derive(&self, workspace: WorkspaceId, purpose: &str) -> [u8; 32] {
        let key = hmac::Key::new(hmac::HMAC_SHA256, &self.0);
        let mut context = hmac::Context::with_key(&key);
        context.update(&workspace.raw().to_be_bytes());
        context.update(purpose.as_bytes());
        let mut out = [0; 32];
        out.copy_from_slice(context.sign().as_ref());
        out
    }

    /// Seals a secret for a workspace and a column name.
    pub fn seal(
        &self,
        workspace: WorkspaceId,
        column: &str,
        plain: &[u8],
    ) -> Result<Vec<u8>, SecretError> {
        let mut nonce = [0; NONCE_LEN];
        SystemRandom::new()
            .fill(&mut nonce)
            .map_err(|_| SecretError::Random)?;
        let sealed = self
            .cipher()
            .encrypt(
                XNonce::from_slice(&nonce),
                Payload {
                    msg: plain,
                    aad: &associated(workspace, column),
                },
            )
            .map_err(|_| SecretError::Sealed)?;
        Ok([&[VERSION], nonce.as_slice(), &sealed].concat())
    }

    /// Opens a sealed secret.
    pub fn open(
        &self,
        workspace: WorkspaceId,
        column: &str,
        sealed: &[u8],
    ) -> Result<Vec<u8>, SecretError> {
        let (version, rest) = sealed.split_first().ok_or(SecretError::Sealed)?;
        let (nonce, cipher_text) = rest
            .split_at_checked(NONCE_LEN)
            .ok_or(SecretError::Sealed)?;
        if *version != VERSION {
            return Err(SecretError::Sealed);
        }
        self.cipher()
            .decrypt(
                XNonce::from_slice(nonce),
                Payload {
                    msg: cipher_text,
                    aad: &associated(workspace, column),
                },
            )
            .map_err(|_| SecretError::Sealed)
    }

    fn cipher(&self) -> XChaCha20Poly1305 {
        XChaCha20Poly1305::new(Key::from_slice(&self.0))
    }
}

/// Seals a secret and keeps it under a name, in the caller's transaction.
pub async fn put(
    tx: &impl ConnectionTrait,
    key: &MasterKey,
    workspace: WorkspaceId,
    name: &str,
    plain: &[u8],
    now: Millis,
) -> Result<(), SecretError> {
    let sealed = key.seal(workspace, name, plain)?;
    sql::exec(
        tx,
        "INSERT INTO secret (workspace_id, name, sealed, updated_at) VALUES ($1, $2, $3, $4)
         ON CONFLICT (workspace_id, name) DO UPDATE SET sealed = excluded.sealed, updated_at = excluded.updated_at",
        [workspace.raw().into(), name.into(), sealed.into(), now.0.into()],
    )
    .await?;
    Ok(())
}

/// Seals a secret and keeps it unless there is one under the name already.
pub async fn put_if_absent(
    db: &Db,
    key: &MasterKey,
    workspace: WorkspaceId,
    name: &str,
    plain: &[u8],
    now: Millis,
) -> Result<(), SecretError> {
    let sealed = key.seal(workspace, name, plain)?;
    let tx = db.begin().await?;
    sql::exec(
        &tx,
        "INSERT INTO secret (workspace_id, name, sealed, updated_at) VALUES ($1, $2, $3, $4)
         ON CONFLICT (workspace_id, name) DO NOTHING",
        [
            workspace.raw().into(),
            name.into(),
            sealed.into(),
            now.0.into(),
        ],
    )
    .await?;
    tx.commit().await?;
    Ok(())
}

/// Opens the secret kept under a name, if any.
pub async fn get(
    db: &impl ConnectionTrait,
    key: &MasterKey,
    workspace: WorkspaceId,
    name: &str,
) -> Result<Option<Vec<u8>>, SecretError> {
    let text = "SELECT sealed FROM secret WHERE workspace_id = $1 AND name = $2";
    let row = db
        .query_one_raw(sql::statement(
            db,
            text,
            [workspace.raw().into(), name.into()],
        ))
        .await?;
    row.map(|row| key.open(workspace, name, &row.try_get_by_index::<Vec<u8>>(0)?))
        .transpose()
}

/// Tells whether a secret is kept under a name, without opening it.
pub async fn exists(
    db: &impl ConnectionTrait,
    workspace: WorkspaceId,
    name: &str,
) -> Result<bool, SecretError> {
    let text = "SELECT 1 FROM secret WHERE workspace_id = $1 AND name = $2";
    let row = db
        .query_one_raw(sql::statement(
            db,
            text,
            [workspace.raw().into(), name.into()],
        ))
        .await?;
    Ok(row.is_some())
}

/// Seals every secret anew under another master key; returns how many there were.
pub async fn rekey(
    tx: &impl ConnectionTrait,
    old: &MasterKey,
    new: &MasterKey,
    now: Millis,
) -> Result<usize, SecretError> {
    let rows = sql::rows(tx, "SELECT workspace_id, name, sealed FROM secret", []).await?;
    for row in &rows {
        let workspace = WorkspaceId::from_raw(row.try_get_by_index(0)?);
        let name: String = row.try_get_by_index(1)?;
        let plain = old.open(workspace, &name, &row.try_get_by_index::<Vec<u8>>(2)?)?;
        put(tx, new, workspace, &name, &plain, now).await?;
    }
    Ok(rows.len())
}

fn associated(workspace: WorkspaceId, column: &str) -> Vec<u8> {
    [workspace.raw().to_be_bytes().as_slice(), column.as_bytes()].concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_opens_only_in_its_own_workspace_and_column() {
        let key = MasterKey::generate().unwrap();
        let (ours, theirs) = (WorkspaceId::from_raw(1), WorkspaceId::from_raw(2));
        let sealed = key
            .seal(ours, "smtp_password", "ひみつ".as_bytes())
            .unwrap();
        assert!(!sealed.windows(3).any(|window| window == "ひ".as_bytes()));
        assert_eq!(
            key.open(ours, "smtp_password", &sealed).unwrap(),
            "ひみつ".as_bytes()
        );
        assert!(key.open(theirs, "smtp_password", &sealed).is_err());
        assert!(key.open(ours, "dkim_key", &sealed).is_err());
        assert!(
            MasterKey::generate()
                .unwrap()
                .open(ours, "smtp_password", &sealed)
                .is_err()
        );
        assert!(key.open(ours, "smtp_password", &sealed[..10]).is_err());
    }

    #[test]
    fn the_key_file_is_made_once_and_only_its_owner_reads_it() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("keys/master.key");
        let first = MasterKey::load_or_create(&path).unwrap();
        assert_eq!(MasterKey::load_or_create(&path).unwrap().0, first.0);
        assert_eq!(
            std::fs::metadata(&path).unwrap().permissions().mode() & 0o777,
            0o600
        );
        std::fs::write(&path, "short").unwrap();
        assert!(matches!(
            MasterKey::load_or_create(&path),
            Err(SecretError::KeyForm)
        ));
    }
}
