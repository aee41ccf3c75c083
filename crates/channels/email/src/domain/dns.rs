//! Asking DNS, with little patience.

use std::{
    fmt,
    net::{IpAddr, SocketAddr},
    time::Duration,
};

use hickory_resolver::{
    TokioResolver,
    config::{ConnectionConfig, NameServerConfig, ProtocolConfig, ResolveHosts, ResolverConfig},
    net::{NetError, runtime::TokioRuntimeProvider},
    proto::rr::{Name, RData, RecordType},
};

/// How long one attempt waits; there are two.
const PATIENCE: Duration = Duration::from_secs(2);
/// The most records of one name that are looked at.
const MOST: usize = 50;

/// Why there is no answer. That there is no such record is an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DnsError {
    /// No resolver is set up.
    #[error("no DNS resolver is set up")]
    NoResolver,
    /// The name is none.
    #[error("this is no domain name")]
    BadName,
    /// No answer in time, or a failure.
    #[error("the DNS resolver gave no answer")]
    Silent,
}

/// The DNS as one resolver shows it; nothing is remembered, since people look again right after they changed a record.
#[derive(Clone)]
pub struct Dns(TokioResolver);

impl fmt::Debug for Dns {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Dns")
    }
}

impl Dns {
    /// Asks a server, or those that the operating system is set to.
    ///
    /// # Errors
    /// [`DnsError::NoResolver`] when the operating system names none.
    pub fn new(server: Option<SocketAddr>) -> Result<Self, DnsError> {
        let mut builder = match server {
            None => TokioResolver::builder_tokio().map_err(|_| DnsError::NoResolver)?,
            Some(server) => {
                let connections = [ProtocolConfig::Udp, ProtocolConfig::Tcp].map(|protocol| {
                    let mut connection = ConnectionConfig::new(protocol);
                    connection.port = server.port();
                    connection
                });
                let server = NameServerConfig::new(server.ip(), true, connections.into());
                let config = ResolverConfig::from_parts(None, Vec::new(), vec![server]);
                TokioResolver::builder_with_config(config, TokioRuntimeProvider::default())
            }
        };
        let options = builder.options_mut();
        options.timeout = PATIENCE;
        options.attempts = 2;
        options.cache_size = 0;
        options.use_hosts_file = ResolveHosts::Never;
        Ok(Self(builder.build().map_err(|_| DnsError::NoResolver)?))
    }

    async fn ask(&self, name: &str, kind: RecordType) -> Result<Vec<RData>, DnsError> {
        let mut full = Name::from_ascii(name).map_err(|_| DnsError::BadName)?;
        if full.is_root() || full.num_labels() == 0 {
            return Err(DnsError::BadName);
        }
        full.set_fqdn(true);
        match self.0.lookup(full, kind).await {
            Ok(lookup) => {
                let answers = lookup.answers().iter().map(|record| record.data.clone());
                Ok(answers.take(MOST).collect())
            }
            Err(error) if is_absent(&error) => Ok(Vec::new()),
            Err(error) => {
                tracing::debug!(%error, dns.name = name, "DNS gave no answer");
                Err(DnsError::Silent)
            }
        }
    }

    /// Texts of a name, each in one piece.
    pub(super) async fn texts(&self, name: &str) -> Result<Vec<String>, DnsError> {
        let records = self.ask(name, RecordType::TXT).await?;
        let texts = records.iter().filter_map(|record| match record {
            RData::TXT(text) => Some(String::from_utf8_lossy(&text.txt_data.concat()).into_owned()),
            _ => None,
        });
        Ok(texts.collect())
    }

    /// Addresses of a name, or the address that it is.
    pub(super) async fn addresses(&self, name: &str) -> Result<Vec<IpAddr>, DnsError> {
        if let Ok(address) = name.trim_matches(['[', ']']).parse() {
            return Ok(vec![address]);
        }
        let (four, six) = tokio::join!(
            self.ask(name, RecordType::A),
            self.ask(name, RecordType::AAAA)
        );
        let records = match (four, six) {
            (Err(error), Err(_)) => return Err(error),
            (four, six) => [four.unwrap_or_default(), six.unwrap_or_default()].concat(),
        };
        let addresses = records.iter().filter_map(|record| match record {
            RData::A(address) => Some(IpAddr::V4(address.0)),
            RData::AAAA(address) => Some(IpAddr::V6(address.0)),
            _ => None,
        });
        Ok(addresses.collect())
    }

    /// Mail servers of a domain, the preferred first; an empty name is one that takes no mail.
    pub(super) async fn mail_servers(&self, name: &str) -> Result<Vec<(u16, String)>, DnsError> {
        let records = self.ask(name, RecordType::MX).await?;
        let mut servers: Vec<(u16, String)> = records
            .iter()
            .filter_map(|record| match record {
                RData::MX(server) => Some((server.preference, bare(&server.exchange))),
                _ => None,
            })
            .collect();
        servers.sort();
        Ok(servers)
    }

    /// Names of an address.
    pub(super) async fn names(&self, address: IpAddr) -> Result<Vec<String>, DnsError> {
        let records = self.ask(&reverse_name(address), RecordType::PTR).await?;
        let names = records.iter().filter_map(|record| match record {
            RData::PTR(name) => Some(bare(&name.0)),
            _ => None,
        });
        Ok(names.collect())
    }
}

/// Where the name of an address is published.
pub(super) fn reverse_name(address: IpAddr) -> String {
    bare(&Name::from(address))
}

fn bare(name: &Name) -> String {
    name.to_ascii().trim_end_matches('.').to_ascii_lowercase()
}

fn is_absent(error: &NetError) -> bool {
    error.is_no_records_found() || error.is_nx_domain()
}
