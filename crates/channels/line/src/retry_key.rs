//! The key by which LINE recognises a repeated request.

use std::fmt;

use kernel::time::{HOUR, MINUTE, Millis};
use ring::digest::{SHA256, digest};

/// LINE forgets a key after 24 hours and would take the message as a new one. A few minutes are left for
/// clocks that differ.
const REMEMBERED: i64 = 24 * HOUR - 5 * MINUTE;

/// An `X-Line-Retry-Key`: a UUID, known before the first try.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct RetryKey(String);

impl RetryKey {
    /// Makes the key of a message from what is the same for every try of it. A UUID stays as it is.
    pub fn of(idempotency_key: &str) -> Self {
        if is_uuid(idempotency_key) {
            return Self(idempotency_key.to_ascii_lowercase());
        }
        let hash = digest(
            &SHA256,
            format!("enishi.line.retry-key\0{idempotency_key}").as_bytes(),
        );
        // RFC 9562, version 8: the bits are ours but for version and variant.
        let mut bytes: Vec<u8> = hash.as_ref().iter().copied().take(16).collect();
        for (index, mask, bits) in [(6, 0x0f, 0x80), (8, 0x3f, 0x80)] {
            if let Some(byte) = bytes.get_mut(index) {
                *byte = (*byte & mask) | bits;
            }
        }
        let digits = hex::encode(bytes);
        let parts: Vec<&str> = [0..8, 8..12, 12..16, 16..20, 20..32]
            .into_iter()
            .filter_map(|range| digits.get(range))
            .collect();
        Self(parts.join("-"))
    }

    /// Returns the text of the header.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for RetryKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Returns whether LINE still recognises a request that was first made at `first_at`.
pub fn is_recognised(first_at: Millis, now: Millis) -> bool {
    now < first_at.plus(REMEMBERED)
}

fn is_uuid(text: &str) -> bool {
    text.len() == 36
        && text.bytes().enumerate().all(|(index, byte)| match index {
            8 | 13 | 18 | 23 => byte == b'-',
            _ => byte.is_ascii_hexdigit(),
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_key_is_a_uuid_and_the_same_each_time() {
        let key = RetryKey::of("7301444403200000001");
        assert!(is_uuid(key.as_str()), "{key}");
        assert_eq!(key.as_str().as_bytes()[14], b'8');
        assert_eq!(RetryKey::of("7301444403200000001"), key);
        assert_ne!(RetryKey::of("7301444403200000002"), key);
        let uuid = "123E4567-e89b-12d3-a456-426614174000";
        assert_eq!(RetryKey::of(uuid).as_str(), uuid.to_lowercase());
        for odd in [
            "",
            "春",
            "123e4567-e89b-12d3-a456-42661417400g",
            "123e4567+e89b-12d3-a456-426614174000",
        ] {
            assert!(is_uuid(RetryKey::of(odd).as_str()), "{odd}");
        }
    }

    #[test]
    fn a_key_is_not_used_once_line_may_have_forgotten_it() {
        let first = Millis(1_000);
        assert!(is_recognised(first, first));
        assert!(is_recognised(first, first.plus(REMEMBERED - 1)));
        assert!(!is_recognised(first, first.plus(REMEMBERED)));
        assert!(!is_recognised(first, first.plus(24 * HOUR)));
    }
}
