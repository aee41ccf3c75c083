//! What receivers look at before they look at a letter: the DNS and the connection of a sender, judged by the rules
//! that Gmail, Yahoo and Outlook set for bulk mail.
//!
//! Every check says what was found and, where something is missing, the very record to publish. What cannot be seen
//! from here (through which addresses a provider sends, say) is `Unknown`, never guessed.

mod dkim;
mod dmarc;
mod dns;
mod reverse;
mod spf;
mod unsubscribe;
mod way_back;

pub use dns::{Dns, DnsError};

use std::time::Duration;

use tokio::time::timeout;

use crate::{ProbedTls, provider_events::Provider};

/// How long one thing may take: a record of somebody else's can ask for many more.
const PATIENCE: Duration = Duration::from_secs(12);

/// What is checked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Subject {
    /// Who may send for the domain of the envelope.
    Spf,
    /// The signature's key.
    Dkim,
    /// What receivers do with mail that is not the domain's, and whether ours counts as the domain's.
    Dmarc,
    /// The name of the mail server's address.
    Ptr,
    /// Where mail comes back to.
    ReturnPath,
    /// The protection of the connection.
    Tls,
    /// Unsubscribing by one press.
    OneClick,
}

impl Subject {
    /// Returns the stable name used in the API.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Spf => "spf",
            Self::Dkim => "dkim",
            Self::Dmarc => "dmarc",
            Self::Ptr => "ptr",
            Self::ReturnPath => "return_path",
            Self::Tls => "tls",
            Self::OneClick => "one_click",
        }
    }
}

/// How something stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// As the rules ask.
    Good,
    /// It works, but not everywhere or not for long.
    Weak,
    /// Mail is refused or taken for spam because of it.
    Bad,
    /// It cannot be seen from here, or nobody answered.
    Unknown,
}

impl Standing {
    /// Returns the stable name used in the API.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Good => "ok",
            Self::Weak => "warn",
            Self::Bad => "fail",
            Self::Unknown => "unknown",
        }
    }
}

/// A record to publish.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Publish {
    /// Where.
    pub name: String,
    /// `TXT`, `MX` or `PTR`.
    pub kind: &'static str,
    /// What.
    pub value: String,
}

/// What was found of one thing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Check {
    /// The thing.
    pub subject: Subject,
    /// How it stands.
    pub standing: Standing,
    /// Why, as a stable word.
    pub why: &'static str,
    /// What was found, as it stands there.
    pub found: Vec<String>,
    /// What to publish, and in the place of what was found where that is of the same name.
    pub publish: Vec<Publish>,
}

impl Check {
    fn new(subject: Subject, standing: Standing, why: &'static str) -> Self {
        Self {
            subject,
            standing,
            why,
            found: Vec::new(),
            publish: Vec::new(),
        }
    }

    fn found(mut self, found: impl IntoIterator<Item = String>) -> Self {
        self.found.extend(found);
        self
    }

    fn publish(mut self, name: &str, kind: &'static str, value: impl Into<String>) -> Self {
        self.publish.push(Publish {
            name: name.to_owned(),
            kind,
            value: value.into(),
        });
        self
    }

    /// Nobody answered.
    fn unanswered(subject: Subject, error: DnsError) -> Self {
        Self::new(subject, Standing::Unknown, "dns_silent").found([error.to_string()])
    }
}

/// The key that a sender signs with.
#[derive(Debug, Clone)]
pub struct SigningKey {
    /// The signing domain.
    pub domain: String,
    /// The selector.
    pub selector: String,
    /// The record that publishes it.
    pub record: String,
}

/// A sender, as far as receivers see it.
#[derive(Debug, Clone)]
pub struct Question {
    /// The domain of its `From`.
    pub from_domain: String,
    /// The domain that mail comes back to, if one is kept for that.
    pub return_domain: Option<String>,
    /// Its key.
    pub key: Option<SigningKey>,
    /// A second key, by which it signs as well.
    pub second_key: Option<SigningKey>,
    /// Whose server carries its mail, where that is a provider's.
    pub provider: Option<Provider>,
    /// The mail server.
    pub host: String,
    /// How its connection is set to be protected.
    pub tls: crate::TlsMode,
    /// The address under which this installation is reached.
    pub base_url: String,
}

