//! The key of a receipt: what a message id comes to in the table of ids taken before.

use ring::digest;
use uuid::Uuid;

use crate::source::Source;

const DATE_BYTES: usize = 4;

/// Sixteen bytes that stand for a message id: the second that the id itself tells, then a hash of it.
///
/// The stock SDKs write the time into their ids. Led by it, the receipts of one minute lie side by side, and a
/// batch changes a few pages of a table of millions in place of one page a message. The key is a function of the id
/// alone, so a repeat meets its receipt whatever else it says; an id without a time begins with zeros.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct ReceiptKey([u8; 16]);

impl ReceiptKey {
    /// Makes the key. The power of the sender's key is part of it: otherwise anybody could use up a server's ids.
    pub(super) fn new(source: Source, message_id: &str) -> Self {
        let mut context = digest::Context::new(&digest::SHA256);
        context.update(source.word().as_bytes());
        context.update(&[0]);
        context.update(message_id.as_bytes());
        let hash = context.finish();
        let mut key = [0; 16];
        let (date, rest) = key.split_at_mut(DATE_BYTES);
        date.copy_from_slice(&second_of(message_id).unwrap_or(0).to_be_bytes());
        for (to, from) in rest.iter_mut().zip(hash.as_ref()) {
            *to = *from;
        }
        Self(key)
    }

    /// Returns the bytes that the table holds.
    pub(super) const fn as_bytes(&self) -> &[u8; 16] {
        &self.0
    }
}

/// Reads the Unix second out of an id such as `node-next-1763800000000-…`, `ajs-next-1763800000000-…` or a UUIDv7.
fn second_of(message_id: &str) -> Option<u32> {
    let millis = message_id
        .split(|c: char| !c.is_ascii_digit())
        // Thirteen digits are milliseconds between 2001 and 2286.
        .find(|digits| digits.len() == 13)
        .and_then(|digits| digits.parse().ok())
        .or_else(|| millis_of_uuid(message_id))?;
    u32::try_from(millis / 1_000).ok()
}

fn millis_of_uuid(message_id: &str) -> Option<u64> {
    let uuid = Uuid::try_parse(message_id).ok()?;
    (uuid.get_version_num() == 7).then(|| uuid.as_u64_pair().0 >> 16)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_that_tells_its_time_is_led_by_it() {
        for id in [
            "node-next-1763800000123-5e1c4a2b-0000-4d4e-9d9a-0c5a6e7f8a9b",
            "ajs-next-1763800000123-7f8a9b",
            "1763800000123",
            "019aaaac-267b-7d4e-9d9a-0c5a6e7f8a9b",
        ] {
            let key = ReceiptKey::new(Source::Server, id);
            assert_eq!(key.as_bytes()[..4], 1_763_800_000_u32.to_be_bytes(), "{id}");
        }
    }

    #[test]
    fn an_id_without_a_time_still_has_a_key_of_its_own() {
        let ids = [
            "",
            "a",
            "12345678901234",
            "9".repeat(13).as_str(),
            "５e1c",
            "6f0d2f5e-7c55-4b3f-8a43-0e5f0f3f2b11",
        ]
        .map(|id| ReceiptKey::new(Source::Server, id));
        for (at, key) in ids.iter().enumerate() {
            assert!(!ids[..at].contains(key), "two ids share a key");
        }
    }

    #[test]
    fn a_browser_cannot_use_up_the_id_of_a_server() {
        let id = "node-next-1763800000123-a";
        assert_ne!(
            ReceiptKey::new(Source::Server, id),
            ReceiptKey::new(Source::Browser, id)
        );
    }
}
