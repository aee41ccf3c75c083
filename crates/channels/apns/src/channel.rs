//! The channel and its lanes.

use std::{fmt, sync::Arc};

use async_trait::async_trait;
use channel_core::{
    Answer, Capabilities, Channel, ChannelKind, Message, NotReady, Outcome, Prepared, Refusal,
    Session,
    dial::{Address, Dialler, Schemes},
    http::{Fault, Patience, Seat, Sent, Shared, Way},
};
use http_body_util::Full;
use hyper::{Request, body::Bytes, header};
use kernel::time::{Clock, Millis};

use crate::{
    ApnsKey,
    classify::{PAUSE, classify, has_expired_token},
    composer::{self, MAX_PAYLOAD, Terms},
    token::{Token, Tokens},
};

/// Where apps from the store, and those in `TestFlight`, are reached.
pub const PRODUCTION: &str = "https://api.push.apple.com";
/// Where apps run from Xcode are reached.
pub const SANDBOX: &str = "https://api.sandbox.push.apple.com";

/// What a channel to one app needs to know.
#[derive(Debug, Clone)]
pub struct ApnsConfig {
    /// [`PRODUCTION`], [`SANDBOX`], or a rehearsal's own.
    pub host: String,
    /// The app's bundle id.
    pub topic: String,
    /// The team's key.
    pub key: ApnsKey,
    /// How long to wait.
    pub patience: Patience,
    /// Most connections.
    pub connections: usize,
    /// Most lanes at a time; they share the connections.
    pub max_lanes: usize,
    /// Authorities trusted beside the public ones, in PEM.
    pub extra_roots_pem: Option<String>,
}

impl ApnsConfig {
    /// An app in production, with the usual patience, four connections and 256 lanes.
    pub fn new(topic: impl Into<String>, key: ApnsKey) -> Self {
        Self {
            host: PRODUCTION.to_owned(),
            topic: topic.into(),
            key,
            patience: Patience::default(),
            connections: 4,
            max_lanes: 256,
            extra_roots_pem: None,
        }
    }
}

/// A configuration that cannot be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ApnsConfigError {
    /// The host is not `https://host[:port]`.
    #[error("the host is not http(s)://host[:port]")]
    BadHost,
    /// The topic is no bundle id.
    #[error("a bundle id is letters, digits, hyphens and full stops")]
    BadTopic,
    /// The added certificates cannot be read.
    #[error("the added certificates cannot be read")]
    BadCertificates,
}

/// Push to one app in one environment.
#[derive(Debug, Clone)]
pub struct ApnsChannel(Arc<Parts>);

struct Parts {
    shared: Arc<Shared>,
    tokens: Tokens,
    topic: String,
    max_lanes: usize,
    clock: Arc<dyn Clock>,
}

impl fmt::Debug for Parts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Parts")
            .field("shared", &self.shared)
            .field("tokens", &self.tokens)
            .field("topic", &self.topic)
            .finish_non_exhaustive()
    }
}

impl ApnsChannel {
    /// A channel whose connections go through a guarded dialler.
    ///
    /// # Errors
    /// [`ApnsConfigError`].
    pub fn new(
        config: ApnsConfig,
        dialler: &Dialler,
        clock: Arc<dyn Clock>,
    ) -> Result<Self, ApnsConfigError> {
        if !is_topic(&config.topic) {
            return Err(ApnsConfigError::BadTopic);
        }
        let address = Address::parse(&config.host, Schemes::AlsoHttp)
            .ok()
            .filter(|address| address.target == "/")
            .ok_or(ApnsConfigError::BadHost)?;
        let roots = config.extra_roots_pem.as_deref();
        let way = Way::new(dialler.clone(), config.patience, roots)
            .map_err(|_| ApnsConfigError::BadCertificates)?;
        Ok(Self(Arc::new(Parts {
            shared: Shared::new(way, address, config.connections),
            tokens: Tokens::new(config.key),
            topic: config.topic,
            max_lanes: config.max_lanes,
            clock,
        })))
    }
}

fn is_topic(topic: &str) -> bool {
    (1..=255).contains(&topic.len())
        && topic
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.'))
}

