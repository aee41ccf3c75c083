//! The channel and its lanes.

use std::{sync::Arc, time::Duration};

use async_trait::async_trait;
use channel_core::{
    Answer, Capabilities, Channel, ChannelKind, Message, NotReady, Outcome, Prepared, ReasonClass,
    Refusal, Session, Stage,
    dial::{Address, Dialler, Schemes},
};
use kernel::time::Millis;
use tokio_rustls::TlsConnector;

use crate::{
    classify::classify,
    composer::{self, MAX_BODY},
    connect::{self, Stream, connect, not_ready},
    exchange::exchange,
};

/// How webhooks are sent.
#[derive(Debug, Clone)]
pub struct WebhookOptions {
    /// Which schemes may be used.
    pub schemes: Schemes,
    /// How long connecting may take, and how long the exchange that follows.
    pub timeout: Duration,
    /// Certificates that are trusted beyond the public ones.
    pub extra_roots_pem: Option<String>,
}

impl Default for WebhookOptions {
    fn default() -> Self {
        Self {
            schemes: Schemes::Https,
            timeout: Duration::from_secs(20),
            extra_roots_pem: None,
        }
    }
}

/// Why no channel could be made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum WebhookConfigError {
    /// The extra certificates cannot be read.
    #[error("the extra certificates cannot be read")]
    BadCertificates,
}

/// Webhooks over HTTPS.
pub struct WebhookChannel(Arc<Parts>);

struct Parts {
    dialler: Dialler,
    tls: TlsConnector,
    schemes: Schemes,
    timeout: Duration,
}

impl WebhookChannel {
    /// Makes a channel whose connections go through a guarded dialler.
    ///
    /// # Errors
    /// [`WebhookConfigError`].
    pub fn new(dialler: Dialler, options: &WebhookOptions) -> Result<Self, WebhookConfigError> {
        Ok(Self(Arc::new(Parts {
            dialler: dialler.timeout(options.timeout),
            tls: connect::tls(options.extra_roots_pem.as_deref())?,
            schemes: options.schemes,
            timeout: options.timeout,
        })))
    }
}

#[async_trait]
impl Channel for WebhookChannel {
    fn capabilities(&self) -> Capabilities {
        Capabilities {
            kind: ChannelKind::Webhook,
            // By `webhook-id`, which stays the same however often a notice is sent.
            provider_dedupes: true,
            max_lanes: 64,
            max_bytes: MAX_BODY,
        }
    }

    fn validate(&self, message: &Message) -> Result<(), Refusal> {
        composer::check(message, self.0.schemes).map(|_| ())
    }

    fn prepare(&self, message: Message) -> Result<Prepared, Refusal> {
        composer::prepare(message, self.0.schemes)
    }

    fn open(&self) -> Box<dyn Session> {
        Box::new(Lane {
            parts: Arc::clone(&self.0),
            stream: None,
        })
    }

    fn classify(&self, answer: &Answer) -> Outcome {
        classify(answer)
    }
}

/// A lane: a connection for each notice.
struct Lane {
    parts: Arc<Parts>,
    /// Made by `ready` for the notice that it was asked about, and used by the next `deliver`.
    stream: Option<(Address, Stream)>,
}

#[async_trait]
impl Session for Lane {
    async fn ready(&mut self, prepared: &Prepared) -> Result<(), NotReady> {
        self.stream = None;
        let parts = &self.parts;
        let address = Address::parse(&prepared.recipient, parts.schemes)
            .map_err(|error| not_ready(ReasonClass::InvalidAddress, &error.to_string()))?;
        let connected = connect(&parts.dialler, &parts.tls, &address);
        let stream = tokio::time::timeout(parts.timeout, connected)
            .await
            .unwrap_or_else(|_| Err(not_ready(ReasonClass::Timeout, "no connection in time")))?;
        self.stream = Some((address, stream));
        Ok(())
    }

    async fn deliver(&mut self, prepared: &Prepared) -> Outcome {
        let Some((address, stream)) = self.stream.take() else {
            let answer = Answer::broken(Stage::BeforeHandover, "the lane was not made ready");
            return classify(&answer);
        };
        let exchanged = exchange(stream, &address, prepared);
        let answer = tokio::time::timeout(self.parts.timeout, exchanged).await;
        classify(&answer.unwrap_or_else(|_| Answer::timed_out(Stage::AfterHandover)))
    }

    /// Whoever takes notices knows one again by its id, for as long as they keep it: it may be sent again at any time.
    async fn redeliver(&mut self, prepared: &Prepared, _first_at: Millis) -> Outcome {
        self.deliver(prepared).await
    }

    async fn close(&mut self) {
        self.stream = None;
    }
}
