//! HTTP through the guarded dialler, for channels: by hand, because a lane must know the instant from
//! which a provider may have acted.
//!
//! [`Connection`] speaks HTTP/1.1 and belongs to one lane. [`Shared`] speaks HTTP/2 and carries the
//! requests of many lanes on a few connections.

mod own;
mod shared;
mod tls;

use std::{
    error::Error,
    time::{Duration, SystemTime},
};

use http_body_util::{BodyExt as _, Full};
use hyper::{
    Request, Response,
    body::{Bytes, Incoming},
    header::{self, HeaderMap},
};
use kernel::time::Millis;
use tokio::time::timeout;

use self::tls::{Stream, Tls};
pub use self::{
    own::Connection,
    shared::{Seat, Shared},
    tls::BadCertificates,
};
use crate::{
    Answer, NotReady, Reason, ReasonClass, Stage,
    dial::{Address, DialError, Dialler, Scheme},
};

/// The most bytes of an answer that are read: its head as much as its body.
pub const MAX_ANSWER: usize = 64 * 1024;
/// How long the body of an answer may take once its status is there: the status alone decides.
const BODY: Duration = Duration::from_secs(2);

/// A request with all of its body.
pub type Sent = Request<Full<Bytes>>;

/// How long to wait.
#[derive(Debug, Clone, Copy)]
pub struct Patience {
    /// For a connection, TLS included.
    pub connect: Duration,
    /// For an answer.
    pub answer: Duration,
    /// How long a connection may stand unused and still be trusted. What lies between forgets connections
    /// without telling, and then the next request is lost in doubt.
    pub idle: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(10),
            answer: Duration::from_secs(30),
            idle: Duration::from_mins(1),
        }
    }
}

/// The way out: dialler, authorities and patience.
#[derive(Debug, Clone)]
pub struct Way {
    dialler: Dialler,
    tls: Tls,
    patience: Patience,
}

impl Way {
    /// A way that trusts the public authorities, and those added in PEM.
    ///
    /// # Errors
    /// When the added ones cannot be read.
    pub fn new(
        dialler: Dialler,
        patience: Patience,
        extra_roots_pem: Option<&str>,
    ) -> Result<Self, BadCertificates> {
        Ok(Self {
            dialler: dialler.timeout(patience.connect),
            tls: Tls::new(extra_roots_pem)?,
            patience,
        })
    }

    /// Opens a connection for HTTP/1.1. Nothing of any request is sent.
    ///
    /// # Errors
    /// [`Fault`], always before the hand-over.
    pub async fn open(&self, address: &Address) -> Result<Connection, Fault> {
        let opened = async {
            let stream = self.connect(address, b"http/1.1").await?;
            Connection::new(stream, address, self.patience).await
        };
        timeout(self.patience.connect, opened)
            .await
            .unwrap_or_else(|_| Err(Fault::late(Stage::BeforeHandover)))
    }

    async fn connect(&self, address: &Address, protocol: &[u8]) -> Result<Stream, Fault> {
        let dialled = self.dialler.connect(&address.host, address.port).await;
        let stream = dialled.map_err(|error| undialled(&error))?;
        match address.scheme {
            Scheme::Http => Ok(Stream::Clear(stream)),
            Scheme::Https => self.tls.protect(stream, &address.host, protocol).await,
        }
    }
}

/// What was answered.
#[derive(Debug, Clone)]
pub struct Reply {
    /// Status.
    pub status: u16,
    /// Headers.
    pub headers: HeaderMap,
    /// The body, or as much of it as was read.
    pub body: Bytes,
}

impl Reply {
    /// Returns the answer, with the pause that is asked for. Control characters are left out.
    pub fn answer(&self, now: Millis) -> Answer {
        let text = String::from_utf8_lossy(&self.body);
        let text: String = text
            .chars()
            .filter(|c| !c.is_control() || c.is_whitespace())
            .collect();
        Answer {
            retry_after: retry_after(&self.headers, now),
            ..Answer::reply(Stage::AfterHandover, self.status, text)
        }
    }

    /// Returns a header that is plain text.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }
}

/// No answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// How far the request had gone.
    pub stage: Stage,
    /// What it was about.
    pub class: ReasonClass,
    /// Our words.
    pub text: String,
}

impl Fault {
    fn new(stage: Stage, class: ReasonClass, text: impl Into<String>) -> Self {
        Self {
            stage,
            class,
            text: text.into(),
        }
    }

    /// A request that cannot be written.
    pub fn unwritable(text: impl Into<String>) -> Self {
        Self::new(Stage::BeforeHandover, ReasonClass::InvalidMessage, text)
    }