impl Question {
    /// The domain that SPF is asked of.
    fn envelope_domain(&self) -> &str {
        self.return_domain.as_deref().unwrap_or(&self.from_domain)
    }
}

/// Examines a sender. `probed` tells how its mail server takes to TLS.
pub async fn examine(
    question: &Question,
    dns: &Dns,
    probed: impl Future<Output = ProbedTls>,
) -> Vec<Check> {
    let question = &Question {
        from_domain: plain(&question.from_domain),
        return_domain: question.return_domain.as_deref().map(plain),
        ..question.clone()
    };
    let (spf, dkim, dmarc, ptr, way_back, probed) = tokio::join!(
        within(Subject::Spf, spf::check(question, dns)),
        within(Subject::Dkim, dkim::check(question, dns)),
        within(Subject::Dmarc, dmarc::check(question, dns)),
        within(Subject::Ptr, reverse::check(question, dns)),
        within(Subject::ReturnPath, way_back::check(question, dns)),
        probed,
    );
    let tls = tls(question.tls, probed);
    vec![
        spf,
        dkim,
        dmarc,
        ptr,
        way_back,
        tls,
        unsubscribe::check(question),
    ]
}

async fn within(subject: Subject, check: impl Future<Output = Check>) -> Check {
    let check = timeout(PATIENCE, check).await;
    check.unwrap_or_else(|_| Check::unanswered(subject, DnsError::Silent))
}

/// A domain as DNS writes it.
fn plain(domain: &str) -> String {
    let domain = domain.trim().trim_end_matches('.');
    idna::domain_to_ascii(domain).unwrap_or_else(|_| domain.to_ascii_lowercase())
}

fn tls(set: crate::TlsMode, probed: ProbedTls) -> Check {
    let (standing, why, said) = match (set, probed) {
        (crate::TlsMode::None, ProbedTls::Protected) => (Standing::Bad, "tls_unused", None),
        (crate::TlsMode::Opportunistic, ProbedTls::Protected) => {
            (Standing::Weak, "tls_not_required", None)
        }
        (_, ProbedTls::Protected) => (Standing::Good, "tls_ok", None),
        (_, ProbedTls::Unprotected(said)) => (Standing::Bad, "tls_failed", Some(said)),
        (_, ProbedTls::Away(said)) => (Standing::Unknown, "host_silent", Some(said)),
    };
    Check::new(Subject::Tls, standing, why).found(said)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::TlsMode;

    #[test]
    fn tls_is_judged_by_the_setting_and_by_the_server() {
        let of = |set, probed| {
            let check = tls(set, probed);
            (check.standing.as_str(), check.why)
        };
        let no = || ProbedTls::Unprotected("no STARTTLS".to_owned());
        assert_eq!(
            of(TlsMode::Required, ProbedTls::Protected),
            ("ok", "tls_ok")
        );
        assert_eq!(
            of(TlsMode::Implicit, ProbedTls::Protected),
            ("ok", "tls_ok")
        );
        assert_eq!(
            of(TlsMode::Opportunistic, ProbedTls::Protected),
            ("warn", "tls_not_required")
        );
        assert_eq!(
            of(TlsMode::None, ProbedTls::Protected),
            ("fail", "tls_unused")
        );
        assert_eq!(of(TlsMode::None, no()), ("fail", "tls_failed"));
        assert_eq!(
            of(TlsMode::Required, ProbedTls::Away("x".to_owned())),
            ("unknown", "host_silent")
        );
    }

    #[test]
    fn a_domain_is_asked_for_as_dns_writes_it() {
        assert_eq!(plain(" Shop.Example.JP. "), "shop.example.jp");
        assert_eq!(plain("縁.jp"), "xn--8h0a.jp");
        assert_eq!(plain("ＳＨＯＰ.jp"), "shop.jp");
    }
}
