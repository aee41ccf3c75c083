//! What a LINE channel needs to know.

use std::time::Duration;

use crate::{Secret, token::Credentials};

/// Where LINE is. Configurable, so that tests and rehearsals point it at a fake.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LineHosts {
    /// Everything but files: `https://api.line.me`.
    pub api: String,
    /// Files: `https://api-data.line.me`.
    pub data: String,
}

impl Default for LineHosts {
    fn default() -> Self {
        Self {
            api: "https://api.line.me".to_owned(),
            data: "https://api-data.line.me".to_owned(),
        }
    }
}

/// How long to wait.
#[derive(Debug, Clone, Copy)]
pub struct LineTimeouts {
    /// For a connection, TLS included.
    pub connect: Duration,
    /// For a whole answer.
    pub answer: Duration,
}

impl Default for LineTimeouts {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(10),
            answer: Duration::from_secs(30),
        }
    }
}

/// A channel of the Messaging API.
#[derive(Debug, Clone)]
pub struct LineConfig {
    /// Where LINE is.
    pub hosts: LineHosts,
    /// How access tokens are come by.
    pub credentials: Credentials,
    /// The channel secret, with which LINE signs webhooks.
    pub channel_secret: Secret,
    /// How long to wait.
    pub timeouts: LineTimeouts,
    /// Most connections at a time.
    pub max_lanes: usize,
    /// Authorities trusted beside the public ones, in PEM.
    pub extra_roots_pem: Option<String>,
}

impl LineConfig {
    /// A channel at LINE itself, with the usual patience and up to 64 connections.
    pub fn new(credentials: Credentials, channel_secret: Secret) -> Self {
        Self {
            hosts: LineHosts::default(),
            credentials,
            channel_secret,
            timeouts: LineTimeouts::default(),
            max_lanes: 64,
            extra_roots_pem: None,
        }
    }
}

/// A configuration that cannot be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum LineConfigError {
    /// A base address is not `https://host` or `http://host:port`.
    #[error("a base address is not http(s)://host[:port]")]
    BadHost,
    /// The added certificates cannot be read.
    #[error("the added certificates cannot be read")]
    BadCertificates,
}