    fn late(stage: Stage) -> Self {
        Self::new(stage, ReasonClass::Timeout, "no answer in time")
    }

    /// Returns what it means for a lane that was to be made ready.
    pub fn not_ready(&self, retry_after: Duration) -> NotReady {
        NotReady {
            retry_after,
            reason: Reason::new(self.class, None, &self.text),
        }
    }
}

impl From<Fault> for Answer {
    fn from(fault: Fault) -> Self {
        if fault.class == ReasonClass::Timeout {
            Self::timed_out(fault.stage)
        } else {
            Self::broken(fault.stage, fault.text)
        }
    }
}

fn undialled(error: &DialError) -> Fault {
    let class = match error {
        DialError::BadHost => ReasonClass::InvalidAddress,
        DialError::NotAllowed => ReasonClass::Policy,
        DialError::Timeout => ReasonClass::Timeout,
        _ => ReasonClass::Connection,
    };
    Fault::new(Stage::BeforeHandover, class, error.to_string())
}

/// Says how far a request had gone whose answer did not come.
fn broken(error: &(dyn Error + 'static)) -> Fault {
    let mut text = error.to_string();
    let mut stage = Stage::AfterHandover;
    let mut class = ReasonClass::Connection;
    let mut next = error.source();
    while let Some(error) = next {
        text = format!("{text}: {error}");
        if let Some(error) = error
            .downcast_ref::<h2::Error>()
            .filter(|one| one.is_remote())
        {
            // RFC 9113, 6.8 and 8.7: a server that leaves has not acted on streams above the last that it
            // names, and one that refuses a stream has not acted on it. A stream at or below ends otherwise.
            let is_refused = error.is_reset() && error.reason() == Some(h2::Reason::REFUSED_STREAM);
            if is_refused {
                class = ReasonClass::Busy;
            }
            if is_refused || error.is_go_away() {
                stage = Stage::BeforeHandover;
            }
        }
        next = error.source();
    }
    Fault::new(stage, class, text)
}

/// Reads as much of a body as is allowed; what comes too late or is too much is left.
async fn read(response: Response<Incoming>) -> (Reply, IsWhole) {
    let (head, mut body) = response.into_parts();
    let mut said = Vec::new();
    let reading = timeout(BODY, async {
        while said.len() < MAX_ANSWER {
            let Some(frame) = body.frame().await else {
                return true;
            };
            let Ok(frame) = frame else { return false };
            if let Ok(data) = frame.into_data() {
                let left = MAX_ANSWER - said.len();
                said.extend_from_slice(data.get(..left.min(data.len())).unwrap_or_default());
            }
        }
        false
    });
    let is_whole = IsWhole(reading.await.unwrap_or(false));
    let reply = Reply {
        status: head.status.as_u16(),
        headers: head.headers,
        body: Bytes::from(said),
    };
    (reply, is_whole)
}

/// Whether nothing of an answer is still to come.
struct IsWhole(bool);

/// Reads `Retry-After`: seconds, or a date.
fn retry_after(headers: &HeaderMap, now: Millis) -> Option<Duration> {
    let text = headers.get(header::RETRY_AFTER)?.to_str().ok()?.trim();
    if let Ok(seconds) = text.parse::<u64>() {
        return Some(Duration::from_secs(seconds));
    }
    let date = httpdate::parse_http_date(text).ok()?;
    let now = SystemTime::UNIX_EPOCH + Duration::from_millis(u64::try_from(now.0).ok()?);
    Some(date.duration_since(now).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pause_is_asked_for_in_seconds_or_by_a_date() {
        // Wed, 21 Oct 2026 07:28:00 GMT
        let now = Millis(1_792_567_680_000);
        for (text, expected) in [
            ("120", Some(120)),
            (" 7 ", Some(7)),
            ("Wed, 21 Oct 2026 07:29:30 GMT", Some(90)),
            ("Wed, 21 Oct 2026 07:00:00 GMT", Some(0)),
            ("-5", None),
            ("soon", None),
            ("", None),
            ("99999999999999999999999", None),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(header::RETRY_AFTER, text.parse().unwrap());
            let expected = expected.map(Duration::from_secs);
            assert_eq!(retry_after(&headers, now), expected, "{text:?}");
        }
        assert_eq!(retry_after(&HeaderMap::new(), now), None);
    }

    #[test]
    fn an_answer_keeps_no_control_characters() {
        let reply = Reply {
            status: 400,
            headers: HeaderMap::new(),
            body: Bytes::from_static(b"no\x00t \x1b[31mred\xff\n"),
        };
        let answer = reply.answer(Millis(0));
        assert_eq!(answer.text, "not [31mred\u{fffd}\n");
        assert_eq!(answer.code, Some(400));
    }
}
