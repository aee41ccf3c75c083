//! One connection to LINE at a time: HTTP/1.1 through the guarded dialler.
//!
//! By hand rather than through a client with a pool, because a lane must know the instant from which LINE
//! may have acted, and because a dropped request must take its connection with it.

mod pool;
mod tls;

use std::{
    pin::{Pin, pin},
    time::Duration,
};

use channel_core::{
    Answer, Stage,
    dial::{DialError, Dialler},
};
use http_body_util::{BodyExt as _, Full, Limited};
use hyper::{
    Request, Response,
    body::{Bytes, Incoming},
    client::conn::http1::{self, SendRequest},
    header::{HOST, RETRY_AFTER},
};
use hyper_util::rt::TokioIo;
use tokio::{
    io::{AsyncRead, AsyncWrite},
    time::timeout,
};
use url::Url;

pub(crate) use self::pool::Pool;
use self::tls::Tls;
use crate::config::{LineConfig, LineConfigError};

/// No answer of LINE's is larger: 1,000 user ids take 36 kB.
const MAX_ANSWER: usize = 4 * 1024 * 1024;

trait Io: AsyncRead + AsyncWrite + Send + Unpin {}
impl<T: AsyncRead + AsyncWrite + Send + Unpin> Io for T {}

type Stream = TokioIo<Box<dyn Io>>;
type Driver = Pin<Box<http1::Connection<Stream, Full<Bytes>>>>;

/// One host of LINE's and the way to it.
#[derive(Debug, Clone)]
pub(crate) struct Origin {
    host: String,
    port: u16,
    authority: String,
    tls: Option<Tls>,
    dialler: Dialler,
    connect: Duration,
    answer: Duration,
}

/// What LINE answered.
#[derive(Debug, Clone)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    /// LINE's name of this request.
    pub(crate) request_id: String,
    /// Of a repeat: LINE's name of the request that it had accepted.
    pub(crate) accepted_id: Option<String>,
    pub(crate) retry_after: Option<Duration>,
    pub(crate) body: Bytes,
}

/// No answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Fault {
    pub(crate) stage: Stage,
    pub(crate) timed_out: bool,
    pub(crate) text: String,
}

impl Fault {
    fn before(text: impl Into<String>) -> Self {
        Self {
            stage: Stage::BeforeHandover,
            timed_out: false,
            text: text.into(),
        }
    }

    fn after(text: impl Into<String>) -> Self {
        Self {
            stage: Stage::AfterHandover,
            ..Self::before(text)
        }
    }

    fn late(stage: Stage) -> Self {
        Self {
            stage,
            timed_out: true,
            text: "no answer in time".to_owned(),
        }
    }
}

impl From<Fault> for Answer {
    fn from(fault: Fault) -> Self {
        if fault.timed_out {
            Self::timed_out(fault.stage)
        } else {
            Self::broken(fault.stage, fault.text)
        }
    }
}

impl Origin {
    pub(crate) fn new(
        base: &str,
        config: &LineConfig,
        dialler: &Dialler,
    ) -> Result<Self, LineConfigError> {
        let url = Url::parse(base).map_err(|_| LineConfigError::BadHost)?;
        let has_more = url.path() != "/" || url.query().is_some() || !url.username().is_empty();
        let host = url.host_str().ok_or(LineConfigError::BadHost)?;
        let port = url
            .port_or_known_default()
            .ok_or(LineConfigError::BadHost)?;
        let tls = match url.scheme() {
            "https" if !has_more => Some(Tls::new(host, config.extra_roots_pem.as_deref())?),
            "http" if !has_more => None,
            _ => return Err(LineConfigError::BadHost),
        };
        let authority = url
            .port()
            .map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"));
        Ok(Self {
            host: host.to_owned(),
            port,
            authority,
            tls,
            dialler: dialler.clone().timeout(config.timeouts.connect),
            connect: config.timeouts.connect,
            answer: config.timeouts.answer,
        })
    }

