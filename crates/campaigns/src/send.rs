//! Sending: from due rows of the ledger to a channel's lanes, at most one message in flight on each.

mod data;
mod edition;
mod editions;
mod lane;
mod letter;
mod limit;
mod pace;
mod parcel;
mod pipeline;
mod port;
mod retry;
mod web;
mod worker;

pub use data::{PersonData, person_data};
pub use edition::Edition;
pub use letter::{Letter, Part, coupon, popular};
pub use port::{Carrier, CarrierError, Carriers, PublicUrls};
pub use retry::{Repeats, Tried, backoff, settle_of};
pub use web::WebView;
pub use worker::{SendOptions, SendWorker};
