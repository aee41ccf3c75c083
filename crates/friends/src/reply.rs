//! Answers by themselves: what an account says to words that it knows, at no charge, within LINE's minute.
//!
//! An answer is written down before LINE is called, under LINE's name of the event, so that an event that comes twice, or
//! to two servers, is answered at most once. Speaking to LINE is the server's business.

mod given;
mod rule;
mod store;

pub use given::{Answered, Given, State, TAKES, counts, settle, take};
pub use rule::{How, MOST_KEYWORDS, Rule, Words, choose, fits};
pub use store::{Wish, archive, change, find, insert, list};
