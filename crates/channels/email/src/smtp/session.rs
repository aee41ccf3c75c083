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
    /// A transaction was refused and waits to be cleared.
    is_refused: bool,
}

impl Live {
    fn new(connection: Connection) -> Self {
        metrics::counter!("email_smtp_connections_total").increment(1);
        Self {
            connection,
            sent: 0,
            sent_to: HashMap::new(),
            used_at: Instant::now(),
            is_refused: false,
        }
    }

    fn has_carried_enough(&self, connector: &Connector, domain: &str) -> bool {
        let to_domain = connector.rates.of_domain(domain).and_then(|(key, policy)| {
            let sent = self.sent_to.get(key).copied().unwrap_or(0);
            Some(sent >= policy.per_session?)
        });
        self.sent >= connector.config.max_per_connection || to_domain == Some(true)
    }

    fn count(&mut self, connector: &Connector, domain: &str) {
        self.sent += 1;
        if let Some((key, _)) = connector.rates.of_domain(domain) {
            *self.sent_to.entry(key.to_owned()).or_default() += 1;
        }
        self.used_at = Instant::now();
    }
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

    /// Returns the kept connection if it can carry another message to this domain.
    ///
    /// It is taken out while it is tried: were this future dropped in between, an unread answer
    /// would be taken for the answer to the next command.
    async fn kept(&mut self, domain: &str) -> Option<Live> {
        if self
            .live
            .as_ref()?
            .has_carried_enough(&self.connector, domain)
        {
            self.hang_up().await;
            return None;
        }
        let mut live = self.live.take()?;
        let timeouts = self.connector.config.timeouts;
        let probe = if live.is_refused {
            "RSET\r\n"
        } else if live.used_at.elapsed() >= timeouts.idle {
            "NOOP\r\n"
        } else {
            return Some(live);
        };
        let smtp = &mut live.connection.smtp;
        let answer = timeout(timeouts.command, smtp.command(probe)).await;
        live.is_refused = false;
        matches!(answer, Ok(Ok(_))).then_some(live)
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
        let domain = prepared.message.recipient.domain();
        let live = match self.kept(&domain).await {
            Some(live) => live,
            None => Live::new(self.connector.connect().await?),
        };
        self.live = Some(live);
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
        let (outcome, is_usable) = match result {
            Ok(response) => (accepted(&response), true),
            Err(stop) => {
                // Cleared before the next message, so that this outcome need not wait for it.
                live.is_refused = true;
                (stop.outcome(), !stop.broken)
            }
        };
        metrics::counter!("email_smtp_messages_total", "outcome" => outcome.as_str()).increment(1);
        if is_usable {
            live.count(&self.connector, &prepared.message.recipient.domain());
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
