//! Visiting an address that a message names: a certificate to read, a subscription to confirm.
//!
//! Through the guarded dialler like every connection to a place of somebody's choice; redirections are not followed, and
//! little is read.

use std::{io, sync::Arc, time::Duration};

use channel_core::dial::{DialError, Dialler};
use http_body_util::{BodyExt as _, Empty, Limited};
use hyper::{
    Request, StatusCode,
    body::{Body, Bytes},
    client::conn::http1,
    header,
};
use hyper_util::rt::TokioIo;
use rustls::{ClientConfig, RootCertStore, pki_types::ServerName};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    time::timeout,
};
use tokio_rustls::TlsConnector;

/// The most bytes of an answer; a certificate has two thousand.
const MAX_ANSWER: usize = 64 * 1024;
/// How long a visit may take.
const PATIENCE: Duration = Duration::from_secs(10);
/// Redirections that a look at a link follows, each a visit of its own.
const MOST_HOPS: usize = 5;

/// Why a visit did not succeed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum VisitError {
    /// The address is no plain http or https address.
    #[error("the address cannot be visited")]
    BadAddress,
    /// No connection.
    #[error("no connection was made")]
    Dial(#[from] DialError),
    /// The connection or its protection broke.
    #[error("the connection broke")]
    Broken(#[from] io::Error),
    /// TLS cannot be spoken.
    #[error("TLS cannot be set up")]
    Tls(#[from] rustls::Error),
    /// It was no HTTP, or the answer is too large.
    #[error("the answer cannot be read: {0}")]
    Unreadable(String),
    /// It answered with something else than 200.
    #[error("it answered with {0}")]
    Refused(StatusCode),
    /// It took too long.
    #[error("it took too long")]
    Timeout,
}

/// Visits addresses.
#[derive(Clone)]
pub struct Visitor {
    dialler: Dialler,
    tls: TlsConnector,
}

impl std::fmt::Debug for Visitor {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Visitor")
            .field("dialler", &self.dialler)
            .finish_non_exhaustive()
    }
}

struct Place<'a> {
    is_protected: bool,
    authority: &'a str,
    host: &'a str,
    port: u16,
    target: String,
}

impl<'a> Place<'a> {
    fn read(url: &'a str) -> Option<Self> {
        let (is_protected, rest) = match url.strip_prefix("https://") {
            Some(rest) => (true, rest),
            None => (false, url.strip_prefix("http://")?),
        };
        if !url.bytes().all(|byte| byte.is_ascii_graphic()) || url.contains(['#', '\\']) {
            return None;
        }
        let (authority, path) = rest.split_once('/').unwrap_or((rest, ""));
        let (host, port) = match authority.rsplit_once(':') {
            Some((host, port)) => (host, port.parse().ok()?),
            None => (authority, if is_protected { 443 } else { 80 }),
        };
        (!host.is_empty() && !host.contains(['@', '?', '[', ']'])).then(|| Self {
            is_protected,
            authority,
            host,
            port,
            target: format!("/{path}"),
        })
    }

    /// Returns where a `Location` leads from here.
    fn beside(&self, location: &str) -> Option<String> {
        let scheme = if self.is_protected { "https" } else { "http" };
        let authority = self.authority;
        if location.contains("://") {
            return Some(location.to_owned());
        }
        if let Some(rest) = location.strip_prefix("//") {
            return Some(format!("{scheme}://{rest}"));
        }
        if location.starts_with('/') {
            return Some(format!("{scheme}://{authority}{location}"));
        }
        let path = self.target.split('?').next().unwrap_or_default();
        let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
        (!location.is_empty()).then(|| format!("{scheme}://{authority}{folder}/{location}"))
    }
}

impl Visitor {
    /// A visitor that goes out through a dialler and trusts the public authorities.
    ///
    /// # Errors
    /// When TLS cannot be set up, which is decided by what is compiled in.
    pub fn new(dialler: Dialler) -> Result<Self, VisitError> {
        let roots = RootCertStore {
            roots: webpki_roots::TLS_SERVER_ROOTS.to_vec(),
        };
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let client = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()?
            .with_root_certificates(roots)
            .with_no_client_auth();
        Ok(Self {
            dialler,
            tls: TlsConnector::from(Arc::new(client)),
        })
    }

    /// Returns what lies at an address.
    ///
    /// # Errors
    /// When it cannot be reached, or answers with anything but 200.
    pub async fn get(&self, url: &str) -> Result<Vec<u8>, VisitError> {
        let place = Place::read(url).ok_or(VisitError::BadAddress)?;
        timeout(PATIENCE, self.go(&place))
            .await
            .map_err(|_| VisitError::Timeout)?
    }

    /// Returns with which status an address answers in the end; redirections are followed, nothing is read.
    ///
    /// # Errors
    /// When a place on the way cannot be reached.
    pub async fn status(&self, url: &str) -> Result<StatusCode, VisitError> {
        timeout(PATIENCE, self.follow(url))
            .await
            .map_err(|_| VisitError::Timeout)?
    }

    async fn follow(&self, url: &str) -> Result<StatusCode, VisitError> {
        let mut url = url.to_owned();
        for _ in 0..=MOST_HOPS {
            let visited = url.split('#').next().unwrap_or_default();
            let place = Place::read(visited).ok_or(VisitError::BadAddress)?;
            let (status, location) = self.head(&place).await?;
            let next = location.filter(|_| status.is_redirection());
            match next.and_then(|location| place.beside(&location)) {
                Some(next) => url = next,
                None => return Ok(status),
            }
        }
        Ok(StatusCode::LOOP_DETECTED)
    }

