//! What LINE accounts answer by themselves.
#![expect(
    unreachable_pub,
    reason = "the component macro makes the props of private components pub"
)]

mod form;
mod list;
mod tester;

pub use list::ReplyList;
