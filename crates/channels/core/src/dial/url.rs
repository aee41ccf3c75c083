//! Which URLs that a user or a browser gave may be sent to.
//!
//! Read strictly: what two readers could read differently is refused, since the one who checks and the one who connects
//! must mean the same host. Whether a *name* leads to a public address is checked when it is dialled, each time anew.

use std::net::IpAddr;

use url::Url;

use super::{AllowList, Host, is_global, parse_host};

/// Longest URL.
const MAX_LENGTH: usize = 2_048;
/// Ports below this belong to services that speak something else; a request must not be made to look like their language.
const FIRST_FREE_PORT: u16 = 1_024;

/// Which schemes may be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Schemes {
    /// https alone.
    #[default]
    Https,
    /// Also http, for tests and closed networks.
    AlsoHttp,
}

/// Why nothing is sent to a URL.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum AddressError {
    /// It is no URL, or one that readers take differently.
    #[error("the URL cannot be read, or not in one way only")]
    Form,
    /// It is too long.
    #[error("the URL is longer than 2,048 characters")]
    TooLong,
    /// Its scheme is not allowed.
    #[error("the URL must begin with https://")]
    Scheme,
    /// It holds a user name or a password.
    #[error("the URL must not hold a user name or a password")]
    Credentials,
    /// It has a fragment, which is never sent.
    #[error("the URL must not have a fragment (#…)")]
    Fragment,
    /// Its port belongs to another service.
    #[error("the port must be 443, 80 or 1024 and above")]
    Port,
    /// It is an address that is not public and that the operator has not allowed.
    #[error("the address is not public, and the operator has not allowed it")]
    NotAllowed,
}

/// A URL that was read strictly.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Address {
    /// Whether the connection is protected.
    pub scheme: Scheme,
    /// Name or address, without brackets.
    pub host: String,
    /// Port.
    pub port: u16,
    /// What `Host` says.
    pub authority: String,
    /// Path and query.
    pub target: String,
}

/// Whether the connection is protected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scheme {
    /// By TLS.
    Https,
    /// Not at all.
    Http,
}

impl Address {
    /// Reads a URL.
    ///
    /// # Errors
    /// [`AddressError`] says what is wrong with it.
    pub fn parse(text: &str, schemes: Schemes) -> Result<Self, AddressError> {
        if text.len() > MAX_LENGTH {
            return Err(AddressError::TooLong);
        }
        // The standard for browsers drops tabs and line ends, and takes backslashes for slashes; others do not.
        if text
            .chars()
            .any(|c| c.is_control() || c == '\\' || c == ' ')
        {
            return Err(AddressError::Form);
        }
        let url = Url::parse(text).map_err(|_| AddressError::Form)?;
        // A browser skips surplus slashes and takes the first word that follows for the host.
        if url.has_host() && written_authority(text).is_empty() {
            return Err(AddressError::Form);
        }
        let scheme = match (url.scheme(), schemes) {
            ("https", _) => Scheme::Https,
            ("http", Schemes::AlsoHttp) => Scheme::Http,
            _ => return Err(AddressError::Scheme),
        };
        if !url.username().is_empty() || url.password().is_some() || has_at_sign(text) {
            return Err(AddressError::Credentials);
        }
        if url.fragment().is_some() {
            return Err(AddressError::Fragment);
        }
        let shown = url.host_str().ok_or(AddressError::Form)?;
        let host = host(text, shown).ok_or(AddressError::Form)?;
        let port = url.port_or_known_default().ok_or(AddressError::Port)?;
        if !matches!(port, 80 | 443 | FIRST_FREE_PORT..) {
            return Err(AddressError::Port);
        }
        let authority = match url.port() {
            Some(port) => format!("{shown}:{port}"),
            None => shown.to_owned(),
        };
        let target = match url.query() {
            Some(query) => format!("{}?{query}", url.path()),
            None => url.path().to_owned(),
        };
        Ok(Self {
            scheme,
            host,
            port,
            authority,
            target,
        })
    }

    /// Refuses an address, written as such, that would not be dialled. A name is looked up only when it is dialled.
    ///
    /// # Errors
    /// [`AddressError::NotAllowed`].
    pub fn allowed(self, allow: &AllowList) -> Result<Self, AddressError> {
        let Ok(address) = self.host.parse::<IpAddr>() else {
            return Ok(self);
        };
        if is_global(address) || allow.has_address(address) || allow.has_host(&self.host) {
            Ok(self)
        } else {
            Err(AddressError::NotAllowed)
        }
    }

