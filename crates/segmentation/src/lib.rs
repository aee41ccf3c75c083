#![doc = include_str!("../README.md")]

pub mod compare;
mod error;
mod explain;
mod fold;
pub mod index;
pub mod language;
pub mod membership;
mod query;
pub mod remark;
mod resolve;
pub mod sentence;
mod sequence;
mod sql;
pub mod standing;
pub mod store;
pub mod template;
pub mod vocabulary;

pub use error::SegmentError;
pub use explain::{Clause, Evidence, Explanation, Happened, Reached, Stays, Truth, explain};

pub use query::{
    Counts, NodeCount, Overlap, all_members, contains, count, count_each, examples, members,
    overlap,
};
pub use resolve::{At, Resolved, resolve, resolve_words};
