//! TLS under lettre's client: one configuration for STARTTLS and for TLS from the first byte.

use std::{
    io,
    net::SocketAddr,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
};

use lettre::transport::smtp::client::AsyncTokioStream;
use rustls::{
    ClientConfig, RootCertStore,
    pki_types::{CertificateDer, ServerName, pem::PemObject as _},
};
use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    net::TcpStream,
};
use tokio_rustls::{TlsConnector, client::TlsStream};

use super::config::{SmtpConfig, SmtpConfigError};

/// Greeting that lettre is shown after STARTTLS, when the true one has been read already.
const GREETING: &[u8] = b"220 tls\r\n";

/// A protected stream, optionally with a greeting in front.
#[derive(Debug)]
pub(super) struct TlsLane {
    stream: Box<TlsStream<TcpStream>>,
    greeting: &'static [u8],
}

/// Makes protected streams to one host.
pub(super) struct Tls {
    connector: TlsConnector,
    name: ServerName<'static>,
}

impl Tls {
    pub(super) fn new(config: &SmtpConfig) -> Result<Self, SmtpConfigError> {
        let mut roots = RootCertStore {
            roots: webpki_roots::TLS_SERVER_ROOTS.to_vec(),
        };
        if let Some(pem) = &config.extra_roots_pem {
            let mut added = 0;
            for certificate in CertificateDer::pem_slice_iter(pem.as_bytes()) {
                let certificate = certificate.map_err(|_| SmtpConfigError::BadCertificates)?;
                roots
                    .add(certificate)
                    .map_err(|_| SmtpConfigError::BadCertificates)?;
                added += 1;
            }
            if added == 0 {
                return Err(SmtpConfigError::BadCertificates);
            }
        }
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let client = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .map_err(|_| SmtpConfigError::BadCertificates)?
            .with_root_certificates(roots)
            .with_no_client_auth();
        let host = config
            .host
            .trim_start_matches('[')
            .trim_end_matches(']')
            .trim_end_matches('.');
        let name = ServerName::try_from(host.to_owned()).map_err(|_| SmtpConfigError::BadHost)?;
        Ok(Self {
            connector: TlsConnector::from(Arc::new(client)),
            name,
        })
    }

    /// Protects a stream on which nothing has been said yet.
    pub(super) async fn implicit(&self, stream: TcpStream) -> io::Result<TlsLane> {
        self.protect(stream, &[]).await
    }

    /// Protects a stream on which STARTTLS has been agreed.
    pub(super) async fn after_starttls(&self, stream: TcpStream) -> io::Result<TlsLane> {
        self.protect(stream, GREETING).await
    }

    async fn protect(&self, stream: TcpStream, greeting: &'static [u8]) -> io::Result<TlsLane> {
        let stream = self.connector.connect(self.name.clone(), stream).await?;
        Ok(TlsLane {
            stream: Box::new(stream),
            greeting,
        })
    }
}

impl AsyncTokioStream for TlsLane {
    fn peer_addr(&self) -> io::Result<SocketAddr> {
        self.stream.get_ref().0.peer_addr()
    }
}

impl AsyncRead for TlsLane {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        if !self.greeting.is_empty() {
            let fits = self.greeting.len().min(buf.remaining());
            let (now, later) = self.greeting.split_at(fits);
            buf.put_slice(now);
            self.greeting = later;
            return Poll::Ready(Ok(()));
        }
        Pin::new(&mut self.stream).poll_read(cx, buf)
    }
}

impl AsyncWrite for TlsLane {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(cx, buf)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}
