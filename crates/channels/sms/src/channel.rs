//! The channel and its lanes.

use std::{fmt, sync::Arc};

use async_trait::async_trait;
use base64::{Engine as _, engine::general_purpose::STANDARD};
use channel_core::{
    Answer, Capabilities, Channel, ChannelKind, Inbound, InboundError, InboundRequest, Message,
    NotReady, Outcome, Prepared, ReasonClass, Refusal, Session, Stage,
    dial::{Address, Dialler, Schemes},
    http::{Connection, Fault, Patience, Sent, Way},
    rate::RatePolicy,
};
use http_body_util::Full;
use hyper::{Request, body::Bytes, header};
use kernel::time::Clock;
use serde::Deserialize;

use crate::{
    Secret,
    classify::{PAUSE, classify},
    composer, hook,
};

/// Where Twilio is.
pub const TWILIO: &str = "https://api.twilio.com";
/// The largest request: 1,600 characters of which each becomes nine bytes, and what stands around them.
const MAX_BYTES: usize = 20_000;

/// Who is shown as the author, or the set of numbers from which the provider chooses one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Author {
    /// A number, a short code, or up to eleven letters and digits.
    Number(String),
    /// A messaging service (`MG…`).
    Service(String),
}

/// What an account at Twilio, or at one who speaks as Twilio does, needs to know.
#[derive(Debug, Clone)]
pub struct SmsConfig {
    /// [`TWILIO`], or another who speaks the same.
    pub host: String,
    /// The account (`AC` and 32 hexadecimal digits).
    pub account: String,
    /// The account's token: proves us to the provider, and the provider's calls to us.
    pub token: Secret,
    /// A number in E.164, a short code, up to eleven letters and digits, or a messaging service (`MG…`).
    pub from: String,
    /// Our own address that hears what became of messages, without a query. The provider signs it with what it tells.
    pub hook: String,
    /// How long to wait.
    pub patience: Patience,
    /// Most lanes at a time.
    pub max_lanes: usize,
    /// Authorities trusted beside the public ones, in PEM.
    pub extra_roots_pem: Option<String>,
}

impl SmsConfig {
    /// Twilio itself, with the usual patience and up to 16 lanes.
    pub fn new(
        account: impl Into<String>,
        token: Secret,
        from: impl Into<String>,
        hook: impl Into<String>,
    ) -> Self {
        Self {
            host: TWILIO.to_owned(),
            account: account.into(),
            token,
            from: from.into(),
            hook: hook.into(),
            patience: Patience::default(),
            max_lanes: 16,
            extra_roots_pem: None,
        }
    }
}

/// A configuration that cannot be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SmsConfigError {
    /// The host is not `http(s)://host[:port]`.
    #[error("the host is not http(s)://host[:port]")]
    BadHost,
    /// The account is not `AC` and 32 hexadecimal digits.
    #[error("the account is AC and 32 hexadecimal digits")]
    BadAccount,
    /// The token is empty.
    #[error("the token is empty")]
    NoToken,
    /// The sender is none of the four kinds.
    #[error(
        "the sender is a number such as +815012345678, a short code, up to 11 letters and digits, or MG and 32 hexadecimal digits"
    )]
    BadFrom,
    /// The hook is no address, or has a query.
    #[error("the hook is an http(s) address without a query")]
    BadHook,
    /// The added certificates cannot be read.
    #[error("the added certificates cannot be read")]
    BadCertificates,
}

/// Text messages by one account.
#[derive(Debug, Clone)]
pub struct SmsChannel(Arc<Parts>);

struct Parts {
    way: Way,
    address: Address,
    authorization: String,
    account: String,
    token: Secret,
    author: Author,
    hook: String,
    max_lanes: usize,
    clock: Arc<dyn Clock>,
}

impl fmt::Debug for Parts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Parts")
            .field("account", &self.account)
            .finish_non_exhaustive()
    }
}

impl SmsChannel {
    /// A channel whose connections go through a guarded dialler.
    ///
    /// # Errors
    /// [`SmsConfigError`].
    pub fn new(
        config: SmsConfig,
        dialler: &Dialler,
        clock: Arc<dyn Clock>,
    ) -> Result<Self, SmsConfigError> {
        let address = Address::parse(&config.host, Schemes::AlsoHttp)
            .ok()
            .filter(|address| address.target == "/")
            .ok_or(SmsConfigError::BadHost)?;
        if !is_sid(&config.account, "AC") {
            return Err(SmsConfigError::BadAccount);
        }
        if config.token.reveal().is_empty() {
            return Err(SmsConfigError::NoToken);
        }
        let author = author(&config.from).ok_or(SmsConfigError::BadFrom)?;
        let is_hook = Address::parse(&config.hook, Schemes::AlsoHttp).is_ok()
            && !config.hook.contains(['?', '#']);
        if !is_hook {
            return Err(SmsConfigError::BadHook);
        }
        let way = Way::new(
            dialler.clone(),
            config.patience,
            config.extra_roots_pem.as_deref(),
        )
        .map_err(|_| SmsConfigError::BadCertificates)?;
        let pair = format!("{}:{}", config.account, config.token.reveal());
        Ok(Self(Arc::new(Parts {
            way,
            address,
            authorization: format!("Basic {}", STANDARD.encode(pair)),
            account: config.account,
            token: config.token,
            author,
            hook: config.hook,
            max_lanes: config.max_lanes,
            clock,
        })))
    }

