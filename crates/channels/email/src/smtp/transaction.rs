//! One message through a connection, and the exact point at which it stopped if it did.

use std::{
    future::Future,
    iter,
    sync::atomic::{AtomicBool, Ordering},
};

use channel_core::{Answer, Outcome, Prepared, Reason, ReasonClass, Stage};
use lettre::transport::smtp::{
    Error as SmtpError, client::AsyncSmtpConnection, response::Response,
};
use tokio::time::{Duration, timeout};

use super::{config::SmtpTimeouts, connect::Connection, fault::answer_of};
use crate::classify;

/// Where a transaction stopped short of acceptance.
pub(super) struct Stop {
    answer: Answer,
    /// The server blames what stood in MAIL, which is ours.
    about_sender: bool,
    /// The connection is of no more use.
    pub(super) broken: bool,
}

/// Hands one message over; `Ok` is the answer to its final dot.
pub(super) async fn transact(
    connection: &mut Connection,
    prepared: &Prepared,
    timeouts: SmtpTimeouts,
) -> Result<Response, Stop> {
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

    pub(super) fn outcome(&self) -> Outcome {
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
