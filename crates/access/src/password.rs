//! Passwords: Argon2id with the library's current default cost.

use argon2::{
    Argon2,
    password_hash::{PasswordHasher, PasswordVerifier},
};
use kernel::invalid::{FieldError, Invalid};

use crate::AccessError;

const MIN_CHARS: usize = 10;
const MAX_BYTES: usize = 1_024;

/// Checks the length; long pass-phrases of any script are welcome.
pub(crate) fn check(password: &str, pointer: &str, invalid: &mut Invalid) {
    if password.chars().count() < MIN_CHARS {
        invalid.push(FieldError::new(
            pointer,
            "too_short",
            format!("use at least {MIN_CHARS} characters"),
            format!("{MIN_CHARS}文字以上にしてください"),
        ));
    } else if password.len() > MAX_BYTES {
        invalid.push(FieldError::new(
            pointer,
            "too_long",
            "use a shorter password",
            "もっと短くしてください",
        ));
    }
}

/// Hashes off the async threads: it takes tens of milliseconds on purpose.
pub(crate) async fn hash(password: String) -> Result<String, AccessError> {
    tokio::task::spawn_blocking(move || {
        let hash = Argon2::default()
            .hash_password(password.as_bytes())
            .map_err(|_| AccessError::Crypto)?;
        Ok(hash.to_string())
    })
    .await
    .map_err(|_| AccessError::Crypto)?
}

/// Verifies; without a stored hash the same time is spent, so that addresses cannot be probed.
pub(crate) async fn verify(password: String, stored: Option<String>) -> Result<bool, AccessError> {
    tokio::task::spawn_blocking(move || {
        if let Some(stored) = stored {
            return Ok(Argon2::default()
                .verify_password(password.as_bytes(), stored.as_str())
                .is_ok());
        }
        let _ = Argon2::default().hash_password(password.as_bytes());
        Ok(false)
    })
    .await
    .map_err(|_| AccessError::Crypto)?
}
