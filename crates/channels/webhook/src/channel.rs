//! The channel and its lanes.

use std::{sync::Arc, time::Duration};

use async_trait::async_trait;
use channel_core::{
    Answer, Capabilities, Channel, ChannelKind, Message, NotReady, Outcome, Prepared, ReasonClass,
    Refusal, Session, Stage,
    dial::{Address, Dialler, Schemes},
    http::{Connection, Fault, Patience, Sent, Way},
};
use http_body_util::Full;
use hyper::{Request, body::Bytes, header};
use kernel::time::Millis;

use crate::{
    classify::{PAUSE, classify},
    composer::{self, MAX_BODY, seconds},
};

const USER_AGENT: &str = concat!("Enishi-Webhooks/", env!("CARGO_PKG_VERSION"));

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
    way: Way,
    schemes: Schemes,
}

impl WebhookChannel {
    /// Makes a channel whose connections go through a guarded dialler.
    ///
    /// # Errors
    /// [`WebhookConfigError`].
    pub fn new(dialler: Dialler, options: &WebhookOptions) -> Result<Self, WebhookConfigError> {
        let patience = Patience {
            connect: options.timeout,
            answer: options.timeout,
            ..Patience::default()
        };
        let way = Way::new(dialler, patience, options.extra_roots_pem.as_deref())
            .map_err(|_| WebhookConfigError::BadCertificates)?;
        Ok(Self(Arc::new(Parts {
            way,
            schemes: options.schemes,
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
            connection: None,
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
    connection: Option<(Address, Connection)>,
}

impl Lane {
    async fn connect(&self, prepared: &Prepared) -> Result<(Address, Connection), Fault> {
        let address = Address::parse(&prepared.recipient, self.parts.schemes);
        let address = address.map_err(|error| Fault {
            class: ReasonClass::InvalidAddress,
            ..Fault::unwritable(error.to_string())
        })?;
        let connection = self.parts.way.open(&address).await?;
        Ok((address, connection))
    }
}

/// Sends a prepared notice and returns what was said. The connection ends with it.
async fn exchange(
    connection: Connection,
    address: &Address,
    prepared: &Prepared,
) -> Result<Answer, Fault> {
    let request = request(address, prepared);
    let request = request.map_err(|error| Fault::unwritable(error.to_string()))?;
    let (reply, _) = connection.send(request).await?;
    Ok(reply.answer(prepared.message.at))
}

fn request(address: &Address, prepared: &Prepared) -> Result<Sent, hyper::http::Error> {
    Request::post(address.target.as_str())
        .header(header::CONTENT_TYPE, "application/json")
        .header(header::ACCEPT, "*/*")
        .header(header::USER_AGENT, USER_AGENT)
        .header(header::CONNECTION, "close")
        .header("webhook-id", prepared.wire_id.as_str())
        .header("webhook-timestamp", seconds(&prepared.message))
        .header("webhook-signature", prepared.sender.as_str())
        .body(Full::new(Bytes::from(prepared.payload.clone())))
}

#[async_trait]
impl Session for Lane {
    async fn ready(&mut self, prepared: &Prepared) -> Result<(), NotReady> {
        self.connection = None;
        let connected = self.connect(prepared).await;
        self.connection = Some(connected.map_err(|fault| fault.not_ready(PAUSE))?);
        Ok(())
    }

    async fn deliver(&mut self, prepared: &Prepared) -> Outcome {
        let Some((address, connection)) = self.connection.take() else {
            let answer = Answer::broken(Stage::BeforeHandover, "the lane was not made ready");
            return classify(&answer);
        };
        let answer = exchange(connection, &address, prepared).await;
        classify(&answer.unwrap_or_else(Answer::from))
    }

    /// Whoever takes notices knows one again by its id, for as long as they keep it: it may be sent again at any time.
    async fn redeliver(&mut self, prepared: &Prepared, _first_at: Millis) -> Outcome {
        self.deliver(prepared).await
    }

    async fn close(&mut self) {
        self.connection = None;
    }
}
