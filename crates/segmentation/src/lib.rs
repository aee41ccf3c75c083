#![doc = include_str!("../README.md")]

pub mod compare;
mod error;
mod explain;
mod fold;
pub mod index;
pub mod language;
pub mod membership;
pub mod parts;
mod query;
pub mod remark;
mod resolve;
pub mod sentence;
mod sequence;
mod sql;
pub mod standing;
pub mod store;
pub mod template;
pub mod vip;
pub mod vocabulary;

pub use error::SegmentError;
pub use explain::{Clause, Evidence, Explanation, Happened, Reached, Stays, Truth, explain};

pub use parts::{Overlap, Parts};
pub use query::{
    Counts, NodeCount, all_members, contains, count, count_each, examples, members, parts,
};
pub use resolve::{At, Resolved, resolve, resolve_words};
