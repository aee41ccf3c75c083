//! Linking a person's LINE account with hers of ours: the value that goes round, and where it is sent.
//!
//! Source: "Linking user accounts" of LINE's documentation. LINE gives a token for the person; our login
//! makes a value that nobody can guess, remembers it with the account, and sends the browser to LINE with
//! both; LINE then tells the webhook the value and the user id.

use std::fmt;

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use kernel::time::{MINUTE, Millis};
use ring::digest::{SHA256, digest};
use url::Url;

/// LINE's link token serves for ten minutes, so nothing can come after that.
const OPEN: i64 = 10 * MINUTE;
/// Where people link their accounts.
pub const LINK_HOST: &str = "https://access.line.me";
const DIALOG: &str = "/dialog/bot/accountLink";

/// The value that goes round: 256 bits of chance. A secret until it has come back.
#[derive(Clone, PartialEq, Eq)]
pub struct LinkNonce(String);

impl LinkNonce {
    /// Makes one of chance.
    pub fn from_random(bytes: [u8; 32]) -> Self {
        Self(URL_SAFE_NO_PAD.encode(bytes))
    }

    /// Returns the text that goes to LINE.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Returns what is kept instead: who reads the database cannot link accounts.
    pub fn fingerprint(nonce: &str) -> String {
        hex::encode(digest(&SHA256, nonce.as_bytes()))
    }
}

impl fmt::Debug for LinkNonce {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("LinkNonce(<redacted>)")
    }
}

/// Returns whether a link that began then can still come back.
pub fn is_link_open(began_at: Millis, now: Millis) -> bool {
    now >= began_at && now < began_at.plus(OPEN)
}

/// Returns where the browser is sent: `host` is [`LINK_HOST`] or what stands in for it. `None` when that is no address.
pub fn link_address(host: &str, link_token: &str, nonce: &LinkNonce) -> Option<String> {
    let query = [("linkToken", link_token), ("nonce", nonce.as_str())];
    let dialog = format!("{}{DIALOG}", host.trim_end_matches('/'));
    Url::parse_with_params(&dialog, query)
        .ok()
        .map(String::from)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_value_is_long_enough_and_goes_in_an_address() {
        let nonce = LinkNonce::from_random([0xfb; 32]);
        assert_eq!(nonce.as_str().len(), 43, "LINE takes 10 to 255 characters");
        assert!(!format!("{nonce:?}").contains(nonce.as_str()));
        assert_eq!(
            link_address(LINK_HOST, "a b&c", &nonce),
            Some(format!(
                "https://access.line.me/dialog/bot/accountLink?linkToken=a+b%26c&nonce={}",
                nonce.as_str()
            ))
        );
        assert_eq!(link_address("", "a", &nonce), None);
        assert_ne!(
            LinkNonce::fingerprint(nonce.as_str()),
            LinkNonce::fingerprint("x")
        );
    }

    #[test]
    fn a_link_is_open_for_ten_minutes() {
        let began = Millis(1_000);
        assert!(is_link_open(began, began));
        assert!(is_link_open(began, began.plus(OPEN - 1)));
        assert!(!is_link_open(began, began.plus(OPEN)));
        assert!(!is_link_open(began, Millis(999)));
    }
}
