//! What the operator allows beyond the public internet.

use std::{net::IpAddr, str::FromStr};

use super::{Host, parse_host};

/// An entry that is neither a network, an address nor a host name.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("{0:?} is neither a network such as 10.0.0.0/8, an address nor a host name")]
pub struct AllowError(pub String);

#[derive(Debug, Clone, PartialEq, Eq)]
enum Entry {
    Network { base: IpAddr, prefix: u8 },
    Host(String),
}

/// Networks and host names that the operator allows. Empty by default.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AllowList(Vec<Entry>);

impl AllowList {
    /// Reads entries such as `10.1.0.0/16`, `127.0.0.1`, `fd00::/8` or `mail.internal`.
    ///
    /// # Errors
    /// The first entry that cannot be read.
    pub fn parse<S: AsRef<str>>(entries: impl IntoIterator<Item = S>) -> Result<Self, AllowError> {
        entries
            .into_iter()
            .map(|entry| entry.as_ref().trim().parse())
            .collect::<Result<_, _>>()
            .map(Self)
    }

    /// Allows the machine itself; for tests and the demo.
    pub fn loopback() -> Self {
        Self(vec![
            Entry::Network {
                base: IpAddr::from([127, 0, 0, 0]),
                prefix: 8,
            },
            Entry::Network {
                base: IpAddr::from([0, 0, 0, 0, 0, 0, 0, 1]),
                prefix: 128,
            },
        ])
    }

    /// Returns whether a host name is allowed, whatever it leads to.
    pub fn has_host(&self, name: &str) -> bool {
        self.0
            .iter()
            .any(|entry| matches!(entry, Entry::Host(allowed) if allowed == name))
    }

    /// Returns whether an address lies in an allowed network.
    pub fn has_address(&self, address: IpAddr) -> bool {
        self.0.iter().any(|entry| match entry {
            Entry::Network { base, prefix } => contains(*base, *prefix, address),
            Entry::Host(_) => false,
        })
    }
}

impl FromStr for Entry {
    type Err = AllowError;

    fn from_str(text: &str) -> Result<Self, AllowError> {
        let error = || AllowError(text.to_owned());
        if let Some((base, prefix)) = text.split_once('/') {
            let base: IpAddr = base.parse().map_err(|_| error())?;
            let prefix: u8 = prefix.parse().map_err(|_| error())?;
            let longest = if base.is_ipv4() { 32 } else { 128 };
            return if prefix <= longest {
                Ok(Self::Network { base, prefix })
            } else {
                Err(error())
            };
        }
        match parse_host(text).ok_or_else(error)? {
            Host::Name(name) => Ok(Self::Host(name)),
            Host::Address(base) => Ok(Self::Network {
                base,
                prefix: if base.is_ipv4() { 32 } else { 128 },
            }),
        }
    }
}

fn contains(base: IpAddr, prefix: u8, address: IpAddr) -> bool {
    match (base, address) {
        (IpAddr::V4(base), IpAddr::V4(address)) => {
            let mask = u32::MAX.checked_shl(32 - u32::from(prefix)).unwrap_or(0);
            base.to_bits() & mask == address.to_bits() & mask
        }
        (IpAddr::V6(base), IpAddr::V6(address)) => {
            let mask = u128::MAX.checked_shl(128 - u32::from(prefix)).unwrap_or(0);
            base.to_bits() & mask == address.to_bits() & mask
        }
        _ => false,
    }
}
