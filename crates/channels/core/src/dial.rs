//! The guarded dialler: the one way out to a host that a user can set.
//!
//! A user of the admin may name any host (SMTP server, webhook target). Without a guard that is a way
//! into the network the server stands in. So: the name is resolved **once**, every address that is not
//! public is refused unless the operator has allowed it, and the connection goes to the very address
//! that was checked, so that a name which answers differently the second time gains nothing.

mod address;
mod allow;
mod url;

use std::{
    fmt, io,
    net::{IpAddr, SocketAddr},
    sync::Arc,
    time::Duration,
};

use async_trait::async_trait;
use tokio::net::TcpStream;

pub use self::{
    address::{Host, is_global, parse_host},
    allow::{AllowError, AllowList},
    url::{Address, AddressError, Scheme, Schemes},
};

/// Why no connection was made.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DialError {
    /// The host is not a plain name or address.
    #[error("the host is not a plain host name or IP address")]
    BadHost,
    /// The host leads to addresses that are not public and that the operator has not allowed.
    #[error("the host leads to a non-public address, which the operator has not allowed")]
    NotAllowed,
    /// The name could not be resolved.
    #[error("the host name could not be resolved")]
    Resolve(#[source] io::Error),
    /// No address answered.
    #[error("no connection could be made")]
    Connect(#[source] io::Error),
    /// No address answered in time.
    #[error("no connection was made in time")]
    Timeout,
}

/// Turns a name into addresses.
#[async_trait]
pub trait Resolve: Send + Sync {
    /// Looks a name up.
    async fn resolve(&self, name: &str) -> io::Result<Vec<IpAddr>>;
}

/// The resolver of the operating system.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemResolver;

#[async_trait]
impl Resolve for SystemResolver {
    async fn resolve(&self, name: &str) -> io::Result<Vec<IpAddr>> {
        Ok(tokio::net::lookup_host((name, 0))
            .await?
            .map(|address| address.ip())
            .collect())
    }
}

/// The guarded dialler.
#[derive(Clone)]
pub struct Dialler {
    allow: Arc<AllowList>,
    resolver: Arc<dyn Resolve>,
    timeout: Duration,
}

impl fmt::Debug for Dialler {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Dialler")
            .field("allow", &self.allow)
            .finish_non_exhaustive()
    }
}

impl Dialler {
    /// A dialler on the system's resolver, with ten seconds for a connection.
    pub fn new(allow: AllowList) -> Self {
        Self::with_resolver(allow, Arc::new(SystemResolver))
    }

    /// A dialler on another resolver.
    pub fn with_resolver(allow: AllowList, resolver: Arc<dyn Resolve>) -> Self {
        Self {
            allow: Arc::new(allow),
            resolver,
            timeout: Duration::from_secs(10),
        }
    }

    /// Sets the time for a connection.
    #[must_use]
    pub const fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }

    /// Resolves a host once and returns the addresses that may be connected to, never none.
    ///
    /// For clients that dial themselves, such as an HTTP client with a resolver of its own.
    ///
    /// # Errors
    /// When the host is odd, unknown, or leads only to addresses that are not allowed.
    pub async fn resolve(&self, host: &str) -> Result<Vec<IpAddr>, DialError> {
        let (name, addresses) = match parse_host(host).ok_or(DialError::BadHost)? {
            Host::Address(address) => (address.to_string(), vec![address]),
            Host::Name(name) => {
                let found = self
                    .resolver
                    .resolve(&name)
                    .await
                    .map_err(DialError::Resolve)?;
                (name, found)
            }
        };
        let named = self.allow.has_host(&name);
        let allowed: Vec<IpAddr> = addresses
            .into_iter()
            .filter(|address| named || is_global(*address) || self.allow.has_address(*address))
            .collect();
        if allowed.is_empty() {
            Err(DialError::NotAllowed)
        } else {
            Ok(allowed)
        }
    }

    /// Connects to a host through a checked address, without Nagle's delay.
    ///
    /// # Errors
    /// As [`Dialler::resolve`], or when nothing answers in time.
    pub async fn connect(&self, host: &str, port: u16) -> Result<TcpStream, DialError> {
        let attempt = async {
            let addresses = self.resolve(host).await?;
            let mut last = io::Error::from(io::ErrorKind::NotConnected);
            for address in addresses {
                match TcpStream::connect(SocketAddr::new(address, port)).await {
                    Ok(stream) => {
                        // Small command lines wait 40 ms for an acknowledgement otherwise.
                        stream.set_nodelay(true).map_err(DialError::Connect)?;
                        return Ok(stream);
                    }
                    Err(error) => last = error,
                }
            }
            Err(DialError::Connect(last))
        };
        tokio::time::timeout(self.timeout, attempt)
            .await
            .unwrap_or(Err(DialError::Timeout))
    }
}

#[cfg(test)]
mod tests;
