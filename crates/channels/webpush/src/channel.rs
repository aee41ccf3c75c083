//! The channel and its lanes.

use std::sync::Arc;

use async_trait::async_trait;
use channel_core::{
    Answer, Capabilities, Channel, ChannelKind, Message, NotReady, Outcome, Prepared, ReasonClass,
    Refusal, Session, Stage,
    dial::{Address, Dialler, Schemes},
    http::{Connection, Fault, Patience, Sent, Way},
};
use http_body_util::Full;
use hyper::{Request, body::Bytes, header};
use kernel::time::{Clock, Millis};
use url::Url;

use crate::{
    VapidKey,
    classify::{PAUSE, classify},
    composer::{self, Terms},
    vapid::{Statement, Statements},
};

/// Push services whose connection a lane keeps: browsers know four.
const KEPT: usize = 4;
/// The largest request: a record.
const MAX_BYTES: usize = 4_096;

/// What a workspace's Web Push needs to know.
#[derive(Debug, Clone)]
pub struct WebPushConfig {
    /// The workspace's key.
    pub key: VapidKey,
    /// Whom a push service writes to when something is wrong: `mailto:` or `https:`.
    pub subject: String,
    /// Which schemes an endpoint may have.
    pub schemes: Schemes,
    /// How long to wait.
    pub patience: Patience,
    /// Most lanes at a time.
    pub max_lanes: usize,
    /// Authorities trusted beside the public ones, in PEM.
    pub extra_roots_pem: Option<String>,
}

impl WebPushConfig {
    /// The usual patience, https alone and up to 64 lanes.
    pub fn new(key: VapidKey, subject: impl Into<String>) -> Self {
        Self {
            key,
            subject: subject.into(),
            schemes: Schemes::Https,
            patience: Patience::default(),
            max_lanes: 64,
            extra_roots_pem: None,
        }
    }
}

/// A configuration that cannot be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum WebPushConfigError {
    /// The subject is neither a plain `mailto:` address nor an https address.
    #[error("the subject is mailto: with one plain address, or an https address")]
    BadSubject,
    /// The added certificates cannot be read.
    #[error("the added certificates cannot be read")]
    BadCertificates,
}

/// Web Push with one workspace's key.
#[derive(Debug, Clone)]
pub struct WebPushChannel(Arc<Parts>);

struct Parts {
    way: Way,
    statements: Statements,
    schemes: Schemes,
    max_lanes: usize,
    clock: Arc<dyn Clock>,
}

impl std::fmt::Debug for Parts {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Parts")
            .field("statements", &self.statements)
            .finish_non_exhaustive()
    }
}

impl WebPushChannel {
    /// A channel whose connections go through a guarded dialler.
    ///
    /// # Errors
    /// [`WebPushConfigError`].
    pub fn new(
        config: WebPushConfig,
        dialler: &Dialler,
        clock: Arc<dyn Clock>,
    ) -> Result<Self, WebPushConfigError> {
        if !is_subject(&config.subject) {
            return Err(WebPushConfigError::BadSubject);
        }
        let roots = config.extra_roots_pem.as_deref();
        let way = Way::new(dialler.clone(), config.patience, roots)
            .map_err(|_| WebPushConfigError::BadCertificates)?;
        Ok(Self(Arc::new(Parts {
            way,
            statements: Statements::new(config.key, config.subject),
            schemes: config.schemes,
            max_lanes: config.max_lanes,
            clock,
        })))
    }
}

/// Apple refuses a subject with spaces or angle brackets.
fn is_subject(subject: &str) -> bool {
    let is_plain = subject.len() <= 200
        && subject
            .bytes()
            .all(|byte| byte.is_ascii_graphic() && !b"<>\"\\,".contains(&byte));
    let is_address = subject
        .strip_prefix("mailto:")
        .and_then(|address| address.split_once('@'))
        .is_some_and(|(local, domain)| {
            !local.is_empty() && domain.contains('.') && !domain.contains('@')
        });
    let is_page = subject.starts_with("https://")
        && Url::parse(subject)
            .is_ok_and(|url| url.host_str().is_some_and(|host| host.contains('.')));
    is_plain && (is_address || is_page)
}

#[async_trait]
impl Channel for WebPushChannel {
    fn capabilities(&self) -> Capabilities {
        Capabilities {
            kind: ChannelKind::WebPush,
            provider_dedupes: false,
            max_lanes: self.0.max_lanes,
            max_bytes: MAX_BYTES,
        }
    }

    fn validate(&self, message: &Message) -> Result<(), Refusal> {
        composer::check(message, self.0.schemes).map(|_| ())
    }

    fn prepare(&self, message: Message) -> Result<Prepared, Refusal> {
        composer::prepare(message, self.0.schemes, &self.0.statements)
    }

    fn open(&self) -> Box<dyn Session> {
        Box::new(Lane {
            parts: Arc::clone(&self.0),
            kept: Vec::new(),
        })
    }

    fn classify(&self, answer: &Answer) -> Outcome {
        classify(answer)
    }
}

