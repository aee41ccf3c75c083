//! The terms of a record, read strictly: what receivers call an error is one here.

use std::net::IpAddr;

/// A record of more terms is none that anybody wrote.
const MOST: usize = 200;

/// What a record consists of.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Term {
    Directive(Directive),
    Redirect(String),
    Modifier,
}

/// Who may send (`+`), may not (`-`, `~`), or is left open (`?`).
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Directive {
    pub(super) qualifier: char,
    pub(super) mechanism: Mechanism,
}

/// Prefix lengths of IPv4 and of IPv6.
type Bits = (u8, u8);

#[derive(Debug, PartialEq, Eq)]
pub(super) enum Mechanism {
    All,
    Include(String),
    Network(IpAddr, u8),
    Address(Option<String>, Bits),
    MailServers(Option<String>, Bits),
    Other,
}

impl Directive {
    /// Whether a receiver has to ask DNS for it.
    pub(super) const fn asks(&self) -> bool {
        !matches!(self.mechanism, Mechanism::All | Mechanism::Network(_, _))
    }
}

/// A record in its parts.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Terms(pub(super) Vec<Term>);

impl Terms {
    /// Reads a record; an error is the term that cannot be read.
    pub(super) fn read(record: &str) -> Result<Self, String> {
        let terms = record.split(' ').filter(|term| !term.is_empty()).skip(1);
        let read = terms.take(MOST).map(|term| read(term).ok_or(term));
        let read: Result<Vec<Term>, &str> = read.collect();
        read.map(Self)
            .map_err(|term| term.chars().take(100).collect())
    }
}

fn read(term: &str) -> Option<Term> {
    if !term.bytes().all(|byte| byte.is_ascii_graphic()) {
        return None;
    }
    let end = term.find([':', '/', '=']).unwrap_or(term.len());
    let (name, rest) = term.split_at_checked(end)?;
    if let Some(value) = rest.strip_prefix('=') {
        let is_name = name.starts_with(|first: char| first.is_ascii_alphabetic());
        return match (name.to_ascii_lowercase().as_str(), value.is_empty()) {
            ("redirect", false) => Some(Term::Redirect(value.to_owned())),
            ("redirect", true) => None,
            _ => is_name.then_some(Term::Modifier),
        };
    }
    let qualifier = name
        .chars()
        .next()
        .filter(|first| matches!(first, '+' | '-' | '~' | '?'));
    let name = name.strip_prefix(['+', '-', '~', '?']).unwrap_or(name);
    let mechanism = mechanism(&name.to_ascii_lowercase(), rest)?;
    Some(Term::Directive(Directive {
        qualifier: qualifier.unwrap_or('+'),
        mechanism,
    }))
}

fn mechanism(name: &str, rest: &str) -> Option<Mechanism> {
    let value = rest.strip_prefix(':');
    Some(match (name, value) {
        ("all", None) if rest.is_empty() => Mechanism::All,
        ("include", Some(domain)) if is_domain(domain) => Mechanism::Include(domain.to_owned()),
        ("ip4", Some(network)) => self::network(network, IpAddr::is_ipv4)?,
        ("ip6", Some(network)) => self::network(network, IpAddr::is_ipv6)?,
        ("a", _) => {
            let (domain, bits) = place(rest)?;
            Mechanism::Address(domain, bits)
        }
        ("mx", _) => {
            let (domain, bits) = place(rest)?;
            Mechanism::MailServers(domain, bits)
        }
        ("exists", Some(domain)) if is_domain(domain) => Mechanism::Other,
        ("ptr", Some(domain)) if is_domain(domain) => Mechanism::Other,
        ("ptr", None) if rest.is_empty() => Mechanism::Other,
        _ => return None,
    })
}

fn is_domain(text: &str) -> bool {
    !text.is_empty() && text.len() <= 253 && !text.contains([':', '/']) || text.contains("%{")
}

fn network(text: &str, is_kind: fn(&IpAddr) -> bool) -> Option<Mechanism> {
    let (address, bits) = match text.split_once('/') {
        Some((address, bits)) => (address, Some(bits)),
        None => (text, None),
    };
    let address = address.parse::<IpAddr>().ok().filter(is_kind)?;
    let most = if address.is_ipv4() { 32 } else { 128 };
    let bits = bits.map_or(Some(most), |bits| prefix(bits, most))?;
    Some(Mechanism::Network(address, bits))
}

