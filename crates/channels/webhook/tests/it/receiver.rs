//! A receiver of webhooks that does what it is told, request by request.

use std::{
    collections::VecDeque,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

use tokio::{
    io::{
        AsyncBufReadExt as _, AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _,
        BufReader,
    },
    net::{TcpListener, TcpStream},
    sync::Mutex,
};
use tokio_rustls::TlsAcceptor;

/// What it does with a request.
#[derive(Debug, Clone)]
pub(crate) enum Act {
    /// Answers so, status line and headers and all.
    Say(String),
    /// Reads the request and hangs up.
    HangUp,
    /// Reads the request and never answers.
    Silence,
    /// Answers 200 and sends a body without end.
    Flood,
    /// Answers 200 and leaves the promised body out.
    Stall,
}

impl Act {
    /// An answer with a status, further header lines and a body.
    pub(crate) fn status(code: u16, headers: &str, body: &str) -> Self {
        Self::Say(format!(
            "HTTP/1.1 {code} Word\r\n{headers}content-length: {}\r\n\r\n{body}",
            body.len()
        ))
    }
}

/// A request as it arrived.
#[derive(Debug, Clone)]
pub(crate) struct Request {
    pub(crate) line: String,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: String,
    /// Whether it was answered with a success.
    pub(crate) taken: bool,
}

impl Request {
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers
            .iter()
            .find(|(key, _)| key == name)
            .map_or("", |(_, value)| value.as_str())
    }
}

struct State {
    script: Mutex<VecDeque<Act>>,
    requests: Mutex<Vec<Request>>,
    connections: AtomicUsize,
}

/// A running receiver; it ends with the test.
#[derive(Clone)]
pub(crate) struct Receiver {
    pub(crate) port: u16,
    state: Arc<State>,
}

impl Receiver {
    /// Starts a receiver that plays one act for each of the first requests and takes all later ones.
    pub(crate) async fn start(script: Vec<Act>) -> Self {
        Self::listen("127.0.0.1:0", script, None).await
    }

    pub(crate) async fn listen(address: &str, script: Vec<Act>, tls: Option<TlsAcceptor>) -> Self {
        let listener = TcpListener::bind(address).await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let state = Arc::new(State {
            script: Mutex::new(script.into()),
            requests: Mutex::default(),
            connections: AtomicUsize::new(0),
        });
        let receiver = Self {
            port,
            state: Arc::clone(&state),
        };
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                state.connections.fetch_add(1, Ordering::SeqCst);
                tokio::spawn(hold(stream, Arc::clone(&state), tls.clone()));
            }
        });
        receiver
    }

    pub(crate) async fn requests(&self) -> Vec<Request> {
        self.state.requests.lock().await.clone()
    }

    pub(crate) fn connections(&self) -> usize {
        self.state.connections.load(Ordering::SeqCst)
    }

    /// The ids of what it took, each once, in order.
    pub(crate) async fn taken(&self) -> Vec<String> {
        let mut ids: Vec<String> = Vec::new();
        for request in self.requests().await {
            let id = request.header("webhook-id").to_owned();
            if request.taken && !ids.contains(&id) {
                ids.push(id);
            }
        }
        ids
    }
}

async fn hold(stream: TcpStream, state: Arc<State>, tls: Option<TlsAcceptor>) {
    match tls {
        Some(acceptor) => {
            if let Ok(stream) = acceptor.accept(stream).await {
                talk(stream, &state).await;
            }
        }
        None => {
            talk(stream, &state).await;
        }
    }
}

async fn talk<S: AsyncRead + AsyncWrite + Unpin>(stream: S, state: &State) -> Option<()> {
    let mut stream = BufReader::new(stream);
    loop {
        let mut request = read(&mut stream).await?;
        let act = state.script.lock().await.pop_front();
        let act = act.unwrap_or_else(|| Act::status(200, "", "ok"));
        request.taken = match &act {
            Act::Say(text) => text.starts_with("HTTP/1.1 2"),
            Act::HangUp | Act::Silence => false,
            Act::Flood | Act::Stall => true,
        };
        // Kept before it is answered, so that a client that has the answer finds it there.
        state.requests.lock().await.push(request);
        match act {
            Act::Say(text) => {
                stream.get_mut().write_all(text.as_bytes()).await.ok()?;
                stream.get_mut().flush().await.ok()?;
            }
            Act::HangUp => return None,
            Act::Silence => std::future::pending().await,
            Act::Flood => flood(stream.get_mut()).await?,
            Act::Stall => {
                let head = b"HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nhalf";
                stream.get_mut().write_all(head).await.ok()?;
                stream.get_mut().flush().await.ok()?;
                std::future::pending::<()>().await;
            }
        }
    }
}

async fn flood<S: AsyncWrite + Unpin>(stream: &mut S) -> Option<()> {
    let head = b"HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n";
    stream.write_all(head).await.ok()?;
    loop {
        stream.write_all(&[b'x'; 16 * 1024]).await.ok()?;
    }
}

async fn read<S: AsyncRead + Unpin>(stream: &mut BufReader<S>) -> Option<Request> {
    let line = next_line(stream).await?;
    let mut headers = Vec::new();
    loop {
        let header = next_line(stream).await?;
        if header.is_empty() {
            break;
        }
        let (name, value) = header.split_once(':')?;
        headers.push((name.to_lowercase(), value.trim().to_owned()));
    }
    let mut request = Request {
        line,
        headers,
        body: String::new(),
        taken: false,
    };
    let length = request.header("content-length").parse().unwrap_or(0);
    let mut body = vec![0; length];
    stream.read_exact(&mut body).await.ok()?;
    request.body = String::from_utf8(body).ok()?;
    Some(request)
}

async fn next_line<S: AsyncRead + Unpin>(stream: &mut BufReader<S>) -> Option<String> {
    let mut line = String::new();
    let n = stream.read_line(&mut line).await.ok()?;
    (n > 0).then(|| line.trim_end().to_owned())
}
