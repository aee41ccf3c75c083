//! What LINE's answers mean for whoever keeps menus.

use channel_line::LineApiError;
use kernel::time::{MINUTE, Millis, SECOND};

use super::Fault;

/// What became of a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Did {
    /// Something: there may be more.
    Something,
    /// There was nothing to do.
    Nothing,
    /// LINE's rate leaves no room before.
    Until(Millis),
}

/// Why nothing more is said to LINE now.
pub(super) enum Halt {
    /// LINE is away or will not have us: not before that instant.
    Pause(Millis, String),
    /// The database, or the lease.
    Fault(Fault),
}

impl<E: Into<Fault>> From<E> for Halt {
    fn from(error: E) -> Self {
        Self::Fault(error.into())
    }
}

/// An answer that is no yes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Said {
    /// There is no room before.
    Wait(Millis),
    /// It will not have this, however often it is asked.
    No(String),
    /// It is away, or will not have us.
    Away(Millis, String),
}

impl Said {
    pub(super) fn of(error: &LineApiError, now: Millis) -> Self {
        match error {
            LineApiError::Wait { until } => Self::Wait(*until),
            LineApiError::Refused {
                status: 400 | 404 | 413 | 415,
                text,
            }
            | LineApiError::Invalid(text) => Self::No(text.clone()),
            LineApiError::Refused { status: 429, text } => {
                Self::Away(now.plus(MINUTE), text.clone())
            }
            other => Self::Away(now.plus(30 * SECOND), other.to_string()),
        }
    }

    /// Ends a step for which a refusal means that something is wrong on our side.
    pub(super) fn end(self, now: Millis) -> Result<Did, Halt> {
        match self {
            Self::Wait(until) => Ok(Did::Until(until)),
            Self::No(text) => Err(Halt::Pause(now.plus(5 * MINUTE), text)),
            Self::Away(until, text) => Err(Halt::Pause(until, text)),
        }
    }
}
