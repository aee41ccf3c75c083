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
