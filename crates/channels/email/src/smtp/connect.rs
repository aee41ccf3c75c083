//! From nothing to a connection that is greeted, protected and logged in.

use std::net::SocketAddr;

use channel_core::{Answer, NotReady, ReasonClass, Stage, dial::Dialler, rate::RatePolicy};
use lettre::transport::smtp::{
    authentication::{Credentials as LettreCredentials, Mechanism},
    client::AsyncSmtpConnection,
    commands::Ehlo,
    extension::ClientId,
};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
};

use super::{
    config::{Credentials, SmtpConfig, SmtpConfigError, TlsMode},
    fault::{broken, misconfigured, not_ready, refused, undialled, unreachable_server, untrusted},
    tls::Tls,
};
use crate::classify;

/// Longest answer to a command before TLS.
const LONGEST_ANSWER: usize = 16 * 1024;

/// A usable connection.
pub(super) struct Connection {
    pub(super) smtp: AsyncSmtpConnection,
    pub(super) pipelining: bool,
}

/// Why a connection is not known to be protected.
pub(super) enum Fault {
    Unprotected(String),
    Away(String),
}

/// Makes connections to one server.
pub(super) struct Connector {
    pub(super) config: SmtpConfig,
    pub(super) rates: RatePolicy,
    dialler: Dialler,
    tls: Option<Tls>,
    hello: ClientId,
}

impl Connector {
    pub(super) fn new(
        config: SmtpConfig,
        dialler: Dialler,
        rates: RatePolicy,
    ) -> Result<Self, SmtpConfigError> {
        let tls = if config.tls == TlsMode::None {
            None
        } else {
            Some(Tls::new(&config)?)
        };
        let hello = match &config.hello {
            Some(name) if is_host(name) => ClientId::Domain(name.clone()),
            Some(_) => return Err(SmtpConfigError::BadHello),
            None => ClientId::default(),
        };
        Ok(Self {
            config,
            rates,
            dialler,
            tls,
            hello,
        })
    }

    pub(super) async fn connect(&self) -> Result<Connection, NotReady> {
        tokio::time::timeout(self.config.timeouts.connect, self.establish())
            .await
            .unwrap_or_else(|_| {
                Err(unreachable_server(
                    ReasonClass::Timeout,
                    "no answer in time",
                ))
            })
    }

    async fn establish(&self) -> Result<Connection, NotReady> {
        let SmtpConfig {
            host,
            port,
            tls,
            credentials,
            ..
        } = &self.config;
        let mut stream = self
            .dialler
            .connect(host, *port)
            .await
            .map_err(|error| undialled(&error))?;
        let peer = stream.peer_addr().map_err(|error| broken(&error))?;
        let offers_tls = match tls {
            TlsMode::Required | TlsMode::Opportunistic => self.ask_for_tls(&mut stream).await?,
            TlsMode::None | TlsMode::Implicit => false,
        };
        if *tls == TlsMode::Required && !offers_tls {
            return Err(misconfigured("the server offers no STARTTLS"));
        }
        let (mut smtp, protected) = match &self.tls {
            Some(layer) if *tls == TlsMode::Implicit => {
                let lane = layer
                    .implicit(stream)
                    .await
                    .map_err(|error| untrusted(&error))?;
                (self.greet(Box::new(lane)).await?, true)
            }
            Some(layer) if offers_tls => {
                let lane = layer
                    .after_starttls(stream)
                    .await
                    .map_err(|error| untrusted(&error))?;
                (self.greet(Box::new(lane)).await?, true)
            }
            Some(_) => {
                // The greeting has been read; a server without STARTTLS is asked afresh.
                let again = self.dialler.connect(host, *port).await;
                (
                    self.greet(Box::new(again.map_err(|error| undialled(&error))?))
                        .await?,
                    false,
                )
            }
            None => (self.greet(Box::new(stream)).await?, false),
        };
        if let Some(credentials) = credentials {
            log_in(&mut smtp, credentials, protected, peer).await?;
        }
        let pipelining = self.has_pipelining(&mut smtp).await?;
        Ok(Connection { smtp, pipelining })
    }

    /// Goes as far as the handshake, and no further.
    pub(super) async fn protects(&self) -> Result<(), Fault> {
        let patience = self.config.timeouts.connect;
        let away = |said: &dyn std::fmt::Display| Fault::Away(said.to_string());
        let tried = tokio::time::timeout(patience, async {
            let SmtpConfig {
                host, port, tls, ..
            } = &self.config;
            let connected = self.dialler.connect(host, *port).await;
            let mut stream = connected.map_err(|error| away(&error))?;
            if *tls != TlsMode::Implicit {
                let offered = self.ask_for_tls(&mut stream).await;
                let offered = offered.map_err(|error| away(&error.reason.detail))?;
                if !offered {
                    let said = "the server offers no STARTTLS";
                    return Err(Fault::Unprotected(said.to_owned()));
                }
            }
            let Some(layer) = &self.tls else {
                return Err(Fault::Unprotected("TLS is off".to_owned()));
            };
            let handshake = layer.implicit(stream).await;
            handshake
                .map(drop)
                .map_err(|error| Fault::Unprotected(error.to_string()))
        });
        tried
            .await
            .unwrap_or_else(|_| Err(away(&"no answer in time")))
    }

