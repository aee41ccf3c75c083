//! One lane: a connection, the messages that went through it, and the one in flight.

use std::{collections::HashMap, sync::Arc};

use async_trait::async_trait;
use channel_core::{Answer, NotReady, Outcome, Prepared, Reason, ReasonClass, Session, Stage};
use lettre::transport::smtp::response::Response;
use tokio::time::{Duration, Instant, timeout};

use super::{
    connect::{Connection, Connector},
    transaction::transact,
};
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
        let result = transact(
            &mut live.connection,
            prepared,
            self.connector.config.timeouts,
        )
        .await;
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