#[async_trait]
impl Channel for ApnsChannel {
    fn capabilities(&self) -> Capabilities {
        Capabilities {
            kind: ChannelKind::Apns,
            provider_dedupes: false,
            max_lanes: self.0.max_lanes,
            max_bytes: MAX_PAYLOAD,
        }
    }

    fn validate(&self, message: &Message) -> Result<(), Refusal> {
        composer::check(message).map(|_| ())
    }

    fn prepare(&self, message: Message) -> Result<Prepared, Refusal> {
        composer::prepare(message, &self.0.topic)
    }

    fn open(&self) -> Box<dyn Session> {
        Box::new(Lane {
            seat: self.0.shared.seat(),
            parts: Arc::clone(&self.0),
        })
    }

    fn classify(&self, answer: &Answer) -> Outcome {
        classify(answer)
    }
}

/// A lane: one stream at a time on a connection that others use, too.
struct Lane {
    parts: Arc<Parts>,
    seat: Seat,
}

impl Lane {
    /// Sends once, and once more where the provider token has become too old.
    async fn hand_over(&self, prepared: &Prepared) -> Result<Answer, Fault> {
        let now = self.parts.clock.now();
        let token = self.parts.tokens.get(now);
        let token = token.map_err(|error| Fault::unwritable(error.to_string()))?;
        let answer = self.try_once(prepared, &token, now).await?;
        if !has_expired_token(&answer) {
            return Ok(answer);
        }
        match self.parts.tokens.instead_of(&token, now) {
            Some(fresh) => self.try_once(prepared, &fresh, now).await,
            None => Ok(answer),
        }
    }

    async fn try_once(
        &self,
        prepared: &Prepared,
        token: &Token,
        now: Millis,
    ) -> Result<Answer, Fault> {
        let shared = &self.parts.shared;
        let request = request(&shared.base(), prepared, token)?;
        let reply = shared.send(self.seat, request).await?;
        let mut answer = reply.answer(now);
        if (200..300).contains(&reply.status) {
            let name = reply.header("apns-id").unwrap_or(&prepared.wire_id);
            answer.text = name.chars().take(100).collect();
        }
        Ok(answer)
    }
}

fn request(base: &str, prepared: &Prepared, token: &Token) -> Result<Sent, Fault> {
    let terms = Terms::of(&prepared.message)
        .map_err(|_| Fault::unwritable("the message is not a push to a device of Apple's"))?;
    let mut request = Request::post(format!("{base}/3/device/{}", prepared.recipient))
        .header(header::CONTENT_TYPE, "application/json")
        .header(header::AUTHORIZATION, token.header.as_str())
        .header("apns-id", prepared.wire_id.as_str())
        .header("apns-topic", prepared.sender.as_str())
        .header("apns-push-type", terms.push_type)
        .header("apns-priority", terms.priority)
        .header("apns-expiration", terms.expiration);
    if let Some(collapse) = terms.collapse {
        request = request.header("apns-collapse-id", collapse);
    }
    request
        .body(Full::new(Bytes::from(prepared.payload.clone())))
        .map_err(|error| Fault::unwritable(error.to_string()))
}

#[async_trait]
impl Session for Lane {
    async fn ready(&mut self, _prepared: &Prepared) -> Result<(), NotReady> {
        let ready = self.parts.shared.ready(self.seat).await;
        ready.map_err(|fault| fault.not_ready(PAUSE))
    }

    async fn deliver(&mut self, prepared: &Prepared) -> Outcome {
        match self.hand_over(prepared).await {
            Ok(answer) => classify(&answer),
            Err(fault) => classify(&Answer::from(fault)),
        }
    }

    /// The connection is not the lane's own.
    async fn close(&mut self) {}
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_topic_is_a_bundle_id() {
        for topic in ["jp.example.shop", "jp.example.shop-2.voip"] {
            assert!(is_topic(topic), "{topic}");
        }
        for topic in ["", "jp example", "店", "a\r\nb", &"x".repeat(256)] {
            assert!(!is_topic(topic), "{topic}");
        }
    }
}
