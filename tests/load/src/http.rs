//! A bare HTTP/1.1 client: one kept connection, no allocation per request beyond the answer's body.
//!
//! It speaks to our own server only, so it knows just what that sends: a length or chunks.

use anyhow::{Context, bail};
use tokio::{
    io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader},
    net::TcpStream,
};

/// A connection.
pub(crate) struct Connection {
    stream: BufReader<TcpStream>,
    line: String,
}

/// An answer.
pub(crate) struct Answer {
    /// The status.
    pub(crate) status: u16,
    /// The body as it was sent, still compressed.
    pub(crate) body: Vec<u8>,
    /// `Content-Encoding`, when there is one.
    pub(crate) encoding: Option<String>,
}

impl Answer {
    /// Tells whether the server did what was asked.
    pub(crate) const fn is_good(&self) -> bool {
        self.status >= 200 && self.status < 300
    }

    /// Reads the body as JSON; an answer other than 2xx is an error.
    pub(crate) fn json(&self) -> anyhow::Result<serde_json::Value> {
        if !self.is_good() {
            bail!(
                "the server answered {}: {}",
                self.status,
                String::from_utf8_lossy(&self.body)
            );
        }
        serde_json::from_slice(&self.body).context("the answer is no JSON")
    }
}

/// Writes the head of a request with a body.
pub(crate) fn head(method: &str, path: &str, headers: &str, length: u64) -> String {
    format!(
        "{method} {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n{headers}Content-Length: {length}\r\n\r\n"
    )
}

impl Connection {
    /// Connects to a port of this machine.
    pub(crate) async fn open(port: u16) -> anyhow::Result<Self> {
        let stream = TcpStream::connect(("127.0.0.1", port))
            .await
            .with_context(|| format!("failed to connect to port {port}"))?;
        stream.set_nodelay(true)?;
        Ok(Self {
            stream: BufReader::with_capacity(64 << 10, stream),
            line: String::new(),
        })
    }

    /// Sends a whole request and reads the answer.
    pub(crate) async fn send(&mut self, request: &[u8]) -> anyhow::Result<Answer> {
        self.stream.get_mut().write_all(request).await?;
        self.answer().await
    }

    /// Asks for an address.
    pub(crate) async fn get(&mut self, path: &str, headers: &str) -> anyhow::Result<Answer> {
        self.send(head("GET", path, headers, 0).as_bytes()).await
    }

    /// Returns the stream, for a body that is sent in pieces.
    pub(crate) fn stream(&mut self) -> &mut TcpStream {
        self.stream.get_mut()
    }

    /// Reads an answer.
    pub(crate) async fn answer(&mut self) -> anyhow::Result<Answer> {
        self.read_line().await?;
        let status = self
            .line
            .split(' ')
            .nth(1)
            .and_then(|text| text.parse().ok());
        let mut answer = Answer {
            status: status.with_context(|| format!("no status in {:?}", self.line))?,
            body: Vec::new(),
            encoding: None,
        };
        let (mut length, mut is_chunked) = (0, false);
        loop {
            self.read_line().await?;
            let Some((name, value)) = self.line.split_once(':') else {
                break;
            };
            let value = value.trim();
            match name.to_ascii_lowercase().as_str() {
                "content-length" => length = value.parse()?,
                "transfer-encoding" => is_chunked = value.eq_ignore_ascii_case("chunked"),
                "content-encoding" => answer.encoding = Some(value.to_owned()),
                _ => {}
            }
        }
        if is_chunked {
            self.read_chunks(&mut answer.body).await?;
        } else {
            self.read_exactly(length, &mut answer.body).await?;
        }
        Ok(answer)
    }

    async fn read_line(&mut self) -> anyhow::Result<()> {
        self.line.clear();
        if self.stream.read_line(&mut self.line).await? == 0 {
            bail!("the server closed the connection");
        }
        Ok(())
    }

    async fn read_exactly(&mut self, length: usize, body: &mut Vec<u8>) -> anyhow::Result<()> {
        let start = body.len();
        body.resize(start + length, 0);
        self.stream
            .read_exact(body.get_mut(start..).unwrap_or_default())
            .await?;
        Ok(())
    }

    async fn read_chunks(&mut self, body: &mut Vec<u8>) -> anyhow::Result<()> {
        loop {
            self.read_line().await?;
            let length = usize::from_str_radix(self.line.trim(), 16)?;
            self.read_exactly(length, body).await?;
            self.read_line().await?;
            if length == 0 {
                return Ok(());
            }
        }
    }
}