/// A lane: a connection to each of a few push services, at most one request under way.
struct Lane {
    parts: Arc<Parts>,
    /// By origin, the one used last at the end.
    kept: Vec<(String, Connection)>,
}

impl Lane {
    fn address(&self, prepared: &Prepared) -> Result<Address, Fault> {
        Address::parse(&prepared.recipient, self.parts.schemes).map_err(|error| Fault {
            class: ReasonClass::InvalidAddress,
            ..Fault::unwritable(error.to_string())
        })
    }

    /// Takes the connection out: a dropped future takes the half-used one with it.
    async fn connected(&mut self, address: &Address) -> Result<Connection, Fault> {
        let origin = address.base();
        if let Some(place) = self.kept.iter().position(|(kept, _)| *kept == origin) {
            let (_, mut connection) = self.kept.remove(place);
            if connection.is_open() {
                return Ok(connection);
            }
        }
        self.parts.way.open(address).await
    }

    fn keep(&mut self, address: &Address, connection: Connection) {
        if self.kept.len() >= KEPT {
            self.kept.remove(0);
        }
        self.kept.push((address.base(), connection));
    }

    /// Sends once, and once more where the statement by which the service knows us is refused for its age.
    async fn hand_over(&mut self, prepared: &Prepared) -> Result<Answer, Fault> {
        let address = self.address(prepared)?;
        let origin = address.base();
        let now = self.parts.clock.now();
        let unsigned = |error: crate::VapidKeyError| Fault::unwritable(error.to_string());
        let statement = self.parts.statements.of(&origin, now).map_err(unsigned)?;
        let answer = self.try_once(prepared, &address, &statement, now).await?;
        if !matches!(answer.code, Some(401 | 403)) {
            return Ok(answer);
        }
        let parts = Arc::clone(&self.parts);
        match parts.statements.instead_of(&statement, &origin, now) {
            Some(fresh) => self.try_once(prepared, &address, &fresh, now).await,
            None => Ok(answer),
        }
    }

    async fn try_once(
        &mut self,
        prepared: &Prepared,
        address: &Address,
        statement: &Statement,
        now: Millis,
    ) -> Result<Answer, Fault> {
        let request = request(prepared, address, statement)?;
        let connection = self.connected(address).await?;
        let (reply, rest) = match connection.send(request.clone()).await {
            // The service closed it in the same instant; it has seen nothing of the push.
            Err(fault)
                if fault.stage == Stage::BeforeHandover && fault.class != ReasonClass::Timeout =>
            {
                let connection = self.parts.way.open(address).await?;
                connection.send(request).await?
            }
            result => result?,
        };
        if let Some(connection) = rest {
            self.keep(address, connection);
        }
        let mut answer = reply.answer(now);
        if (200..300).contains(&reply.status) {
            let name = reply.header("location").unwrap_or_default();
            answer.text = name.chars().take(500).collect();
        }
        Ok(answer)
    }
}

fn request(prepared: &Prepared, address: &Address, statement: &Statement) -> Result<Sent, Fault> {
    let terms = Terms::of(&prepared.message)
        .map_err(|_| Fault::unwritable("the message is not a push to a browser"))?;
    let mut request = Request::post(address.target.as_str())
        .header(header::CONTENT_TYPE, "application/octet-stream")
        .header(header::CONTENT_ENCODING, "aes128gcm")
        .header(header::AUTHORIZATION, statement.header.as_str())
        .header("ttl", terms.ttl)
        .header("urgency", terms.urgency);
    if let Some(topic) = terms.topic {
        request = request.header("topic", topic);
    }
    request
        .body(Full::new(Bytes::from(prepared.payload.clone())))
        .map_err(|error| Fault::unwritable(error.to_string()))
}

#[async_trait]
impl Session for Lane {
    async fn ready(&mut self, prepared: &Prepared) -> Result<(), NotReady> {
        let ready = async {
            let address = self.address(prepared)?;
            self.kept.retain(|(_, connection)| !connection.is_idle());
            let connection = self.connected(&address).await?;
            self.keep(&address, connection);
            Ok(())
        };
        ready.await.map_err(|fault: Fault| fault.not_ready(PAUSE))
    }

    async fn deliver(&mut self, prepared: &Prepared) -> Outcome {
        match self.hand_over(prepared).await {
            Ok(answer) => classify(&answer),
            Err(fault) => classify(&Answer::from(fault)),
        }
    }

    async fn close(&mut self) {
        self.kept.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_subject_is_an_address_or_a_page() {
        for subject in ["mailto:push@example.jp", "https://example.jp/contact"] {
            assert!(is_subject(subject), "{subject}");
        }
        for subject in [
            "",
            "push@example.jp",
            "mailto:",
            "mailto:@example.jp",
            "mailto:a@b",
            "mailto:a@b.jp,c@d.jp",
            "mailto:<a@b.jp>",
            "mailto: a@b.jp",
            "mailto:花子@example.jp",
            "http://example.jp",
            "https://localhost",
            "https://",
        ] {
            assert!(!is_subject(subject), "{subject}");
        }
    }
}