    async fn head(&self, place: &Place<'_>) -> Result<(StatusCode, Option<String>), VisitError> {
        let stream = self.dialler.connect(place.host, place.port).await?;
        if !place.is_protected {
            return ask_status(stream, place).await;
        }
        let name =
            ServerName::try_from(place.host.to_owned()).map_err(|_| VisitError::BadAddress)?;
        ask_status(self.tls.connect(name, stream).await?, place).await
    }

    async fn go(&self, place: &Place<'_>) -> Result<Vec<u8>, VisitError> {
        let stream = self.dialler.connect(place.host, place.port).await?;
        if !place.is_protected {
            return ask(stream, place).await;
        }
        let name =
            ServerName::try_from(place.host.to_owned()).map_err(|_| VisitError::BadAddress)?;
        let stream = self.tls.connect(name, stream).await?;
        ask(stream, place).await
    }
}

async fn ask<S>(stream: S, place: &Place<'_>) -> Result<Vec<u8>, VisitError>
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let unreadable = |error: &dyn std::error::Error| VisitError::Unreadable(error.to_string());
    let request = Request::get(place.target.as_str())
        .header(header::HOST, place.authority)
        .header(header::CONNECTION, "close")
        .body(Empty::<Bytes>::new())
        .map_err(|_| VisitError::BadAddress)?;
    let mut builder = http1::Builder::new();
    builder.max_buf_size(MAX_ANSWER);
    let (mut sender, connection) = builder
        .handshake(TokioIo::new(stream))
        .await
        .map_err(|error| unreadable(&error))?;
    let asked = async {
        let response = sender
            .send_request(request)
            .await
            .map_err(|error| unreadable(&error))?;
        if response.status() != StatusCode::OK {
            return Err(VisitError::Refused(response.status()));
        }
        read(response.into_body()).await
    };
    // Both run on this task, so that whoever drops it drops the connection, too.
    let (mut asked, mut connection) = (Box::pin(asked), Box::pin(connection));
    tokio::select! {
        answer = &mut asked => answer,
        _ = &mut connection => asked.await,
    }
}

async fn ask_status<S>(
    stream: S,
    place: &Place<'_>,
) -> Result<(StatusCode, Option<String>), VisitError>
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let unreadable = |error: &dyn std::error::Error| VisitError::Unreadable(error.to_string());
    // GET, because many sites answer HEAD with an error; the connection is dropped before the body comes.
    let request = Request::get(place.target.as_str())
        .header(header::HOST, place.authority)
        .header(header::CONNECTION, "close")
        .header(
            header::USER_AGENT,
            "Mozilla/5.0 (compatible; Enishi link check)",
        )
        .header(header::ACCEPT, "text/html,*/*")
        .body(Empty::<Bytes>::new())
        .map_err(|_| VisitError::BadAddress)?;
    let mut builder = http1::Builder::new();
    builder.max_buf_size(MAX_ANSWER);
    let (mut sender, connection) = builder
        .handshake(TokioIo::new(stream))
        .await
        .map_err(|error| unreadable(&error))?;
    let asked = async {
        let response = sender
            .send_request(request)
            .await
            .map_err(|error| unreadable(&error))?;
        let location = response.headers().get(header::LOCATION);
        let location = location.and_then(|value| value.to_str().ok());
        Ok((response.status(), location.map(str::to_owned)))
    };
    let (mut asked, mut connection) = (Box::pin(asked), Box::pin(connection));
    tokio::select! {
        answer = &mut asked => answer,
        _ = &mut connection => asked.await,
    }
}

async fn read<B>(body: B) -> Result<Vec<u8>, VisitError>
where
    B: Body<Data = Bytes>,
    B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
{
    let whole = Limited::new(body, MAX_ANSWER).collect().await;
    let whole = whole.map_err(|error| VisitError::Unreadable(error.to_string()))?;
    Ok(whole.to_bytes().to_vec())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_redirection_leads_from_where_it_was_given() {
        let place = Place::read("https://a.jp/x/y?z=1").unwrap();
        for (location, led) in [
            ("/q", "https://a.jp/q"),
            ("q", "https://a.jp/x/q"),
            ("//b.jp/", "https://b.jp/"),
            ("http://b.jp/", "http://b.jp/"),
        ] {
            assert_eq!(place.beside(location).as_deref(), Some(led));
        }
        assert_eq!(place.beside(""), None);
    }

    #[test]
    fn an_address_is_read_by_its_parts() {
        let place = Place::read("https://sns.us-east-1.amazonaws.com/?Action=x&y=%2F").unwrap();
        assert_eq!(
            (place.host, place.port, place.target.as_str()),
            ("sns.us-east-1.amazonaws.com", 443, "/?Action=x&y=%2F")
        );
        assert_eq!(Place::read("http://127.0.0.1:4566/x").unwrap().port, 4566);
        for bad in [
            "ftp://x/",
            "https://",
            "https:///x",
            "https://a@b/",
            "https://a:99999/",
            "https://a b/",
            "//x",
            "",
            "https://a/\r\nX: y",
        ] {
            assert!(Place::read(bad).is_none(), "{bad}");
        }
    }
}
