//! Tokens: what is asked for, of which delivery, proved by a 128-bit HMAC.
//!
//! No address travels in a token, so there is no open redirect; the kind goes into the HMAC, so a click
//! token cannot be used to unsubscribe. Comparison takes the same time whatever the bytes.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use kernel::id::{DeliveryId, LinkId, WorkspaceId};
use ring::hmac;

const MAC_LEN: usize = 16;
/// Key id, workspace, delivery.
const SHORT_LEN: usize = 1 + 8 + 8;

/// What a token is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// The open pixel, `/o/`.
    Open,
    /// A link, `/c/`.
    Click,
    /// Unsubscribing and the preference page, `/u/`.
    Unsubscribe,
    /// The message in a browser, `/w/`.
    Web,
    /// Where the message goes when it cannot be delivered.
    Return,
    /// What a device tells of a push, `/p/`.
    Device,
}

impl Kind {
    const fn tag(self) -> u8 {
        match self {
            Self::Open => b'o',
            Self::Click => b'c',
            Self::Unsubscribe => b'u',
            Self::Web => b'w',
            Self::Return => b'r',
            Self::Device => b'p',
        }
    }
}

/// A token that has been verified.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Token {
    /// The workspace.
    pub workspace: WorkspaceId,
    /// The delivery.
    pub delivery: DeliveryId,
    /// The link, of a click.
    pub link: Option<LinkId>,
}

/// Signs and verifies the tokens of one workspace.
#[derive(Clone)]
pub struct Signer {
    workspace: WorkspaceId,
    /// The present key first.
    keys: Vec<(u8, hmac::Key)>,
}

impl Signer {
    /// Takes the workspace's keys, the present one first; old ones verify only.
    pub fn new(workspace: WorkspaceId, keys: &[(u8, [u8; 32])]) -> Self {
        let keys = keys
            .iter()
            .map(|(id, key)| (*id, hmac::Key::new(hmac::HMAC_SHA256, key)))
            .collect();
        Self { workspace, keys }
    }

    /// Returns the token of a delivery, and of one of its links when it is for a click.
    pub fn sign(&self, kind: Kind, delivery: DeliveryId, link: Option<LinkId>) -> String {
        let Some((id, key)) = self.keys.first() else {
            return String::new();
        };
        let mut bytes = Vec::with_capacity(SHORT_LEN + 8 + MAC_LEN);
        bytes.push(*id);
        bytes.extend_from_slice(&self.workspace.raw().to_be_bytes());
        bytes.extend_from_slice(&delivery.raw().to_be_bytes());
        if let Some(link) = link {
            bytes.extend_from_slice(&link.raw().to_be_bytes());
        }
        let mac = mac(key, kind, &bytes);
        bytes.extend_from_slice(&mac);
        URL_SAFE_NO_PAD.encode(bytes)
    }

    /// Returns what a token of this kind says, when one of the keys has signed it.
    pub fn verify(&self, kind: Kind, text: &str) -> Option<Token> {
        let (body, given) = split(kind, text)?;
        let (id, rest) = body.split_first()?;
        let (_, key) = self.keys.iter().find(|(known, _)| known == id)?;
        let expected = mac(key, kind, &body);
        let differing = expected
            .iter()
            .zip(&given)
            .fold(0, |differing, (a, b)| differing | (a ^ b));
        let workspace = number(rest, 0)?;
        if differing != 0 || workspace != self.workspace.raw() {
            return None;
        }
        let link = match kind {
            Kind::Click => Some(LinkId::from_raw(number(rest, 2)?)),
            Kind::Open | Kind::Unsubscribe | Kind::Web | Kind::Return | Kind::Device => None,
        };
        Some(Token {
            workspace: self.workspace,
            delivery: DeliveryId::from_raw(number(rest, 1)?),
            link,
        })
    }
}

