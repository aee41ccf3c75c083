//! The SMTP channel: lanes to one mail server, on lettre's client over a stream of our own.
//!
//! The stream is ours for three measured or safety reasons: without `TCP_NODELAY` lettre carries 23
//! messages a second, with it thousands; the connection must go through the guarded dialler; and
//! STARTTLS is finished before lettre reads, so that nothing an attacker slipped in before the
//! handshake is taken for an answer.

mod config;
mod connect;
mod fault;
mod probe;
mod session;
mod tls;
mod transaction;

use std::{fmt, sync::Arc};

use async_trait::async_trait;
use channel_core::{
    Answer, Capabilities, Channel, ChannelKind, Message, Outcome, Prepared, Refusal, Session,
    dial::Dialler, rate::RatePolicy,
};

pub use self::config::{Credentials, SmtpConfig, SmtpConfigError, SmtpTimeouts, TlsMode};
pub use self::probe::{ProbedTls, probe_tls};
use self::{connect::Connector, session::SmtpSession};
use crate::{classify, composer, composer::Composer};

/// Mail through an SMTP server.
pub struct SmtpChannel {
    composer: Composer,
    connector: Arc<Connector>,
}

impl fmt::Debug for SmtpChannel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SmtpChannel")
            .field("config", &self.connector.config)
            .finish_non_exhaustive()
    }
}

impl SmtpChannel {
    /// A channel to the server of the configuration. `rates` gives the messages per connection to
    /// one domain; the rates themselves are for the caller's limiter.
    ///
    /// # Errors
    /// When the configuration contradicts itself or its certificates cannot be read.
    pub fn new(
        config: SmtpConfig,
        composer: Composer,
        dialler: Dialler,
        rates: RatePolicy,
    ) -> Result<Self, SmtpConfigError> {
        let connector = Arc::new(Connector::new(config, dialler, rates)?);
        Ok(Self {
            composer,
            connector,
        })
    }
}

#[async_trait]
impl Channel for SmtpChannel {
    fn capabilities(&self) -> Capabilities {
        Capabilities {
            kind: ChannelKind::Email,
            provider_dedupes: false,
            max_lanes: self.connector.config.max_lanes,
            max_bytes: composer::MAX_BYTES,
        }
    }

    fn validate(&self, message: &Message) -> Result<(), Refusal> {
        self.composer.validate(message)
    }

    fn prepare(&self, message: Message) -> Result<Prepared, Refusal> {
        self.composer.prepare(message)
    }

    fn open(&self) -> Box<dyn Session> {
        Box::new(SmtpSession::new(Arc::clone(&self.connector)))
    }

    fn classify(&self, answer: &Answer) -> Outcome {
        classify::classify(answer)
    }
}
