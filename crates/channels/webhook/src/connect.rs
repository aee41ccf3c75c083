//! From an address that was checked to a connection on which nothing has been said.

use std::{
    io,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
};

use channel_core::{
    NotReady, Reason, ReasonClass,
    dial::{Address, DialError, Dialler, Scheme},
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

use crate::{channel::WebhookConfigError, classify::PAUSE};

/// A connection.
pub(crate) enum Stream {
    Clear(TcpStream),
    Protected(Box<TlsStream<TcpStream>>),
}

/// Returns how TLS is spoken: one set of roots for all.
pub(crate) fn tls(extra_roots_pem: Option<&str>) -> Result<TlsConnector, WebhookConfigError> {
    let mut roots = RootCertStore {
        roots: webpki_roots::TLS_SERVER_ROOTS.to_vec(),
    };
    if let Some(pem) = extra_roots_pem {
        for certificate in CertificateDer::pem_slice_iter(pem.as_bytes()) {
            let certificate = certificate.map_err(|_| WebhookConfigError::BadCertificates)?;
            let added = roots.add(certificate);
            added.map_err(|_| WebhookConfigError::BadCertificates)?;
        }
    }
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let mut client = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|_| WebhookConfigError::BadCertificates)?
        .with_root_certificates(roots)
        .with_no_client_auth();
    client.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(TlsConnector::from(Arc::new(client)))
}

/// Connects to the very address that was checked; for https the certificate must name the host.
pub(crate) async fn connect(
    dialler: &Dialler,
    tls: &TlsConnector,
    address: &Address,
) -> Result<Stream, NotReady> {
    let stream = dialler.connect(&address.host, address.port).await;
    let stream = stream.map_err(|error| undialled(&error))?;
    if address.scheme == Scheme::Http {
        return Ok(Stream::Clear(stream));
    }
    let name = ServerName::try_from(address.host.clone());
    let name =
        name.map_err(|_| not_ready(ReasonClass::InvalidAddress, "no name for a certificate"))?;
    let stream = tls
        .connect(name, stream)
        .await
        .map_err(|error| not_ready(ReasonClass::Authentication, &format!("TLS failed: {error}")))?;
    Ok(Stream::Protected(Box::new(stream)))
}

pub(crate) fn not_ready(class: ReasonClass, detail: &str) -> NotReady {
    NotReady {
        retry_after: PAUSE,
        reason: Reason::new(class, None, detail),
    }
}

fn undialled(error: &DialError) -> NotReady {
    let class = match error {
        DialError::BadHost => ReasonClass::InvalidAddress,
        DialError::NotAllowed => ReasonClass::Policy,
        DialError::Timeout => ReasonClass::Timeout,
        _ => ReasonClass::Connection,
    };
    not_ready(class, &error.to_string())
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