/// Returns whose keys to verify a token with; says nothing about whether it is genuine.
pub fn workspace_of(kind: Kind, text: &str) -> Option<WorkspaceId> {
    let (body, _) = split(kind, text)?;
    let (_, rest) = body.split_first()?;
    number(rest, 0).map(WorkspaceId::from_raw)
}

fn split(kind: Kind, text: &str) -> Option<(Vec<u8>, Vec<u8>)> {
    // Mail clients and people append dots and brackets to addresses; nothing else is forgiven.
    let text = text.trim_end_matches(['.', ')', '>', ',']);
    if text.len() > 100 {
        return None;
    }
    let mut body = URL_SAFE_NO_PAD.decode(text).ok()?;
    let expected = match kind {
        Kind::Click => SHORT_LEN + 8,
        Kind::Open | Kind::Unsubscribe | Kind::Web | Kind::Return | Kind::Device => SHORT_LEN,
    };
    if body.len() != expected + MAC_LEN {
        return None;
    }
    let given = body.split_off(expected);
    Some((body, given))
}

fn number(bytes: &[u8], index: usize) -> Option<i64> {
    let part = bytes.get(index * 8..index * 8 + 8)?;
    part.try_into().ok().map(i64::from_be_bytes)
}

fn mac(key: &hmac::Key, kind: Kind, body: &[u8]) -> Vec<u8> {
    let mut context = hmac::Context::with_key(key);
    context.update(&[kind.tag()]);
    context.update(body);
    let tag = context.sign();
    tag.as_ref().get(..MAC_LEN).unwrap_or_default().to_vec()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn signer(workspace: i64, keys: &[(u8, [u8; 32])]) -> Signer {
        Signer::new(WorkspaceId::from_raw(workspace), keys)
    }

    proptest! {
        #[test]
        fn a_token_reads_back_and_a_changed_one_does_not(
            delivery in 1..i64::MAX, link in 1..i64::MAX, at in 0usize..60, flip in 1u8..64
        ) {
            let signer = signer(7, &[(1, [3; 32])]);
            let (delivery, link) = (DeliveryId::from_raw(delivery), LinkId::from_raw(link));
            let text = signer.sign(Kind::Click, delivery, Some(link));
            let token = signer.verify(Kind::Click, &text).unwrap();
            prop_assert_eq!((token.delivery, token.link), (delivery, Some(link)));
            prop_assert_eq!(workspace_of(Kind::Click, &text), Some(WorkspaceId::from_raw(7)));

            let mut bytes = URL_SAFE_NO_PAD.decode(&text).unwrap();
            let at = at % bytes.len();
            bytes[at] ^= flip;
            prop_assert_eq!(signer.verify(Kind::Click, &URL_SAFE_NO_PAD.encode(bytes)), None);
        }
    }

    #[test]
    fn a_token_works_only_for_its_kind_its_workspace_and_known_keys() {
        let ours = signer(7, &[(1, [3; 32])]);
        let delivery = DeliveryId::from_raw(5);
        let open = ours.sign(Kind::Open, delivery, None);
        assert!(ours.verify(Kind::Open, &open).is_some());
        assert_eq!(ours.verify(Kind::Unsubscribe, &open), None);
        assert_eq!(ours.verify(Kind::Web, &open), None);
        assert_eq!(signer(8, &[(1, [3; 32])]).verify(Kind::Open, &open), None);
        assert_eq!(signer(7, &[(1, [4; 32])]).verify(Kind::Open, &open), None);
        let rotated = signer(7, &[(2, [4; 32]), (1, [3; 32])]);
        assert!(
            rotated.verify(Kind::Open, &open).is_some(),
            "old keys verify"
        );
        assert!(ours.verify(Kind::Open, &format!("{open}.")).is_some());
        for rubbish in ["", "a", "🍎", &"A".repeat(500)] {
            assert_eq!(ours.verify(Kind::Click, rubbish), None);
        }
    }
}
