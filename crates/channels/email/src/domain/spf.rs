//! Who may send for the domain of the envelope (RFC 7208), without sending anything: the record is walked as receivers
//! walk it, with their limits, and looked through for the mail server.

mod term;

use std::net::IpAddr;

use channel_core::dial::is_global;
use futures::future::BoxFuture;

use self::term::{Directive, Mechanism, Term, Terms, holds};
use super::{Check, Dns, DnsError, Question, Standing, Subject};
use crate::provider_events::Provider;

/// The most questions that receivers ask of one record before they give up.
const MOST_LOOKUPS: usize = 10;
/// The most addresses of the server that are proposed.
const MOST_ADDRESSES: usize = 4;

pub(super) async fn check(question: &Question, dns: &Dns) -> Check {
    judge(question, dns)
        .await
        .unwrap_or_else(|error| Check::unanswered(Subject::Spf, error))
}

async fn judge(question: &Question, dns: &Dns) -> Result<Check, DnsError> {
    let domain = question.envelope_domain();
    // Without an address the record can still be read.
    let host = dns.addresses(&question.host).await.unwrap_or_default();
    let wanted = wanted(question.provider, &host);
    let records = records(dns, domain).await?;
    let [record] = records.as_slice() else {
        let (standing, why) = match (records.is_empty(), question.provider) {
            (true, Some(_)) => (Standing::Unknown, "spf_by_provider"),
            (true, None) => (Standing::Bad, "spf_missing"),
            (false, _) => (Standing::Bad, "spf_several"),
        };
        let check = Check::new(Subject::Spf, standing, why);
        let check = if wanted.is_empty() {
            check
        } else {
            check.publish(domain, "TXT", format!("v=spf1 {wanted} ~all"))
        };
        return Ok(check.found(records));
    };
    let mut walk = Walk {
        dns,
        host: &host,
        provider: question.provider,
        lookups: 0,
        is_listed: false,
    };
    let end = walk.record(record.clone(), domain.to_owned()).await?;
    let (standing, why) = verdict(&walk, &end, question.provider);
    let check = Check::new(Subject::Spf, standing, why).found([record.clone()]);
    let check = match end {
        End::Broken(what) => check.found([what]),
        _ => check,
    };
    let is_mended_by_adding = matches!(why, "spf_unlisted" | "spf_by_provider");
    Ok(if is_mended_by_adding && !wanted.is_empty() {
        check.publish(domain, "TXT", with(record, &wanted))
    } else {
        check
    })
}

fn verdict(walk: &Walk<'_>, end: &End, provider: Option<Provider>) -> (Standing, &'static str) {
    match end {
        End::Broken(_) => (Standing::Bad, "spf_broken"),
        End::TooMany => (Standing::Bad, "spf_too_many"),
        End::Everybody => (Standing::Bad, "spf_open"),
        End::Open if walk.is_listed => (Standing::Weak, "spf_neutral"),
        End::Closed if walk.is_listed => (Standing::Good, "spf_ok"),
        End::Open | End::Closed if provider.is_some() => (Standing::Unknown, "spf_by_provider"),
        // Its address to the world may be another than the one it is reached at.
        End::Open | End::Closed => (Standing::Weak, "spf_unlisted"),
    }
}

/// What a record must hold for the server, as far as that can be known.
fn wanted(provider: Option<Provider>, host: &[IpAddr]) -> String {
    if let Some(provider) = provider {
        return format!("include:{}", includes(provider));
    }
    let addresses = host.iter().filter(|address| is_global(**address));
    let addresses = addresses.take(MOST_ADDRESSES).map(|address| match address {
        IpAddr::V4(address) => format!("ip4:{address}"),
        IpAddr::V6(address) => format!("ip6:{address}"),
    });
    addresses.collect::<Vec<_>>().join(" ")
}

const fn includes(provider: Provider) -> &'static str {
    match provider {
        Provider::Ses => "amazonses.com",
        Provider::Sendgrid => "sendgrid.net",
        Provider::Mailgun => "mailgun.org",
        Provider::Postmark => "spf.mtasv.net",
    }
}

/// Puts a mechanism before what closes a record.
fn with(record: &str, wanted: &str) -> String {
    let mut terms: Vec<&str> = record.split_ascii_whitespace().collect();
    let closes = |term: &&str| {
        let term = term.to_ascii_lowercase();
        term.trim_start_matches(['+', '-', '~', '?']) == "all" || term.starts_with("redirect=")
    };
    let at = terms.iter().position(closes).unwrap_or(terms.len());
    terms.insert(at, wanted);
    terms.join(" ")
}

async fn records(dns: &Dns, domain: &str) -> Result<Vec<String>, DnsError> {
    let mut texts = dns.texts(domain).await?;
    texts.retain(|text| {
        let first = text.split(' ').next().unwrap_or_default();
        first.eq_ignore_ascii_case("v=spf1")
    });
    Ok(texts)
}

/// How a record ends.
enum End {
    /// Others are refused or marked.
    Closed,
    /// It says nothing of others.
    Open,
    /// Everybody may send.
    Everybody,
    /// Receivers cannot read it; what exactly.
    Broken(String),
    /// Receivers give up on it.
    TooMany,
}