    /// Opens a connection. Nothing of any request is sent.
    pub(crate) async fn open(&self) -> Result<Connection, Fault> {
        timeout(self.connect, self.try_open())
            .await
            .unwrap_or_else(|_| Err(Fault::late(Stage::BeforeHandover)))
    }

    async fn try_open(&self) -> Result<Connection, Fault> {
        let tcp =
            self.dialler
                .connect(&self.host, self.port)
                .await
                .map_err(|error| match error {
                    DialError::Timeout => Fault::late(Stage::BeforeHandover),
                    error => Fault::before(error.to_string()),
                })?;
        let stream: Box<dyn Io> = match &self.tls {
            None => Box::new(tcp),
            Some(tls) => tls
                .protect(tcp)
                .await
                .map(|stream| Box::new(stream) as Box<dyn Io>)
                .map_err(|error| Fault::before(format!("TLS: {error}")))?,
        };
        let (sender, driver) = http1::handshake(TokioIo::new(stream))
            .await
            .map_err(|error| Fault::before(error.to_string()))?;
        Ok(Connection {
            sender,
            driver: Box::pin(driver),
            authority: self.authority.clone(),
            answer: self.answer,
        })
    }
}

/// An open connection with no request under way.
pub(crate) struct Connection {
    sender: SendRequest<Full<Bytes>>,
    driver: Driver,
    authority: String,
    answer: Duration,
}

impl Connection {
    /// Returns whether LINE has not closed it meanwhile.
    pub(crate) fn is_open(&mut self) -> bool {
        let mut context = std::task::Context::from_waker(std::task::Waker::noop());
        let has_ended = Future::poll(self.driver.as_mut(), &mut context).is_ready();
        !has_ended && !self.sender.is_closed()
    }

    /// Sends a request and reads its answer. Gives the connection back when it can carry another; a
    /// dropped future closes it.
    pub(crate) async fn send(
        self,
        request: Request<Full<Bytes>>,
    ) -> Result<(Reply, Option<Self>), Fault> {
        let patience = self.answer;
        timeout(patience, self.exchange(request))
            .await
            .unwrap_or_else(|_| Err(Fault::late(Stage::AfterHandover)))
    }

    async fn exchange(
        mut self,
        mut request: Request<Full<Bytes>>,
    ) -> Result<(Reply, Option<Self>), Fault> {
        let host = self
            .authority
            .parse()
            .map_err(|_| Fault::before("the host cannot stand in a header"))?;
        request.headers_mut().insert(HOST, host);
        let driver = &mut self.driver;
        let mut has_ended = false;
        let mut sending = pin!(self.sender.try_send_request(request));
        let response = loop {
            tokio::select! {
                biased;
                response = &mut sending => break response,
                _ = driver.as_mut(), if !has_ended => has_ended = true,
            }
        };
        let response = response.map_err(|error| {
            // The request comes back when not a byte of it was written.
            let is_unsent = error.message().is_some();
            let text = error.into_error().to_string();
            if is_unsent {
                Fault::before(text)
            } else {
                Fault::after(text)
            }
        })?;
        let head = head(&response);
        let mut reading = pin!(Limited::new(response.into_body(), MAX_ANSWER).collect());
        let body = loop {
            tokio::select! {
                biased;
                body = &mut reading => break body,
                _ = driver.as_mut(), if !has_ended => has_ended = true,
            }
        };
        let body = body
            .map_err(|error| Fault::after(format!("the answer cannot be read: {error}")))?
            .to_bytes();
        let rest = (!has_ended).then_some(self);
        Ok((Reply { body, ..head }, rest))
    }
}

fn head(response: &Response<Incoming>) -> Reply {
    let header = |name: &str| {
        response
            .headers()
            .get(name)
            .and_then(|value| value.to_str().ok())
            .map(str::to_owned)
    };
    Reply {
        status: response.status().as_u16(),
        request_id: header("x-line-request-id").unwrap_or_default(),
        accepted_id: header("x-line-accepted-request-id"),
        retry_after: header(RETRY_AFTER.as_str())
            .and_then(|seconds| seconds.parse().ok())
            .map(Duration::from_secs),
        body: Bytes::new(),
    }
}
