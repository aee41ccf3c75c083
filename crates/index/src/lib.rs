#![doc = include_str!("../README.md")]

pub mod change;

pub use change::{Batch, Change, Consent, Event, FactKey, Moved, Profile, Term, TermKind, Value};
