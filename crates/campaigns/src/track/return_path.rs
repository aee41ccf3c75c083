//! The envelope's sender of a message, which names its delivery: mail that comes back there needs no reading to be known.
//!
//! `b+<token>@domain`, the token in base32, because mail servers may change the case of an address, and short enough for
//! the 64 characters of a local part (RFC 5321, 4.5.3.1.1). It is signed like every token, so nobody can report a message
//! of somebody else as returned.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use data_encoding::BASE32_NOPAD;
use kernel::id::DeliveryId;

use super::{Kind, Signer};

const PREFIX: &str = "b+";

/// Returns the return path of a delivery.
pub fn return_path(signer: &Signer, delivery: DeliveryId, domain: &str) -> Option<String> {
    let token = signer.sign(Kind::Return, delivery, None);
    let bytes = URL_SAFE_NO_PAD.decode(token).ok()?;
    let local = BASE32_NOPAD.encode(&bytes).to_lowercase();
    (!local.is_empty()).then(|| format!("{PREFIX}{local}@{domain}"))
}

/// Returns the token in an address; says nothing about whether it is genuine.
pub fn token_of(address: &str) -> Option<String> {
    let (local, _) = address.trim().trim_matches(['<', '>']).rsplit_once('@')?;
    let lower = local.to_lowercase();
    let coded = lower.strip_prefix(PREFIX)?.to_uppercase();
    let bytes = BASE32_NOPAD.decode(coded.as_bytes()).ok()?;
    Some(URL_SAFE_NO_PAD.encode(bytes))
}

#[cfg(test)]
mod tests {
    use kernel::id::WorkspaceId;

    use super::*;

    #[test]
    fn a_return_path_fits_reads_back_in_any_case_and_cannot_be_forged() {
        let workspace = WorkspaceId::from_raw(i64::MAX);
        let signer = Signer::new(workspace, &[(7, [9; 32])]);
        let delivery = DeliveryId::from_raw(i64::MAX - 3);
        let path = return_path(&signer, delivery, "bounce.shop.example").unwrap();
        let (local, domain) = path.split_once('@').unwrap();
        assert!(local.len() <= 64, "{local}");
        assert_eq!(domain, "bounce.shop.example");
        for written in [path.clone(), path.to_uppercase(), format!("<{path}>")] {
            let token = token_of(&written).unwrap();
            let read = signer.verify(Kind::Return, &token).unwrap();
            assert_eq!((read.workspace, read.delivery), (workspace, delivery));
            assert!(
                signer.verify(Kind::Unsubscribe, &token).is_none(),
                "good for nothing else"
            );
        }
        let mut forged = path.clone();
        forged.replace_range(20..21, if &path[20..21] == "a" { "b" } else { "a" });
        let token = token_of(&forged).unwrap();
        assert!(signer.verify(Kind::Return, &token).is_none());
        for other in ["info@shop.example", "b+@x.jp", "b+!!@x.jp", "b+ab", ""] {
            assert!(
                token_of(other).is_none_or(|token| signer.verify(Kind::Return, &token).is_none())
            );
        }
    }
}
