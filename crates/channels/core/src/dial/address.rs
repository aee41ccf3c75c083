//! Which spellings are a host, and which addresses are public.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// A host after reading.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Host {
    /// A name, lower-case ASCII, without the final dot.
    Name(String),
    /// An address.
    Address(IpAddr),
}

/// Reads a host as a user may write it; `None` when it is neither a plain name nor a plain address.
///
/// Spellings that only an old C library takes for an address (`127.1`, `0x7f000001`, `2130706433`,
/// `0177.0.0.1`) are refused, and so are zones, ports, user names and anything URL-like. Full-width
/// digits and dots are read as what a browser reads them as, before the check.
pub fn parse_host(host: &str) -> Option<Host> {
    let host = host.trim();
    let inner = host.strip_prefix('[').map(|rest| rest.strip_suffix(']'));
    if let Some(bracketed) = inner {
        return bracketed?
            .parse::<Ipv6Addr>()
            .ok()
            .map(|address| Host::Address(address.into()));
    }
    if let Ok(address) = host.parse::<IpAddr>() {
        return Some(Host::Address(address));
    }
    if host.is_empty() || host.contains([':', '/', '@', '%', '\\', '?', '#']) {
        return None;
    }
    let name = idna::domain_to_ascii(host).ok()?;
    let name = name.strip_suffix('.').unwrap_or(&name);
    let last = name.rsplit('.').next()?;
    if looks_numeric(last) {
        return name
            .parse::<Ipv4Addr>()
            .ok()
            .map(|address| Host::Address(address.into()));
    }
    is_name(name).then(|| Host::Name(name.to_owned()))
}

/// Returns whether a last label makes the whole an IPv4 address in the eyes of URL parsers.
fn looks_numeric(label: &str) -> bool {
    let all_digits = !label.is_empty() && label.bytes().all(|byte| byte.is_ascii_digit());
    let hexadecimal = label
        .strip_prefix("0x")
        .is_some_and(|rest| rest.bytes().all(|byte| byte.is_ascii_hexdigit()));
    all_digits || hexadecimal
}

fn is_name(name: &str) -> bool {
    let label_is_good = |label: &str| {
        (1..=63).contains(&label.len())
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
    };
    (1..=253).contains(&name.len()) && name.split('.').all(label_is_good)
}

/// Returns whether an address is public (the special-purpose registries of RFC 6890 say not).
pub const fn is_global(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => is_global_v4(address),
        IpAddr::V6(address) => is_global_v6(address),
    }
}

const fn is_global_v4(address: Ipv4Addr) -> bool {
    !matches!(
        address.octets(),
        [0 | 10 | 127 | 224..=255, ..]
            | [100, 64..=127, ..]
            | [169, 254, ..]
            | [172, 16..=31, ..]
            | [192, 0, 0 | 2, _]
            | [192, 88, 99, _]
            | [192, 168, ..]
            | [198, 18 | 19, ..]
            | [198, 51, 100, _]
            | [203, 0, 113, _]
    )
}

/// Only `2000::/3` is given out; of that, tunnels and documentation are not public. Addresses that
/// carry an IPv4 address inside (mapped, NAT64, 6to4, Teredo) are refused whatever it is.
const fn is_global_v6(address: Ipv6Addr) -> bool {
    match address.segments() {
        [0x2001, 0..=0x01ff | 0x0db8, ..] | [0x2002, ..] | [0x3fff, 0..=0x0fff, ..] => false,
        [first, ..] => first & 0xe000 == 0x2000,
    }
}