    /// Returns `https://host[:port]`: the origin, the same for every URL of one service.
    pub fn base(&self) -> String {
        let scheme = match self.scheme {
            Scheme::Https => "https",
            Scheme::Http => "http",
        };
        format!("{scheme}://{}", self.authority)
    }

    /// Returns the host, to be shown in lists.
    pub fn host(&self) -> &str {
        &self.host
    }
}

/// The part between `//` and the path, as it was written.
fn written_authority(text: &str) -> &str {
    let rest = text.split_once("://").map_or("", |(_, rest)| rest);
    rest.split(['/', '?', '#']).next().unwrap_or_default()
}

fn has_at_sign(text: &str) -> bool {
    written_authority(text).contains('@')
}

/// Returns the host as the dialler will read it, provided that whoever wrote it meant the same.
fn host(text: &str, shown: &str) -> Option<String> {
    match parse_host(shown)? {
        Host::Name(name) => Some(name),
        Host::Address(address) => {
            // `https://0x7f.1/` becomes an address in the hands of a URL parser: refused, whatever address it is.
            let written = written_authority(text);
            let plain = written.starts_with('[')
                || written
                    .split(':')
                    .next()
                    .is_some_and(|host| host.parse() == Ok(address));
            plain.then(|| address.to_string())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_urls_are_read() {
        for (text, authority, target, port) in [
            ("https://example.jp", "example.jp", "/", 443),
            (
                "https://EXAMPLE.jp:8443/a/b?c=d",
                "example.jp:8443",
                "/a/b?c=d",
                8443,
            ),
            (
                "HTTPS://example.jp:443/フック",
                "example.jp",
                "/%E3%83%95%E3%83%83%E3%82%AF",
                443,
            ),
            ("https://例え.jp/😀", "xn--r8jz45g.jp", "/%F0%9F%98%80", 443),
            ("https://8.8.8.8/x", "8.8.8.8", "/x", 443),
            (
                "https://[2606:4700:4700::1111]:9000/",
                "[2606:4700:4700::1111]:9000",
                "/",
                9000,
            ),
            ("https://example.jp/a@b", "example.jp", "/a@b", 443),
        ] {
            let read = Address::parse(text, Schemes::Https).unwrap();
            assert_eq!(read.authority, authority, "{text}");
            assert_eq!((read.target.as_str(), read.port), (target, port), "{text}");
            assert!(read.allowed(&AllowList::default()).is_ok(), "{text}");
        }
    }

    #[test]
    fn everything_else_is_refused_for_a_reason() {
        use AddressError as E;
        let long = format!("https://example.jp/{}", "x".repeat(2_048));
        for (text, error) in [
            ("", E::Form),
            ("example.jp", E::Form),
            ("https://", E::Form),
            ("https:///x", E::Form),
            ("//example.jp", E::Form),
            ("http://example.jp", E::Scheme),
            ("ftp://example.jp", E::Scheme),
            ("file:///etc/passwd", E::Scheme),
            ("gopher://example.jp", E::Scheme),
            ("javascript:alert(1)", E::Scheme),
            ("data:text/plain,x", E::Scheme),
            ("https://user@example.jp", E::Credentials),
            ("https://user:pass@example.jp", E::Credentials),
            ("https://@example.jp", E::Credentials),
            ("https://:@example.jp", E::Credentials),
            ("https://example.jp#x", E::Fragment),
            ("https://example.jp:22", E::Port),
            ("https://example.jp:25/", E::Port),
            ("https://example.jp:0/", E::Port),
            ("https://example.jp:99999/", E::Form),
            ("https://exa mple.jp", E::Form),
            ("https://example.jp\\@127.0.0.1", E::Form),
            ("https://example.jp\r\nHost: x", E::Form),
            ("https://exam\tple.jp", E::Form),
            (" https://example.jp", E::Form),
            (long.as_str(), E::TooLong),
        ] {
            assert_eq!(Address::parse(text, Schemes::Https), Err(error), "{text:?}");
        }
        assert!(Address::parse("http://example.jp", Schemes::AlsoHttp).is_ok());
    }
}
