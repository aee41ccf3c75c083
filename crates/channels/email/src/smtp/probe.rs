//! Trying whether a server protects its connections, without logging in or sending anything.

use std::time::Duration;

use channel_core::{dial::Dialler, rate::RatePolicy};

use super::{
    config::{SmtpConfig, SmtpTimeouts, TlsMode},
    connect::{Connector, Fault},
};

/// How long the whole attempt may take.
const PATIENCE: Duration = Duration::from_secs(8);

/// How a server took to TLS.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ProbedTls {
    /// With a certificate that is its own and in order.
    Protected,
    /// It offers none, or its certificate is not in order; what was said.
    Unprotected(String),
    /// It could not be asked; what was said.
    Away(String),
}

/// Tries a server: TLS from the first byte where that is set, STARTTLS otherwise.
pub async fn probe_tls(config: &SmtpConfig, dialler: Dialler) -> ProbedTls {
    let config = SmtpConfig {
        tls: match config.tls {
            TlsMode::Implicit => TlsMode::Implicit,
            TlsMode::None | TlsMode::Opportunistic | TlsMode::Required => TlsMode::Required,
        },
        credentials: None,
        timeouts: SmtpTimeouts {
            connect: PATIENCE,
            ..config.timeouts
        },
        ..config.clone()
    };
    let connector = match Connector::new(config, dialler, RatePolicy::default()) {
        Ok(connector) => connector,
        Err(error) => return ProbedTls::Away(error.to_string()),
    };
    match connector.protects().await {
        Ok(()) => ProbedTls::Protected,
        Err(Fault::Unprotected(said)) => ProbedTls::Unprotected(said),
        Err(Fault::Away(said)) => ProbedTls::Away(said),
    }
}
