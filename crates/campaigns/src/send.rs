//! Sending: from due rows of the ledger to a channel's lanes, at most one message in flight on each.

mod data;
mod edition;
mod lane;
mod limit;
mod pipeline;
mod port;
mod retry;
mod worker;

pub use data::{PersonData, person_data};
pub use edition::{Edition, Part, coupon};
pub use port::{Carrier, CarrierError, Carriers, PublicUrls};
pub use retry::{backoff, settle_of};
pub use worker::{SendOptions, SendWorker};
