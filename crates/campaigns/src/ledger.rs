//! The delivery ledger: one row per (campaign, occurrence, profile, channel), moved by compare-and-set.
//!
//! A row is written before any provider is called. `docs/delivery.md` draws the states and says what
//! each guarantees; [`DeliveryState::may_become`] is the same picture as code.

mod doubt;
pub(crate) mod event;
mod moves;
mod plan;
mod read;
mod reserve;
mod worker;
mod writer;

pub use doubt::{Doubtful, Standing, is_doubtful, standing, take_doubtful};
pub use moves::{HandOver, Key, Release, Settle, Settlement, Try, hand_over, release, settle};
pub use plan::{Occasion, PlannedRow, plan};
pub use read::{
    DeliveryFilter, DeliveryRow, Progress, StateCount, addressee, find, last_push, list, n_written,
    progress,
};
pub use reserve::{ActiveCampaign, Reserved, Whose, active_campaigns, reserve, with_vips_due};
pub use worker::{
    cancel_rest, dead_workers, end_doubts, finish_done, forget_worker, has_done, has_doubts,
    heartbeat, put_off_a_day, recover,
};
pub use writer::{LedgerWriter, Round, WriterOptions};

/// Where a delivery stands. The numbers are stored: never reuse one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[repr(i16)]
pub enum DeliveryState {
    /// Due at its time.
    Planned = 0,
    /// Put off: by quiet hours, a rate limit.
    Deferred = 1,
    /// The provider certainly did not take it; it will be tried again.
    RetryWait = 2,
    /// Held by a worker; consent and suppression have been checked.
    Reserved = 3,
    /// May be with the provider.
    HandedOver = 4,
    /// The provider took it.
    Accepted = 5,
    /// Refused for good.
    Failed = 6,
    /// Given to the provider, whose answer never came. Never sent again by itself.
    Unknown = 7,
    /// Called off before it left.
    Cancelled = 8,
    /// Its time ran out before it left.
    Expired = 9,
    /// Not sent because of the person or the address.
    Suppressed = 10,
    /// Given to a provider that recognises a repeat, whose answer never came: handed over again with the same key.
    InDoubt = 11,
}

impl DeliveryState {
    /// Every state.
    pub const ALL: [Self; 12] = [
        Self::Planned,
        Self::Deferred,
        Self::RetryWait,
        Self::Reserved,
        Self::HandedOver,
        Self::Accepted,
        Self::Failed,
        Self::Unknown,
        Self::Cancelled,
        Self::Expired,
        Self::Suppressed,
        Self::InDoubt,
    ];

    /// Returns the stored number.
    pub const fn code(self) -> i16 {
        self as i16
    }

    /// Reads the stored number.
    pub fn from_code(code: i16) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.code() == code)
    }

    /// Returns the stable name used in the API.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Planned => "planned",
            Self::Deferred => "deferred",
            Self::RetryWait => "retry_wait",
            Self::Reserved => "reserved",
            Self::HandedOver => "handed_over",
            Self::Accepted => "accepted",
            Self::Failed => "failed",
            Self::Unknown => "unknown",
            Self::Cancelled => "cancelled",
            Self::Expired => "expired",
            Self::Suppressed => "suppressed",
            Self::InDoubt => "in_doubt",
        }
    }

    /// Reads the name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.as_str() == name)
    }

    /// Tells whether the row still waits for a worker.
    pub const fn is_waiting(self) -> bool {
        matches!(self, Self::Planned | Self::Deferred | Self::RetryWait)
    }

    /// Tells whether nothing more is to be done about the row.
    pub const fn is_final(self) -> bool {
        !self.is_waiting() && !matches!(self, Self::Reserved | Self::HandedOver | Self::InDoubt)
    }

    /// Tells whether a row in this state may move to another.
    ///
    /// Nothing leads from what may be with a provider back to what can be sent, except the provider's
    /// own word that it does not have the message.
    pub const fn may_become(self, next: Self) -> bool {
        use DeliveryState as S;
        match self {
            S::Planned | S::Deferred | S::RetryWait => matches!(
                next,
                S::Reserved | S::Cancelled | S::Expired | S::Suppressed
            ),
            S::Reserved => matches!(
                next,
                S::Planned
                    | S::Deferred
                    | S::HandedOver
                    | S::Failed
                    | S::Cancelled
                    | S::Expired
                    | S::Suppressed
            ),
            S::HandedOver => matches!(
                next,
                S::Accepted | S::Failed | S::Unknown | S::RetryWait | S::Expired | S::InDoubt
            ),
            // With the key that it had: a provider that has the message says so, and sends no second one.
            S::InDoubt => matches!(next, S::HandedOver | S::Unknown),
            // The worker that was thought dead may still bring the answer.
            S::Unknown => matches!(next, S::Accepted | S::Failed),
            S::Accepted | S::Failed | S::Cancelled | S::Expired | S::Suppressed => false,
        }
    }
}
