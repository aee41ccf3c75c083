//! A provider that speaks HTTP and does what it is told, request by request.
//!
//! For the tests of the channels whose provider has no fake of its own. It keeps every request before it
//! answers, so that a client that has the answer finds it there.

use std::{
    collections::VecDeque,
    convert::Infallible,
    io,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
};

use http_body_util::{BodyExt as _, Full};
use hyper::{
    Request, Response, StatusCode,
    body::{Bytes, Incoming},
    server::conn::{http1, http2},
    service::service_fn,
};
use hyper_util::rt::{TokioExecutor, TokioIo};
use tokio::{
    net::{TcpListener, TcpStream},
    sync::Notify,
};

/// What it does with a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Act {
    /// Answers so.
    Say {
        /// Status.
        status: u16,
        /// Headers.
        headers: Vec<(String, String)>,
        /// Body.
        body: String,
    },
    /// Reads the request and cuts the connection.
    HangUp,
    /// Reads the request and never answers.
    Silence,
    /// Answers so, and its connection ends politely.
    Leave(u16),
}

impl Act {
    /// An answer with a status and a body.
    pub fn status(status: u16, body: &str) -> Self {
        Self::with(status, &[], body)
    }

    /// An answer with headers.
    pub fn with(status: u16, headers: &[(&str, &str)], body: &str) -> Self {
        let owned = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
        Self::Say {
            status,
            headers: headers.iter().map(owned).collect(),
            body: body.to_owned(),
        }
    }
}

/// Which HTTP it speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Protocol {
    /// HTTP/1.1.
    One,
    /// HTTP/2, from the first byte.
    Two,
}

/// A request as it arrived.
#[derive(Debug, Clone)]
pub struct Seen {
    /// Method and path.
    pub line: String,
    /// Names (lower-case) and values.
    pub headers: Vec<(String, String)>,
    /// Body.
    pub body: Vec<u8>,
    /// Whether it was answered with a success.
    pub is_taken: bool,
    /// On which connection, counted from 1.
    pub connection: usize,
}

impl Seen {
    /// Returns the first header of a (lower-case) name, or nothing.
    pub fn header(&self, name: &str) -> &str {
        let mut headers = self.headers.iter();
        headers
            .find(|(key, _)| key == name)
            .map_or("", |(_, value)| value)
    }
}

struct State {
    usual: Act,
    script: Mutex<VecDeque<Act>>,
    seen: Mutex<Vec<Seen>>,
    connections: AtomicUsize,
}

/// A running provider; it ends with its test.
#[derive(Clone)]
pub struct Provider {
    /// Where it listens.
    pub port: u16,
    state: Arc<State>,
}

impl Provider {
    /// Starts one on loopback that plays the script, and treats all later requests as usual.
    ///
    /// # Errors
    /// When there is no port.
    pub async fn start(protocol: Protocol, script: Vec<Act>, usual: Act) -> io::Result<Self> {
        Self::listen("127.0.0.1:0", protocol, script, usual).await
    }

    /// Starts one at an address.
    ///
    /// # Errors
    /// When there is no such address.
    pub async fn listen(
        address: &str,
        protocol: Protocol,
        script: Vec<Act>,
        usual: Act,
    ) -> io::Result<Self> {
        let listener = TcpListener::bind(address).await?;
        let port = listener.local_addr()?.port();
        let state = Arc::new(State {
            usual,
            script: Mutex::new(script.into()),
            seen: Mutex::default(),
            connections: AtomicUsize::new(0),
        });
        let provider = Self {
            port,
            state: Arc::clone(&state),
        };
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let number = state.connections.fetch_add(1, Ordering::SeqCst) + 1;
                let talk = Talk {
                    state: Arc::clone(&state),
                    number,
                    cut: Arc::default(),
                    leave: Arc::default(),
                };
                tokio::spawn(talk.hold(stream, protocol));
            }
        });
        Ok(provider)
    }

    /// Returns what arrived, in order.
    pub fn seen(&self) -> Vec<Seen> {
        lock(&self.state.seen).clone()
    }

    /// Returns how many connections were made.
    pub fn connections(&self) -> usize {
        self.state.connections.load(Ordering::SeqCst)
    }

    /// Returns the named header of every request that was taken, in order.
    pub fn taken(&self, name: &str) -> Vec<String> {
        let seen = self.seen().into_iter().filter(|one| one.is_taken);
        seen.map(|one| one.header(name).to_owned()).collect()
    }
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// One connection.
#[derive(Clone)]
struct Talk {
    state: Arc<State>,
    number: usize,
    cut: Arc<Notify>,
    leave: Arc<Notify>,
}

impl Talk {
    async fn hold(self, stream: TcpStream, protocol: Protocol) {
        let talk = self.clone();
        let service = service_fn(move |request| talk.clone().answer(request));
        let io = TokioIo::new(stream);
        match protocol {
            Protocol::One => {
                let connection = http1::Builder::new().serve_connection(io, service);
                let mut connection = std::pin::pin!(connection);
                loop {
                    tokio::select! {
                        _ = connection.as_mut() => return,
                        () = self.cut.notified() => return,
                        () = self.leave.notified() => connection.as_mut().graceful_shutdown(),
                    }
                }
            }
            Protocol::Two => {
                let mut builder = http2::Builder::new(TokioExecutor::new());
                builder.max_concurrent_streams(1_000);
                let mut connection = std::pin::pin!(builder.serve_connection(io, service));
                loop {
                    tokio::select! {
                        _ = connection.as_mut() => return,
                        () = self.cut.notified() => return,
                        () = self.leave.notified() => connection.as_mut().graceful_shutdown(),
                    }
                }
            }
        }
    }

    async fn answer(self, request: Request<Incoming>) -> Result<Response<Full<Bytes>>, Infallible> {
        let (head, body) = request.into_parts();
        let Ok(body) = body.collect().await else {
            // Half a request, whose stream was given up: no server acts on one.
            return std::future::pending().await;
        };
        let act = lock(&self.state.script).pop_front();
        let act = act.unwrap_or_else(|| self.state.usual.clone());
        let path = head.uri.path_and_query();
        let headers = head.headers.iter().map(|(name, value)| {
            let value = String::from_utf8_lossy(value.as_bytes()).into_owned();
            (name.as_str().to_owned(), value)
        });
        lock(&self.state.seen).push(Seen {
            line: format!("{} {}", head.method, path.map_or("", |path| path.as_str())),
            headers: headers.collect(),
            body: body.to_bytes().to_vec(),
            is_taken: matches!(
                act,
                Act::Say {
                    status: 200..=299,
                    ..
                } | Act::Leave(200..=299)
            ),
            connection: self.number,
        });
        match act {
            Act::Say {
                status,
                headers,
                body,
            } => Ok(response(status, headers, body)),
            Act::Leave(status) => {
                self.leave.notify_one();
                Ok(response(status, Vec::new(), String::new()))
            }
            Act::HangUp => {
                self.cut.notify_one();
                std::future::pending().await
            }
            Act::Silence => std::future::pending().await,
        }
    }
}

fn response(status: u16, headers: Vec<(String, String)>, body: String) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::new(Bytes::from(body)));
    *response.status_mut() = StatusCode::from_u16(status).unwrap_or_default();
    for (name, value) in headers {
        let name = hyper::header::HeaderName::try_from(name);
        let value = hyper::header::HeaderValue::try_from(value);
        if let (Ok(name), Ok(value)) = (name, value) {
            response.headers_mut().insert(name, value);
        }
    }
    response
}