    async fn greet(
        &self,
        stream: Box<dyn lettre::transport::smtp::client::AsyncTokioStream>,
    ) -> Result<AsyncSmtpConnection, NotReady> {
        AsyncSmtpConnection::connect_with_transport(stream, &self.hello)
            .await
            .map_err(|error| refused(&error))
    }

    /// Reads the greeting and asks for STARTTLS; returns whether the handshake may begin.
    async fn ask_for_tls(&self, stream: &mut TcpStream) -> Result<bool, NotReady> {
        read_answer(stream, 220).await?;
        stream
            .write_all(Ehlo::new(self.hello.clone()).to_string().as_bytes())
            .await
            .map_err(|error| broken(&error))?;
        let features = read_answer(stream, 250).await?;
        let offered = features.lines().any(|line| {
            line.get(4..)
                .is_some_and(|word| word.trim().eq_ignore_ascii_case("STARTTLS"))
        });
        if offered {
            stream
                .write_all(b"STARTTLS\r\n")
                .await
                .map_err(|error| broken(&error))?;
            // Reading stops at this answer's end and refuses anything after it, so that commands
            // slipped in before the handshake are never taken for answers inside it.
            read_answer(stream, 220).await?;
        } else {
            // A polite end costs nothing and failing at it means nothing.
            let _ = stream.write_all(b"QUIT\r\n").await;
        }
        Ok(offered)
    }

    /// lettre keeps only the features it uses itself, so the question is asked once more.
    async fn has_pipelining(&self, smtp: &mut AsyncSmtpConnection) -> Result<bool, NotReady> {
        let answer = smtp
            .command(Ehlo::new(self.hello.clone()))
            .await
            .map_err(|error| refused(&error))?;
        Ok(answer
            .message()
            .any(|line| line.trim().eq_ignore_ascii_case("PIPELINING")))
    }
}

async fn log_in(
    smtp: &mut AsyncSmtpConnection,
    credentials: &Credentials,
    protected: bool,
    peer: SocketAddr,
) -> Result<(), NotReady> {
    if !protected && !peer.ip().is_loopback() {
        return Err(misconfigured(
            "credentials are not sent over an unprotected connection",
        ));
    }
    let login = LettreCredentials::new(credentials.user.clone(), credentials.password.clone());
    smtp.auth(&[Mechanism::Plain, Mechanism::Login], &login)
        .await
        .map(|_| ())
        .map_err(|error| {
            if error.status().is_some() || error.is_client() {
                misconfigured(&format!("log-in refused: {error}"))
            } else {
                refused(&error)
            }
        })
}

/// Reads one answer, several lines perhaps, byte-exactly.
async fn read_answer(stream: &mut TcpStream, expected: u16) -> Result<String, NotReady> {
    let mut answer = Vec::new();
    let mut line_start = 0;
    loop {
        let mut chunk = [0; 512];
        let count = stream
            .read(&mut chunk)
            .await
            .map_err(|error| broken(&error))?;
        answer.extend_from_slice(chunk.get(..count).unwrap_or_default());
        if count == 0 || answer.len() > LONGEST_ANSWER {
            return Err(unreachable_server(
                ReasonClass::Connection,
                "the server ended the greeting",
            ));
        }
        while let Some(line) = next_line(&answer, line_start) {
            line_start += line.len();
            if line.get(3) == Some(&b'-') {
                continue;
            }
            if line_start < answer.len() {
                return Err(misconfigured("the server spoke out of turn before TLS"));
            }
            return judge(&String::from_utf8_lossy(&answer), expected);
        }
    }
}

fn next_line(answer: &[u8], start: usize) -> Option<&[u8]> {
    let rest = answer.get(start..)?;
    let end = rest.iter().position(|byte| *byte == b'\n')?;
    rest.get(..=end)
}

fn judge(answer: &str, expected: u16) -> Result<String, NotReady> {
    let code = answer
        .get(..3)
        .and_then(|digits| digits.parse::<u16>().ok());
    if code == Some(expected) {
        return Ok(answer.to_owned());
    }
    let text = answer.get(4..).unwrap_or_default().trim();
    Err(not_ready(classify::classify(&Answer::reply(
        Stage::BeforeHandover,
        code.unwrap_or(421),
        text,
    ))))
}

fn is_host(name: &str) -> bool {
    (1..=253).contains(&name.len())
        && name.bytes().all(|byte| {
            byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'[' | b']' | b':')
        })
}
