//! Why a server cannot be used now, said before any message is at stake.

use std::{io, time::Duration};

use channel_core::{Answer, NotReady, Outcome, Reason, ReasonClass, Stage, dial::DialError};
use lettre::transport::smtp::Error as SmtpError;

use crate::classify;

/// A pause after a refusal that only a person can mend.
const CONFIGURATION_PAUSE: Duration = Duration::from_mins(5);
/// A pause after a failed connection.
const CONNECTION_PAUSE: Duration = Duration::from_secs(30);

/// Turns what a server said before any message into "not ready".
pub(super) fn refused(error: &SmtpError) -> NotReady {
    not_ready(classify::classify(&answer_of(error, Stage::BeforeHandover)))
}

/// Reads an error of lettre's as an answer.
pub(super) fn answer_of(error: &SmtpError, stage: Stage) -> Answer {
    let text =
        std::error::Error::source(error).map_or_else(|| error.to_string(), ToString::to_string);
    match error.status() {
        Some(code) => Answer::reply(stage, code.into(), text),
        None => Answer::broken(stage, text),
    }
}

pub(super) fn not_ready(outcome: Outcome) -> NotReady {
    match outcome {
        Outcome::NotAccepted {
            retry_after,
            reason,
        } => NotReady {
            retry_after,
            reason,
        },
        // Whatever a server says before the first message, it is not about a recipient.
        other => {
            let (code, detail) = other
                .reason()
                .map_or((None, ""), |reason| (reason.code, reason.detail.as_str()));
            let reason = Reason::new(ReasonClass::Connection, code, detail);
            NotReady {
                retry_after: CONFIGURATION_PAUSE,
                reason,
            }
        }
    }
}

pub(super) fn unreachable_server(class: ReasonClass, detail: &str) -> NotReady {
    NotReady {
        retry_after: CONNECTION_PAUSE,
        reason: Reason::new(class, None, detail),
    }
}

pub(super) fn broken(error: &io::Error) -> NotReady {
    unreachable_server(ReasonClass::Connection, &error.to_string())
}

pub(super) fn misconfigured(detail: &str) -> NotReady {
    let reason = Reason::new(ReasonClass::Authentication, None, detail);
    NotReady {
        retry_after: CONFIGURATION_PAUSE,
        reason,
    }
}

pub(super) fn untrusted(error: &io::Error) -> NotReady {
    misconfigured(&format!("no protected connection: {error}"))
}

pub(super) fn undialled(error: &DialError) -> NotReady {
    match error {
        DialError::BadHost | DialError::NotAllowed => misconfigured(&error.to_string()),
        DialError::Timeout => unreachable_server(ReasonClass::Timeout, &error.to_string()),
        _ => unreachable_server(ReasonClass::Connection, &error.to_string()),
    }
}
