//! One lane: a connection, the messages that went through it, and the one in flight.

use std::{
    collections::HashMap,
    future::Future,
    iter,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use async_trait::async_trait;
use channel_core::{Answer, NotReady, Outcome, Prepared, Reason, ReasonClass, Session, Stage};
use lettre::transport::smtp::{
    Error as SmtpError, client::AsyncSmtpConnection, response::Response,
};
use tokio::time::{Duration, Instant, timeout};

use super::connect::{Connection, Connector, answer_of};
use crate::classify;

struct Live {
    connection: Connection,
    sent: u32,
    sent_to: HashMap<String, u32>,
    used_at: Instant,
}

/// A lane to a mail server.
pub(super) struct SmtpSession {
    connector: Arc<Connector>,
    live: Option<Live>,
}

/// Where a transaction stopped short of acceptance.
struct Stop {
    answer: Answer,
    /// The server blames what stood in MAIL, which is ours.
    about_sender: bool,
    /// The connection is of no more use.
    broken: bool,
}

impl SmtpSession {
    pub(super) const fn new(connector: Arc<Connector>) -> Self {
        Self {
            connector,
            live: None,
        }
    }

    /// Ends a connection that has carried enough, or that has died in its sleep.
    async fn retire(&mut self, domain: &str) {
        let Some(live) = &mut self.live else { return };
        let config = &self.connector.config;
        let per_domain = self
            .connector
            .rates
            .of_domain(domain)
            .and_then(|(key, policy)| {
                Some((
                    live.sent_to.get(key).copied().unwrap_or(0),
                    policy.per_session?,
                ))
            });
        let is_full = live.sent >= config.max_per_connection
            || per_domain.is_some_and(|(sent, most)| sent >= most);
        if is_full {
            self.hang_up().await;
            return;
        }
        if live.used_at.elapsed() >= config.timeouts.idle {
            let smtp = &mut live.connection.smtp;
            let alive = timeout(config.timeouts.command, smtp.test_connected()).await;
            if !alive.unwrap_or(false) {
                self.live = None;
            }
        }
    }

    async fn hang_up(&mut self) {
        if let Some(mut live) = self.live.take() {
            // A server that does not say goodbye is left without one.
            let _ = timeout(Duration::from_secs(2), live.connection.smtp.quit()).await;
        }
    }
}

#[async_trait]
impl Session for SmtpSession {
    async fn ready(&mut self, prepared: &Prepared) -> Result<(), NotReady> {
        self.retire(&prepared.message.recipient.domain()).await;
        if self.live.is_none() {
            let connection = self.connector.connect().await?;
            metrics::counter!("email_smtp_connections_total").increment(1);
            let used_at = Instant::now();
            self.live = Some(Live {
                connection,
                sent: 0,
                sent_to: HashMap::new(),
                used_at,
            });
        }
        Ok(())
    }

    async fn deliver(&mut self, prepared: &Prepared) -> Outcome {
        // Taken out, so that a dropped future takes the half-used connection with it.
        let Some(mut live) = self.live.take() else {
            let reason = Reason::new(ReasonClass::Connection, None, "the lane was not ready");
            return Outcome::NotAccepted {
                retry_after: Duration::from_secs(1),
                reason,
            };
        };
        let result = transact(&mut live.connection, prepared, &self.connector).await;
        let (outcome, usable) = match result {
            Ok(response) => (accepted(&response), true),
            Err(stop) => (
                stop.outcome(),
                !stop.broken && reset(&mut live, &self.connector).await,
            ),
        };
        metrics::counter!("email_smtp_messages_total", "outcome" => outcome.as_str()).increment(1);
        if usable {
            live.sent += 1;
            let domain = prepared.message.recipient.domain();
            if let Some((key, _)) = self.connector.rates.of_domain(&domain) {
                *live.sent_to.entry(key.to_owned()).or_default() += 1;
            }
            live.used_at = Instant::now();
            self.live = Some(live);
        }
        outcome
    }

    async fn close(&mut self) {
        self.hang_up().await;
    }
}

fn accepted(response: &Response) -> Outcome {
    let text = response.message().collect::<Vec<_>>().join(" ");
    classify::classify(&Answer::reply(
        Stage::AfterHandover,
        response.code().into(),
        text,
    ))
}

/// Clears a refused transaction; returns whether the connection can go on.
async fn reset(live: &mut Live, connector: &Connector) -> bool {
    let wait = connector.config.timeouts.command;
    matches!(
        timeout(wait, live.connection.smtp.command("RSET\r\n")).await,
        Ok(Ok(_))
    )
}

async fn transact(
    connection: &mut Connection,
    prepared: &Prepared,
    connector: &Connector,
) -> Result<Response, Stop> {
    let timeouts = connector.config.timeouts;
    let smtp = &mut connection.smtp;
    let mail = format!("MAIL FROM:<{}>\r\n", prepared.sender);
    let rcpt = format!("RCPT TO:<{}>\r\n", prepared.recipient);
    if connection.pipelining {
        pipelined(smtp, &mail, &rcpt, timeouts.command).await?;
    } else {
        one_by_one(smtp, &mail, &rcpt, timeouts.command).await?;
    }
    // lettre writes "\r\n.\r\n" once the parts are exhausted, and not before they are written.
    let dot = AtomicBool::new(false);
    let body = prepared
        .payload
        .strip_suffix(b"\r\n")
        .unwrap_or(&prepared.payload);
    let parts = iter::once(body).chain(iter::from_fn(|| {
        dot.store(true, Ordering::Relaxed);
        None
    }));
    let result = timeout(timeouts.data, smtp.message_iter(parts)).await;
    let stage = if dot.load(Ordering::Relaxed) {
        Stage::AfterHandover
    } else {
        Stage::BeforeHandover
    };
    match result {
        Ok(Ok(response)) => Ok(response),
        Ok(Err(error)) => Err(Stop::of(&error, stage)),
        Err(_) => Err(Stop {
            answer: Answer::timed_out(stage),
            about_sender: false,
            broken: true,
        }),
    }
}

async fn one_by_one(
    smtp: &mut AsyncSmtpConnection,
    mail: &str,
    rcpt: &str,
    wait: Duration,
) -> Result<(), Stop> {
    within(wait, smtp.command(mail))
        .await
        .map_err(Stop::about_sender)?;
    within(wait, smtp.command(rcpt)).await?;
    within(wait, smtp.command("DATA\r\n")).await?;
    Ok(())
}

/// Three commands in one packet (RFC 2920): half the round trips. Every answer is read.
async fn pipelined(
    smtp: &mut AsyncSmtpConnection,
    mail: &str,
    rcpt: &str,
    wait: Duration,
) -> Result<(), Stop> {
    let first = within(wait, smtp.command(format!("{mail}{rcpt}DATA\r\n"))).await;
    let first = first.map_err(Stop::about_sender);
    if let Err(stop) = &first
        && stop.broken
    {
        return first.map(|_| ());
    }
    let second = within(wait, smtp.read_response()).await;
    if let Err(stop) = &second
        && stop.broken
    {
        return Err(first
            .err()
            .unwrap_or(second.err().unwrap_or_else(Stop::nothing)));
    }
    let third = within(wait, smtp.read_response()).await;
    let data_goes_on = third.is_ok();
    match first.and(second).and(third) {
        Ok(_) => Ok(()),
        // The server refused the envelope and waits for a message all the same. There is no way
        // back from DATA that sends nothing, except to hang up.
        Err(stop) => Err(Stop {
            broken: stop.broken || data_goes_on,
            ..stop
        }),
    }
}

async fn within(
    wait: Duration,
    command: impl Future<Output = Result<Response, SmtpError>>,
) -> Result<Response, Stop> {
    match timeout(wait, command).await {
        Ok(result) => result.map_err(|error| Stop::of(&error, Stage::BeforeHandover)),
        Err(_) => Err(Stop {
            answer: Answer::timed_out(Stage::BeforeHandover),
            about_sender: false,
            broken: true,
        }),
    }
}

impl Stop {
    fn of(error: &SmtpError, stage: Stage) -> Self {
        let answer = answer_of(error, stage);
        // 421 means that the server is closing the connection.
        let broken = answer.code.is_none_or(|code| code == 421);
        Self {
            answer,
            about_sender: false,
            broken,
        }
    }

    fn nothing() -> Self {
        let answer = Answer::broken(Stage::BeforeHandover, "no answer");
        Self {
            answer,
            about_sender: false,
            broken: true,
        }
    }

    fn about_sender(self) -> Self {
        Self {
            about_sender: true,
            ..self
        }
    }

    fn outcome(&self) -> Outcome {
        match classify::classify(&self.answer) {
            Outcome::Suppress { reason, .. } if self.about_sender => {
                let reason = Reason {
                    class: ReasonClass::Policy,
                    ..reason
                };
                Outcome::Dropped { reason }
            }
            outcome => outcome,
        }
    }
}
