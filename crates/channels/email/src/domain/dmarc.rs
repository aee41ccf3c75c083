//! The policy of the domain that the reader sees, and whether our mail counts as that domain's.

use super::{Check, Dns, Question, Standing, Subject, dkim::tag};

/// How many labels a domain has at most when its parents are asked, too (RFC 9989 asks no more than eight).
const MOST: usize = 8;

pub(super) async fn check(question: &Question, dns: &Dns) -> Check {
    let from = question.from_domain.as_str();
    let found = match find(from, dns).await {
        Ok(found) => found,
        Err(error) => return Check::unanswered(Subject::Dmarc, error),
    };
    let missing = |why| {
        let name = format!("_dmarc.{from}");
        Check::new(Subject::Dmarc, Standing::Bad, why).publish(&name, "TXT", "v=DMARC1; p=none")
    };
    let Some((at, records)) = found else {
        return missing("dmarc_missing");
    };
    let [record] = records.as_slice() else {
        return missing("dmarc_several").found(records);
    };
    let Some(policy) = policy(record, at == from) else {
        return missing("dmarc_policy").found(records);
    };
    let (standing, why) = match aligned(question, record, at) {
        Aligned::No => (Standing::Bad, "dmarc_unaligned"),
        Aligned::Unseen => (Standing::Unknown, "dmarc_by_provider"),
        Aligned::Yes if policy == "none" => (Standing::Good, "dmarc_watching"),
        Aligned::Yes => (Standing::Good, "dmarc_ok"),
    };
    Check::new(Subject::Dmarc, standing, why).found([format!("_dmarc.{at}: {record}")])
}

/// Returns the records of the domain, or of the nearest parent that has some.
async fn find<'a>(
    domain: &'a str,
    dns: &Dns,
) -> Result<Option<(&'a str, Vec<String>)>, super::DnsError> {
    let mut at = domain;
    while at.split('.').count() > MOST {
        at = at.split_once('.').map_or("", |(_, parent)| parent);
    }
    while at.contains('.') {
        let mut texts = dns.texts(&format!("_dmarc.{at}")).await?;
        texts.retain(|text| is_dmarc(text));
        if !texts.is_empty() {
            return Ok(Some((at, texts)));
        }
        at = at.split_once('.').map_or("", |(_, parent)| parent);
    }
    Ok(None)
}

fn is_dmarc(text: &str) -> bool {
    let first = text.split(';').next().unwrap_or_default();
    let Some((name, version)) = first.split_once('=') else {
        return false;
    };
    name.trim() == "v" && version.trim() == "DMARC1"
}

/// What is asked of receivers; a parent may say another thing of what is below it.
fn policy(record: &str, is_own: bool) -> Option<&str> {
    let below = tag(record, "sp").filter(|_| !is_own);
    let policy = below.or_else(|| tag(record, "p"))?;
    ["none", "quarantine", "reject"]
        .into_iter()
        .find(|known| policy.eq_ignore_ascii_case(known))
}

#[derive(Debug, PartialEq, Eq)]
enum Aligned {
    Yes,
    No,
    Unseen,
}

/// Whether the signature or the envelope counts as the domain's; one of them is enough.
fn aligned(question: &Question, record: &str, organisation: &str) -> Aligned {
    let is_strict = |mode| tag(record, mode).is_some_and(|mode| mode.eq_ignore_ascii_case("s"));
    let counts = |domain: &str, mode| {
        domain == question.from_domain || (!is_strict(mode) && is_below(domain, organisation))
    };
    let key = question.key.as_ref();
    if key.is_some_and(|key| counts(&super::plain(&key.domain), "adkim")) {
        return Aligned::Yes;
    }
    if question.provider.is_some() {
        // It signs and returns by domains that nobody tells us.
        return Aligned::Unseen;
    }
    if counts(question.envelope_domain(), "aspf") {
        Aligned::Yes
    } else {
        Aligned::No
    }
}

fn is_below(domain: &str, parent: &str) -> bool {
    domain
        .strip_suffix(parent)
        .is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{TlsMode, domain::SigningKey, provider_events::Provider};

    fn question(key: Option<&str>, back: Option<&str>, provider: Option<Provider>) -> Question {
        Question {
            from_domain: "news.shop.jp".to_owned(),
            return_domain: back.map(str::to_owned),
            key: key.map(|domain| SigningKey {
                domain: domain.to_owned(),
                selector: "s".to_owned(),
                record: String::new(),
            }),
            second_key: None,
            provider,
            host: "mx.shop.jp".to_owned(),
            tls: TlsMode::Required,
            base_url: "https://e.shop.jp".to_owned(),
        }
    }

    #[test]
    fn mail_counts_as_the_domains_by_signature_or_by_envelope() {
        let (relaxed, strict) = ("v=DMARC1; p=none", "v=DMARC1; p=none; adkim=s; aspf=s");
        let of = |question: &Question, record| aligned(question, record, "shop.jp");
        let signed = question(Some("shop.jp"), Some("bounce.other.jp"), None);
        assert_eq!(of(&signed, relaxed), Aligned::Yes);
        assert_eq!(of(&signed, strict), Aligned::No);
        let returned = question(None, Some("bounce.shop.jp"), None);
        assert_eq!(of(&returned, relaxed), Aligned::Yes);
        assert_eq!(of(&returned, strict), Aligned::No);
        assert_eq!(of(&question(None, None, None), strict), Aligned::Yes);
        let neither = question(Some("notshop.jp"), Some("bounce.notshop.jp"), None);
        assert_eq!(of(&neither, relaxed), Aligned::No);
        let by_provider = question(None, None, Some(Provider::Ses));
        assert_eq!(of(&by_provider, relaxed), Aligned::Unseen);
    }

    #[test]
    fn a_policy_is_one_of_three() {
        assert!(is_dmarc("v=DMARC1; p=none") && is_dmarc(" v = DMARC1"));
        assert!(!is_dmarc("v=spf1 -all") && !is_dmarc("") && !is_dmarc("v=DMARC11"));
        assert_eq!(policy("v=DMARC1; p=Reject", true), Some("reject"));
        assert_eq!(policy("v=DMARC1; p=none; sp=reject", false), Some("reject"));
        assert_eq!(policy("v=DMARC1; p=none; sp=reject", true), Some("none"));
        for bad in ["v=DMARC1", "v=DMARC1; p=", "v=DMARC1; p=拒否"] {
            assert_eq!(policy(bad, true), None, "{bad}");
        }
    }
}
