//! The sandbox inbox: every message as its receiver sees it.
#![expect(
    unreachable_pub,
    reason = "the component macro makes the props of private components pub"
)]

mod detail;
mod keys;
mod list;
mod logic;
mod page;

pub use page::{Inbox, MessagePage};