struct Walk<'a> {
    dns: &'a Dns,
    host: &'a [IpAddr],
    provider: Option<Provider>,
    lookups: usize,
    is_listed: bool,
}

impl Walk<'_> {
    fn record(&mut self, record: String, domain: String) -> BoxFuture<'_, Result<End, DnsError>> {
        Box::pin(async move {
            let terms = match Terms::read(&record) {
                Ok(terms) => terms,
                Err(term) => return Ok(End::Broken(term)),
            };
            let mut redirect = None;
            for term in terms.0 {
                let directive = match term {
                    Term::Redirect(to) => {
                        redirect = Some(to);
                        continue;
                    }
                    Term::Modifier => continue,
                    Term::Directive(directive) => directive,
                };
                if let Mechanism::All = directive.mechanism {
                    return Ok(match directive.qualifier {
                        '+' => End::Everybody,
                        '?' => End::Open,
                        _ => End::Closed,
                    });
                }
                self.lookups += usize::from(directive.asks());
                if self.lookups > MOST_LOOKUPS {
                    return Ok(End::TooMany);
                }
                if let Some(end) = self.directive(&directive, &domain).await? {
                    return Ok(end);
                }
            }
            match redirect {
                None => Ok(End::Open),
                Some(to) => {
                    self.lookups += 1;
                    if self.lookups > MOST_LOOKUPS {
                        return Ok(End::TooMany);
                    }
                    self.other(&to).await
                }
            }
        })
    }

    /// Looks one mechanism through; an end is one that ends everything.
    async fn directive(
        &mut self,
        directive: &Directive,
        domain: &str,
    ) -> Result<Option<End>, DnsError> {
        let passes = directive.qualifier == '+';
        let at = |name: &Option<String>| name.clone().unwrap_or_else(|| domain.to_owned());
        match &directive.mechanism {
            Mechanism::Include(name) => {
                let own = self.provider.map(includes);
                self.is_listed |= passes && own.is_some_and(|own| own.eq_ignore_ascii_case(name));
                let was_listed = self.is_listed;
                let end = self.other(name).await?;
                self.is_listed = was_listed || (passes && self.is_listed);
                Ok(match end {
                    End::Closed | End::Open => None,
                    // Whoever is included decides for us.
                    end => Some(end),
                })
            }
            Mechanism::Network(network, bits) => {
                self.see(passes, [*network], (*bits, *bits));
                Ok(None)
            }
            Mechanism::Address(name, bits) => {
                let addresses = self.dns.addresses(&at(name)).await?;
                self.see(passes, addresses, *bits);
                Ok(None)
            }
            Mechanism::MailServers(name, bits) => {
                for (_, server) in self.dns.mail_servers(&at(name)).await?.iter().take(10) {
                    if !server.is_empty() {
                        let addresses = self.dns.addresses(server).await?;
                        self.see(passes, addresses, *bits);
                    }
                }
                Ok(None)
            }
            // Depends on the letter, or is not to be used any more.
            Mechanism::All | Mechanism::Other => Ok(None),
        }
    }

    /// Walks the record of another domain, which must have one.
    async fn other(&mut self, name: &str) -> Result<End, DnsError> {
        let name = name.trim_end_matches('.').to_ascii_lowercase();
        if name.contains('%') {
            return Ok(End::Open);
        }
        let records = records(self.dns, &name).await?;
        match <[String; 1]>::try_from(records) {
            Ok([record]) => self.record(record, name).await,
            Err(_) => Ok(End::Broken(name)),
        }
    }

    fn see(&mut self, passes: bool, networks: impl IntoIterator<Item = IpAddr>, bits: (u8, u8)) {
        for network in networks {
            let bits = if network.is_ipv4() { bits.0 } else { bits.1 };
            let mut hosts = self.host.iter();
            self.is_listed |= passes && hosts.any(|host| holds(network, bits, *host));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mechanism_goes_before_what_closes_a_record() {
        for (record, whole) in [
            ("v=spf1 mx ~all", "v=spf1 mx ip4:8.8.8.8 ~all"),
            ("v=spf1 -ALL", "v=spf1 ip4:8.8.8.8 -ALL"),
            ("v=spf1 redirect=a.jp", "v=spf1 ip4:8.8.8.8 redirect=a.jp"),
            ("v=spf1", "v=spf1 ip4:8.8.8.8"),
            ("v=spf1  a:all.jp  all", "v=spf1 a:all.jp ip4:8.8.8.8 all"),
        ] {
            assert_eq!(with(record, "ip4:8.8.8.8"), whole);
        }
    }

    #[test]
    fn only_public_addresses_are_proposed() {
        let host = ["10.0.0.1", "8.8.8.8", "2400::1"].map(|text| text.parse().unwrap());
        assert_eq!(wanted(None, &host), "ip4:8.8.8.8 ip6:2400::1");
        assert_eq!(wanted(None, &host[..1]), "");
        assert_eq!(wanted(Some(Provider::Ses), &host), "include:amazonses.com");
    }
}