fn prefix(text: &str, most: u8) -> Option<u8> {
    let is_number = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    text.parse().ok().filter(|bits| is_number && *bits <= most)
}

/// Reads `[:domain][/bits][//bits]`.
fn place(rest: &str) -> Option<(Option<String>, Bits)> {
    let (rest, six) = match rest.split_once("//") {
        Some((rest, bits)) => (rest, prefix(bits, 128)?),
        None => (rest, 128),
    };
    let (domain, four) = match rest.split_once('/') {
        Some((domain, bits)) => (domain, prefix(bits, 32)?),
        None => (rest, 32),
    };
    match domain.strip_prefix(':') {
        Some(name) if is_domain(name) => Some((Some(name.to_owned()), (four, six))),
        Some(_) => None,
        None => domain.is_empty().then_some((None, (four, six))),
    }
}

/// Whether a network holds an address.
pub(super) fn holds(network: IpAddr, bits: u8, address: IpAddr) -> bool {
    let (left, right, width) = match (network, address) {
        (IpAddr::V4(left), IpAddr::V4(right)) => {
            (u128::from(left.to_bits()), u128::from(right.to_bits()), 32)
        }
        (IpAddr::V6(left), IpAddr::V6(right)) => (left.to_bits(), right.to_bits(), 128),
        _ => return false,
    };
    let beyond = u32::from(width - bits.min(width));
    let (left, right) = (left.checked_shr(beyond), right.checked_shr(beyond));
    left.unwrap_or(0) == right.unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_of_term_is_read() {
        let record = "v=spf1 ip4:203.0.113.0/24 ip6:2001:db8::/32 a a:x.jp/28 mx//64 -include:y.jp exists:%{i}.z.jp ?ptr \
                      exp=e.jp redirect=r.jp ~ALL";
        let terms = Terms::read(record).unwrap().0;
        assert_eq!(terms.len(), 11);
        let asked = terms
            .iter()
            .filter(|term| matches!(term, Term::Directive(directive) if directive.asks()));
        assert_eq!(asked.count(), 6);
        let net = |text: &str| text.parse::<IpAddr>().unwrap();
        let first = Mechanism::Network(net("203.0.113.0"), 24);
        assert_eq!(
            terms[0],
            Term::Directive(Directive {
                qualifier: '+',
                mechanism: first
            })
        );
        assert_eq!(
            terms[3],
            Term::Directive(Directive {
                qualifier: '+',
                mechanism: Mechanism::Address(Some("x.jp".to_owned()), (28, 128))
            })
        );
        assert_eq!(terms[9], Term::Redirect("r.jp".to_owned()));
    }

    #[test]
    fn what_receivers_cannot_read_is_an_error_that_names_it() {
        for bad in [
            "ip4:203.0.113.300",
            "ip4:203.0.113.0/33",
            "ip4:2001:db8::1",
            "ip4",
            "include",
            "include:",
            "all:x",
            "a:/24",
            "a/x",
            "mx/+3",
            "１p4:1.2.3.4",
            "foo",
            "+",
            "redirect=",
            "=x",
        ] {
            let record = format!("v=spf1 {bad} ~all");
            assert_eq!(Terms::read(&record), Err(bad.to_owned()));
        }
        assert_eq!(Terms::read("v=spf1"), Ok(Terms(Vec::new())));
    }

    #[test]
    fn a_network_holds_its_addresses() {
        let holds = |network: &str, bits, address: &str| {
            holds(network.parse().unwrap(), bits, address.parse().unwrap())
        };
        assert!(holds("203.0.113.0", 24, "203.0.113.255"));
        assert!(!holds("203.0.113.0", 24, "203.0.114.0"));
        assert!(holds("203.0.113.7", 32, "203.0.113.7"));
        assert!(holds("0.0.0.0", 0, "8.8.8.8"));
        assert!(holds("::", 0, "2400::1"));
        assert!(holds("2400::", 16, "2400:ffff::1"));
        assert!(!holds("::", 0, "8.8.8.8"));
    }
}