    /// Returns the rate that a long number of Japan or North America may be sure of: one part a second. Accounts with
    /// more set more.
    pub fn rates() -> RatePolicy {
        RatePolicy {
            per_second: Some(1),
            ..RatePolicy::default()
        }
    }
}

fn is_sid(text: &str, prefix: &str) -> bool {
    text.strip_prefix(prefix)
        .is_some_and(|rest| rest.len() == 32 && rest.bytes().all(|byte| byte.is_ascii_hexdigit()))
}

fn author(from: &str) -> Option<Author> {
    if is_sid(from, "MG") {
        return Some(Author::Service(from.to_owned()));
    }
    // Not only mobile numbers: whoever writes need not be one that can be written to.
    let is_number = from
        .strip_prefix('+')
        .is_some_and(|digits| (8..=15).contains(&digits.len()) && is_all_digits(digits));
    let is_code = (3..=8).contains(&from.len()) && is_all_digits(from);
    let is_name = (1..=11).contains(&from.len())
        && from
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b' ')
        && from.bytes().any(|byte| byte.is_ascii_alphabetic());
    (is_number || is_code || is_name).then(|| Author::Number(from.to_owned()))
}

fn is_all_digits(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_digit())
}

#[async_trait]
impl Channel for SmsChannel {
    fn capabilities(&self) -> Capabilities {
        Capabilities {
            kind: ChannelKind::Sms,
            provider_dedupes: false,
            max_lanes: self.0.max_lanes,
            max_bytes: MAX_BYTES,
        }
    }

    fn validate(&self, message: &Message) -> Result<(), Refusal> {
        composer::check(message).map(|_| ())
    }

    fn prepare(&self, message: Message) -> Result<Prepared, Refusal> {
        composer::prepare(message, &self.0.author, &self.0.hook)
    }

    fn open(&self) -> Box<dyn Session> {
        Box::new(Lane {
            parts: Arc::clone(&self.0),
            kept: None,
        })
    }

    fn classify(&self, answer: &Answer) -> Outcome {
        classify(answer)
    }

    fn parse_inbound(&self, request: &InboundRequest<'_>) -> Result<Vec<Inbound>, InboundError> {
        hook::read(&self.0.token, &self.0.account, &self.0.hook, request)
    }
}

/// A lane: one connection, at most one request under way.
struct Lane {
    parts: Arc<Parts>,
    kept: Option<Connection>,
}

impl Lane {
    /// Takes the connection out: a dropped future takes the half-used one with it.
    async fn connected(&mut self) -> Result<Connection, Fault> {
        if let Some(mut connection) = self.kept.take()
            && connection.is_open()
        {
            return Ok(connection);
        }
        self.parts.way.open(&self.parts.address).await
    }

    async fn hand_over(&mut self, prepared: &Prepared) -> Result<Answer, Fault> {
        let request = request(&self.parts, prepared)?;
        let connection = self.connected().await?;
        let (reply, rest) = match connection.send(request.clone()).await {
            // The provider closed it in the same instant; it has seen nothing of the message.
            Err(fault)
                if fault.stage == Stage::BeforeHandover && fault.class != ReasonClass::Timeout =>
            {
                let connection = self.parts.way.open(&self.parts.address).await?;
                connection.send(request).await?
            }
            result => result?,
        };
        self.kept = rest;
        let mut answer = reply.answer(self.parts.clock.now());
        if (200..300).contains(&reply.status) {
            answer.text = sid(&answer.text);
        }
        Ok(answer)
    }
}

/// Reads the provider's name of a message that it took.
fn sid(body: &str) -> String {
    #[derive(Deserialize)]
    struct Taken {
        sid: String,
    }
    let taken: Option<Taken> = serde_json::from_str(body).ok();
    taken.map_or_else(String::new, |taken| taken.sid.chars().take(64).collect())
}

fn request(parts: &Parts, prepared: &Prepared) -> Result<Sent, Fault> {
    Request::post(format!(
        "/2010-04-01/Accounts/{}/Messages.json",
        parts.account
    ))
    .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
    .header(header::ACCEPT, "application/json")
    .header(header::AUTHORIZATION, parts.authorization.as_str())
    .body(Full::new(Bytes::from(prepared.payload.clone())))
    .map_err(|error| Fault::unwritable(error.to_string()))
}

#[async_trait]
impl Session for Lane {
    async fn ready(&mut self, _prepared: &Prepared) -> Result<(), NotReady> {
        self.kept = self.kept.take().filter(|connection| !connection.is_idle());
        match self.connected().await {
            Ok(connection) => {
                self.kept = Some(connection);
                Ok(())
            }
            Err(fault) => Err(fault.not_ready(PAUSE)),
        }
    }

    async fn deliver(&mut self, prepared: &Prepared) -> Outcome {
        match self.hand_over(prepared).await {
            Ok(answer) => classify(&answer),
            Err(fault) => classify(&Answer::from(fault)),
        }
    }

    async fn close(&mut self) {
        self.kept = None;
    }
}
