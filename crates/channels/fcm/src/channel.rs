//! The channel and its lanes.

use std::{fmt, sync::Arc};

use async_trait::async_trait;
use channel_core::{
    Answer, Capabilities, Channel, ChannelKind, Message, NotReady, Outcome, Prepared, Refusal,
    Session,
    dial::{Address, Dialler, Schemes},
    http::{Fault, Patience, Seat, Sent, Shared, Way},
    rate::RatePolicy,
};
use http_body_util::Full;
use hyper::{Request, body::Bytes, header};
use kernel::time::Clock;
use serde::Deserialize;

use crate::{
    ServiceAccount,
    classify::{PAUSE, classify},
    composer::{self, MAX_PAYLOAD},
    token::{Token, Tokens},
};

/// Where Firebase is.
pub const FIREBASE: &str = "https://fcm.googleapis.com";
/// The longest target, and what stands around it.
const ROOM: usize = 1_100;

/// What a channel to one Firebase project needs to know.
#[derive(Debug, Clone)]
pub struct FcmConfig {
    /// [`FIREBASE`], or a rehearsal's own.
    pub host: String,
    /// The project's service account.
    pub account: ServiceAccount,
    /// How long to wait.
    pub patience: Patience,
    /// Most connections.
    pub connections: usize,
    /// Most lanes at a time; they share the connections.
    pub max_lanes: usize,
    /// Authorities trusted beside the public ones, in PEM.
    pub extra_roots_pem: Option<String>,
}

impl FcmConfig {
    /// Firebase itself, with the usual patience, four connections and 256 lanes.
    pub fn new(account: ServiceAccount) -> Self {
        Self {
            host: FIREBASE.to_owned(),
            account,
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
pub enum FcmConfigError {
    /// The host is not `https://host[:port]`.
    #[error("the host is not http(s)://host[:port]")]
    BadHost,
    /// The added certificates cannot be read.
    #[error("the added certificates cannot be read")]
    BadCertificates,
}

/// Push by one Firebase project.
#[derive(Debug, Clone)]
pub struct FcmChannel(Arc<Parts>);

struct Parts {
    shared: Arc<Shared>,
    tokens: Tokens,
    project: String,
    max_lanes: usize,
    clock: Arc<dyn Clock>,
}

impl fmt::Debug for Parts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Parts")
            .field("shared", &self.shared)
            .field("tokens", &self.tokens)
            .finish_non_exhaustive()
    }
}

impl FcmChannel {
    /// A channel whose connections go through a guarded dialler.
    ///
    /// # Errors
    /// [`FcmConfigError`].
    pub fn new(
        config: FcmConfig,
        dialler: &Dialler,
        clock: Arc<dyn Clock>,
    ) -> Result<Self, FcmConfigError> {
        let address = Address::parse(&config.host, Schemes::AlsoHttp)
            .ok()
            .filter(|address| address.target == "/")
            .ok_or(FcmConfigError::BadHost)?;
        let roots = config.extra_roots_pem.as_deref();
        let way = Way::new(dialler.clone(), config.patience, roots)
            .map_err(|_| FcmConfigError::BadCertificates)?;
        Ok(Self(Arc::new(Parts {
            shared: Shared::new(way.clone(), address, config.connections),
            project: config.account.project().to_owned(),
            tokens: Tokens::new(config.account, way, Arc::clone(&clock)),
            max_lanes: config.max_lanes,
            clock,
        })))
    }

    /// Returns the documented rate of a project, 600,000 a minute, for the sender's limiter.
    pub fn rates() -> RatePolicy {
        RatePolicy {
            per_second: Some(10_000),
            ..RatePolicy::default()
        }
    }
}

#[async_trait]
impl Channel for FcmChannel {
    fn capabilities(&self) -> Capabilities {
        Capabilities {
            kind: ChannelKind::Fcm,
            provider_dedupes: false,
            max_lanes: self.0.max_lanes,
            max_bytes: MAX_PAYLOAD + ROOM,
        }
    }

    fn validate(&self, message: &Message) -> Result<(), Refusal> {
        composer::check(message).map(|_| ())
    }

    fn prepare(&self, message: Message) -> Result<Prepared, Refusal> {
        composer::prepare(message, &self.0.project)
    }

    fn open(&self) -> Box<dyn Session> {
        Box::new(Lane {
            seat: self.0.shared.seat(),
            parts: Arc::clone(&self.0),
            token: None,
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
    token: Option<Token>,
}

impl Lane {
    /// Sends once, and once more when Firebase no longer takes the token.
    async fn hand_over(&mut self, prepared: &Prepared) -> Result<Answer, Outcome> {
        let token = match self.token.take() {
            Some(token) => token,
            None => self.parts.tokens.get().await.map_err(Outcome::from)?,
        };
        let answer = self.try_once(prepared, &token).await;
        if !is_refused_token(&answer) {
            return Ok(answer);
        }
        let fresh = self.parts.tokens.instead_of(&token).await;
        let fresh = fresh.map_err(Outcome::from)?;
        Ok(self.try_once(prepared, &fresh).await)
    }

    async fn try_once(&self, prepared: &Prepared, token: &Token) -> Answer {
        let shared = &self.parts.shared;
        let sent = match request(&shared.base(), prepared, token) {
            Ok(request) => shared.send(self.seat, request).await,
            Err(fault) => Err(fault),
        };
        match sent {
            Err(fault) => Answer::from(fault),
            Ok(reply) => {
                let mut answer = reply.answer(self.parts.clock.now());
                if (200..300).contains(&reply.status) {
                    answer.text = name(&answer.text);
                }
                answer
            }
        }
    }
}

/// A 401 of Firebase's own is about the token; one with a word of FCM's is about something else.
fn is_refused_token(answer: &Answer) -> bool {
    answer.code == Some(401) && !answer.text.contains("THIRD_PARTY_AUTH_ERROR")
}

/// Reads Firebase's name of a message that it took.
fn name(body: &str) -> String {
    #[derive(Deserialize)]
    struct Taken {
        name: String,
    }
    let taken: Option<Taken> = serde_json::from_str(body).ok();
    taken.map_or_else(String::new, |taken| taken.name.chars().take(300).collect())
}

fn request(base: &str, prepared: &Prepared, token: &Token) -> Result<Sent, Fault> {
    Request::post(format!(
        "{base}/v1/projects/{}/messages:send",
        prepared.sender
    ))
    .header(header::CONTENT_TYPE, "application/json")
    .header(header::AUTHORIZATION, token.header.as_str())
    .body(Full::new(Bytes::from(prepared.payload.clone())))
    .map_err(|error| Fault::unwritable(error.to_string()))
}

#[async_trait]
impl Session for Lane {
    async fn ready(&mut self, _prepared: &Prepared) -> Result<(), NotReady> {
        self.token = Some(self.parts.tokens.get().await?);
        let ready = self.parts.shared.ready(self.seat).await;
        ready.map_err(|fault| fault.not_ready(PAUSE))
    }

    async fn deliver(&mut self, prepared: &Prepared) -> Outcome {
        match self.hand_over(prepared).await {
            Ok(answer) => classify(&answer),
            Err(outcome) => outcome,
        }
    }

    /// The connection is not the lane's own.
    async fn close(&mut self) {
        self.token = None;
    }
}
