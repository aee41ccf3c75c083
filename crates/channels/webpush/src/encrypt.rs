//! A body that one browser alone can read (RFC 8291), in one record (RFC 8188).
//!
//! The primitives are ring's and p256's; only the order of the steps is ours. A library that does the whole
//! draws its key and salt by chance, which a channel must not: the same message gives the same bytes.

use p256::{PublicKey, SecretKey, ecdh::diffie_hellman, elliptic_curve::sec1::ToEncodedPoint as _};
use ring::{
    aead::{AES_128_GCM, Aad, LessSafeKey, MAX_TAG_LEN, Nonce, UnboundKey},
    digest::{Context, SHA256},
    error::Unspecified,
    hkdf::{HKDF_SHA256, KeyType, Prk, Salt},
};

use crate::{Subscription, VapidKey};

/// The size of a record, which push services need not take larger.
const RECORD: usize = 4_096;
/// Salt, size of a record, length of the key, key.
const HEAD: usize = 16 + 4 + 1 + 65;
/// What ends the text of the last record.
const LAST: u8 = 2;

/// The most bytes that fit: 3,993.
pub const MAX_PLAIN: usize = RECORD - HEAD - 1 - MAX_TAG_LEN;

/// What is used once: a key of the body's own and a salt.
pub(crate) struct Once {
    pub(crate) secret: SecretKey,
    pub(crate) salt: [u8; 16],
}

impl Once {
    /// Makes them from the workspace's key and everything that the body depends on. Two bodies that differ
    /// in anything share neither.
    pub(crate) fn of(
        key: &VapidKey,
        name: &str,
        to: &Subscription,
        plain: &[u8],
    ) -> Result<Self, Unspecified> {
        let mut everything = Context::new(&SHA256);
        for part in [
            name.as_bytes(),
            to.endpoint().as_bytes(),
            &uncompressed(&to.public),
            &to.auth,
            plain,
        ] {
            everything.update(&(part.len() as u64).to_be_bytes());
            everything.update(part);
        }
        let everything = everything.finish();
        let derivation = key.derivation();
        let salt = expand(&derivation, &[b"salt", everything.as_ref()])?;
        // One in four thousand million is no key.
        for count in 0..10_u8 {
            let bytes: [u8; 32] = expand(&derivation, &[b"key", &[count], everything.as_ref()])?;
            if let Ok(secret) = SecretKey::from_slice(&bytes) {
                return Ok(Self { secret, salt });
            }
        }
        Err(Unspecified)
    }
}

/// Writes a body.
pub(crate) fn encrypt(
    to: &Subscription,
    once: &Once,
    plain: &[u8],
) -> Result<Vec<u8>, Unspecified> {
    let theirs = uncompressed(&to.public);
    let ours = uncompressed(&once.secret.public_key());
    let shared = diffie_hellman(once.secret.to_nonzero_scalar(), to.public.as_affine());
    let agreed = Salt::new(HKDF_SHA256, &to.auth).extract(shared.raw_secret_bytes());
    let material: [u8; 32] = expand(&agreed, &[b"WebPush: info\0", &theirs, &ours])?;
    let record = Salt::new(HKDF_SHA256, &once.salt).extract(&material);
    let key: [u8; 16] = expand(&record, &[b"Content-Encoding: aes128gcm\0"])?;
    let nonce: [u8; 12] = expand(&record, &[b"Content-Encoding: nonce\0"])?;

    let mut sealed = Vec::with_capacity(plain.len() + 1 + MAX_TAG_LEN);
    sealed.extend_from_slice(plain);
    sealed.push(LAST);
    let key = LessSafeKey::new(UnboundKey::new(&AES_128_GCM, &key)?);
    let nonce = Nonce::assume_unique_for_key(nonce);
    key.seal_in_place_append_tag(nonce, Aad::empty(), &mut sealed)?;

    let mut body = Vec::with_capacity(HEAD + sealed.len());
    body.extend_from_slice(&once.salt);
    body.extend_from_slice(&4_096_u32.to_be_bytes());
    body.push(65);
    body.extend_from_slice(&ours);
    body.extend_from_slice(&sealed);
    Ok(body)
}

/// Returns the 65 bytes of a point.
pub(crate) fn uncompressed(key: &PublicKey) -> Vec<u8> {
    key.to_encoded_point(false).as_bytes().to_vec()
}

struct Length(usize);

impl KeyType for Length {
    fn len(&self) -> usize {
        self.0
    }
}

fn expand<const N: usize>(from: &Prk, info: &[&[u8]]) -> Result<[u8; N], Unspecified> {
    let mut bytes = [0; N];
    from.expand(info, Length(N))?.fill(&mut bytes)?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};

    use super::*;

    fn subscription() -> Subscription {
        Subscription::parse(
            r#"{"endpoint":"https://push.example.net/push/JzLQ3raZJfFBR0aqvOMsLrt54w4rJUsV","keys":{
                "auth":"BTBZMqHH6r4Tts7J_aSIgg",
                "p256dh":"BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4"}}"#,
        )
        .unwrap()
    }

    /// RFC 8291, section 5 and appendix A.
    #[test]
    fn the_example_of_the_standard_comes_out_byte_for_byte() {
        let decode = |text| URL_SAFE_NO_PAD.decode(text).unwrap();
        let once = Once {
            secret: SecretKey::from_slice(&decode("yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw"))
                .unwrap(),
            salt: decode("DGv6ra1nlYgDCS1FRnbzlw").try_into().unwrap(),
        };
        let plain = b"When I grow up, I want to be a watermelon";
        let body = encrypt(&subscription(), &once, plain).unwrap();
        assert_eq!(
            URL_SAFE_NO_PAD.encode(body),
            "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6P\
             Bru3jl7A_yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN"
        );
    }

    #[test]
    fn what_is_used_once_depends_on_everything() {
        let key = VapidKey::from_bytes(&[7; 32]).unwrap();
        let other_key = VapidKey::from_bytes(&[8; 32]).unwrap();
        let to = subscription();
        let mut elsewhere = subscription();
        elsewhere.auth = [1; 16];
        let salt = |key: &VapidKey, name: &str, to: &Subscription, plain: &[u8]| {
            let once = Once::of(key, name, to, plain).unwrap();
            assert_ne!(once.secret.to_bytes().as_slice(), [7; 32]);
            once.salt
        };
        let first = salt(&key, "1", &to, b"a");
        assert_eq!(salt(&key, "1", &to, b"a"), first);
        for other in [
            salt(&other_key, "1", &to, b"a"),
            salt(&key, "2", &to, b"a"),
            salt(&key, "1", &elsewhere, b"a"),
            salt(&key, "1", &to, b"b"),
            salt(&key, "1", &to, b""),
        ] {
            assert_ne!(other, first);
        }
    }

    #[test]
    fn the_largest_text_fills_one_record() {
        assert_eq!(MAX_PLAIN, 3_993);
        let key = VapidKey::from_bytes(&[7; 32]).unwrap();
        let plain = vec![b'x'; MAX_PLAIN];
        let once = Once::of(&key, "1", &subscription(), &plain).unwrap();
        let body = encrypt(&subscription(), &once, &plain).unwrap();
        assert_eq!(body.len(), RECORD);
    }
}
