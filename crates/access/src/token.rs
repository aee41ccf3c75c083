//! Random tokens, their hashes, and the keys that prove sessions.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use kernel::id::WorkspaceId;
use ring::{
    digest, hmac,
    rand::{SecureRandom, SystemRandom},
};
use storage::secret::MasterKey;

use crate::AccessError;

/// Keys that belong to no workspace are derived under this one.
const NO_WORKSPACE: WorkspaceId = WorkspaceId::from_raw(0);

/// Derives and checks what needs the master key.
#[derive(Clone)]
pub struct Tokens {
    pub(crate) access_key: [u8; 32],
    refresh_key: hmac::Key,
}

impl Tokens {
    /// Derives the keys for access and refresh tokens.
    pub fn new(master: &MasterKey) -> Self {
        Self {
            access_key: master.derive(NO_WORKSPACE, "access-token"),
            refresh_key: hmac::Key::new(
                hmac::HMAC_SHA256,
                &master.derive(NO_WORKSPACE, "refresh-token"),
            ),
        }
    }

    /// Writes the refresh token of a session's generation.
    pub(crate) fn refresh(&self, session: i64, generation: i64) -> String {
        let tag = hmac::sign(&self.refresh_key, &proof(session, generation));
        format!(
            "{session:x}.{generation:x}.{}",
            URL_SAFE_NO_PAD.encode(tag.as_ref())
        )
    }

    /// Reads a refresh token that this server once wrote, of whatever generation.
    pub(crate) fn read_refresh(&self, token: &str) -> Option<(i64, i64)> {
        let mut parts = token.split('.');
        let session = i64::from_str_radix(parts.next()?, 16).ok()?;
        let generation = i64::from_str_radix(parts.next()?, 16).ok()?;
        let tag = URL_SAFE_NO_PAD.decode(parts.next()?).ok()?;
        hmac::verify(&self.refresh_key, &proof(session, generation), &tag).ok()?;
        parts.next().is_none().then_some((session, generation))
    }
}

fn proof(session: i64, generation: i64) -> [u8; 16] {
    let mut out = [0; 16];
    let (left, right) = out.split_at_mut(8);
    left.copy_from_slice(&session.to_be_bytes());
    right.copy_from_slice(&generation.to_be_bytes());
    out
}

/// Makes a token of 256 random bits with a readable prefix.
pub(crate) fn random(prefix: &str) -> Result<String, AccessError> {
    let mut bytes = [0; 32];
    SystemRandom::new()
        .fill(&mut bytes)
        .map_err(|_| AccessError::Crypto)?;
    Ok(format!("{prefix}{}", URL_SAFE_NO_PAD.encode(bytes)))
}

/// Returns what is stored of a token: tokens are random, so a plain hash suffices.
pub(crate) fn hash(token: &str) -> Vec<u8> {
    digest::digest(&digest::SHA256, token.as_bytes())
        .as_ref()
        .to_vec()
}
