//! TLS: rustls on ring, the public authorities and those that were added.

use std::{
    fmt, io,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
};

use rustls::{
    ClientConfig, RootCertStore,
    pki_types::{CertificateDer, ServerName, pem::PemObject as _},
};
use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    net::TcpStream,
};
use tokio_rustls::{TlsConnector, client::TlsStream};

use super::Fault;
use crate::{ReasonClass, Stage};

/// Certificates that cannot be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the added certificates cannot be read")]
pub struct BadCertificates;

/// Makes protected streams.
#[derive(Clone)]
pub(super) struct Tls(Arc<ClientConfig>);

impl fmt::Debug for Tls {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Tls")
    }
}

impl Tls {
    pub(super) fn new(extra: Option<&str>) -> Result<Self, BadCertificates> {
        let mut roots = RootCertStore {
            roots: webpki_roots::TLS_SERVER_ROOTS.to_vec(),
        };
        for certificate in CertificateDer::pem_slice_iter(extra.unwrap_or_default().as_bytes()) {
            let certificate = certificate.map_err(|_| BadCertificates)?;
            roots.add(certificate).map_err(|_| BadCertificates)?;
        }
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let client = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .map_err(|_| BadCertificates)?
            .with_root_certificates(roots)
            .with_no_client_auth();
        Ok(Self(Arc::new(client)))
    }

    /// Protects a stream; the certificate must name the host.
    pub(super) async fn protect(
        &self,
        stream: TcpStream,
        host: &str,
        protocol: &[u8],
    ) -> Result<Stream, Fault> {
        let fault = |class, text: String| Fault::new(Stage::BeforeHandover, class, text);
        let name = ServerName::try_from(host.to_owned())
            .map_err(|error| fault(ReasonClass::InvalidAddress, error.to_string()))?;
        let mut client = ClientConfig::clone(&self.0);
        client.alpn_protocols = vec![protocol.to_vec()];
        let stream = TlsConnector::from(Arc::new(client))
            .connect(name, stream)
            .await
            .map_err(|error| fault(ReasonClass::Authentication, format!("TLS failed: {error}")))?;
        Ok(Stream::Protected(Box::new(stream)))
    }
}

/// A connection on which nothing has been said.
pub(super) enum Stream {
    Clear(TcpStream),
    Protected(Box<TlsStream<TcpStream>>),
}

impl AsyncRead for Stream {
    fn poll_read(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Clear(stream) => Pin::new(stream).poll_read(cx, buf),
            Self::Protected(stream) => Pin::new(stream).poll_read(cx, buf),
        }
    }
}

impl AsyncWrite for Stream {
    fn poll_write(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &[u8],
    ) -> Poll<io::Result<usize>> {
        match self.get_mut() {
            Self::Clear(stream) => Pin::new(stream).poll_write(cx, buf),
            Self::Protected(stream) => Pin::new(stream).poll_write(cx, buf),
        }
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Clear(stream) => Pin::new(stream).poll_flush(cx),
            Self::Protected(stream) => Pin::new(stream).poll_flush(cx),
        }
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Clear(stream) => Pin::new(stream).poll_shutdown(cx),
            Self::Protected(stream) => Pin::new(stream).poll_shutdown(cx),
        }
    }
}
