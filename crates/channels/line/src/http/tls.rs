//! TLS: rustls on ring, public authorities and those that were added.

use std::{fmt, io, sync::Arc};

use rustls::{
    ClientConfig, RootCertStore,
    pki_types::{CertificateDer, ServerName, pem::PemObject as _},
};
use tokio::net::TcpStream;
use tokio_rustls::{TlsConnector, client::TlsStream};

use crate::config::LineConfigError;

/// Makes protected streams to one host.
#[derive(Clone)]
pub(super) struct Tls {
    connector: TlsConnector,
    name: ServerName<'static>,
}

impl fmt::Debug for Tls {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tls")
            .field("name", &self.name)
            .finish_non_exhaustive()
    }
}

impl Tls {
    pub(super) fn new(host: &str, extra: Option<&str>) -> Result<Self, LineConfigError> {
        let bad = LineConfigError::BadCertificates;
        let mut roots = RootCertStore {
            roots: webpki_roots::TLS_SERVER_ROOTS.to_vec(),
        };
        for certificate in CertificateDer::pem_slice_iter(extra.unwrap_or_default().as_bytes()) {
            roots.add(certificate.map_err(|_| bad)?).map_err(|_| bad)?;
        }
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let client = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .map_err(|_| bad)?
            .with_root_certificates(roots)
            .with_no_client_auth();
        let bare = host.trim_start_matches('[').trim_end_matches(']');
        Ok(Self {
            connector: TlsConnector::from(Arc::new(client)),
            name: ServerName::try_from(bare.to_owned()).map_err(|_| LineConfigError::BadHost)?,
        })
    }

    pub(super) async fn protect(&self, tcp: TcpStream) -> io::Result<TlsStream<TcpStream>> {
        self.connector.connect(self.name.clone(), tcp).await
    }
}
