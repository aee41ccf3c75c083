//! Telling one program of one thing: what is due, what came of it.

mod log;
mod settle;
mod take;

pub use log::{Attempt, Delivery, DeliveryFilter, Detail, detail, list};
pub use settle::{Report, Verdict, settle};
pub use take::{Due, Lane, Taken, due, take};

/// Where a delivery is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// Sent when its time comes, and again after a failure.
    Waiting,
    /// Taken by the receiver.
    Delivered,
    /// Given up.
    Failed,
}

impl State {
    /// Every state.
    pub const ALL: [Self; 3] = [Self::Waiting, Self::Delivered, Self::Failed];

    /// Returns the stored number.
    pub const fn code(self) -> i16 {
        match self {
            Self::Waiting => 0,
            Self::Delivered => 1,
            Self::Failed => 2,
        }
    }

    /// Reads the stored number.
    pub fn from_code(code: i16) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.code() == code)
    }

    /// Returns the name in the API.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Delivered => "delivered",
            Self::Failed => "failed",
        }
    }

    /// Reads the name in the API.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.name() == name)
    }
}
