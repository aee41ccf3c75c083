#![doc = include_str!("../README.md")]

mod answer;
mod base;
mod bits;
mod cache;
pub mod change;
mod column;
mod compact;
mod digest;
mod error;
mod event;
mod index;
mod key;
mod memory;
mod number;
mod packed;
mod query;
mod snapshot;
mod texts;
mod value;
mod view;
mod words;
mod write;

pub use answer::Answer;
pub use bits::Bits;
pub use cache::{Leaf, LeafCache};
pub use change::{Batch, Change, Consent, Event, FactKey, Moved, Profile, Term, TermKind, Value};
pub use digest::Digest;
pub use error::{IndexError, SnapshotError};
pub use index::{Index, Slack};
pub use key::ColumnKey;
pub use memory::{Limit, Memory};
pub use query::{
    Aggregate, Customer, EventFilter, EventQuery, MAX_NUMBER, Measured, NumberTest, Occurrence,
    OneOf, Range, Step, Taken, Ties, ValueTest, in_thousandths, thousandths,
};
pub use snapshot::VERSION as SNAPSHOT_VERSION;
pub use value::{ListRef, ValueRef};
pub use view::View;
