//! What the channel must know of a mail server.

use std::{fmt, time::Duration};

/// How the connection is protected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TlsMode {
    /// Not at all. Credentials go only to the machine itself.
    None,
    /// STARTTLS where the server offers it, with its certificate checked; in the clear where not.
    Opportunistic,
    /// STARTTLS, or no connection (usually port 587).
    Required,
    /// TLS from the first byte (usually port 465).
    Implicit,
}

/// User name and password.
#[derive(Clone, PartialEq, Eq)]
pub struct Credentials {
    /// User name.
    pub user: String,
    /// Password.
    pub password: String,
}

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Credentials(<redacted>)")
    }
}

/// How long to wait.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SmtpTimeouts {
    /// For the greeting, the handshake and the log-in, together.
    pub connect: Duration,
    /// For the answer to a command.
    pub command: Duration,
    /// For the message and the answer to its final dot; content filters take their time.
    pub data: Duration,
    /// A connection unused for so long is tried before use.
    pub idle: Duration,
}

impl Default for SmtpTimeouts {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(30),
            command: Duration::from_mins(1),
            data: Duration::from_mins(10),
            idle: Duration::from_secs(20),
        }
    }
}

/// A mail server and how to use it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SmtpConfig {
    /// Host name or address.
    pub host: String,
    /// Port.
    pub port: u16,
    /// Protection.
    pub tls: TlsMode,
    /// Certificates (PEM) trusted besides the public ones, for a server with a private authority.
    pub extra_roots_pem: Option<String>,
    /// Log-in.
    pub credentials: Option<Credentials>,
    /// The name given in EHLO; the machine's own when absent.
    pub hello: Option<String>,
    /// Waiting times.
    pub timeouts: SmtpTimeouts,
    /// Messages through one connection before it is renewed.
    pub max_per_connection: u32,
    /// Connections at a time.
    pub max_lanes: usize,
}

impl SmtpConfig {
    /// A server in the usual way: STARTTLS required, 1,000 messages a connection, 16 lanes.
    pub fn new(host: &str, port: u16) -> Self {
        Self {
            host: host.to_owned(),
            port,
            tls: TlsMode::Required,
            extra_roots_pem: None,
            credentials: None,
            hello: None,
            timeouts: SmtpTimeouts::default(),
            max_per_connection: 1_000,
            max_lanes: 16,
        }
    }
}

/// Why a configuration cannot be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SmtpConfigError {
    /// The extra certificates cannot be read.
    #[error("the extra certificates are not certificates in PEM")]
    BadCertificates,
    /// The host cannot stand in a certificate.
    #[error("the host is neither a host name nor an address")]
    BadHost,
    /// The EHLO name is not a host name.
    #[error("the EHLO name is not a host name")]
    BadHello,
}
