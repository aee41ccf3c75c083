//! The SQL evaluator: a tree becomes one statement of SQLite or PostgreSQL.
//!
//! Conditions become one boolean expression over a profile `p`; SQL's own three-valued logic is the
//! language's. What customers did is gathered in one grouped scan per set of event names, joined once,
//! so that a condition costs the same under `any` and `not` as under `all`. Every value is bound.

mod binds;
mod compile;
mod date;
mod event;
mod filter;
mod roll;
mod sequence;
mod since;
mod standing;
mod value;

pub(crate) use binds::Binds;
pub(crate) use compile::{Compiler, Scope, answer_events};
pub(crate) use filter::event_filters;
pub(crate) use roll::{Roll, own_sql};
pub(crate) use sequence::{Letters, Reach};
pub(crate) use since::After;
pub(crate) use standing::Standings;
pub use standing::placed_sql;
pub(crate) use value::{Column, distinct_lists, distinct_texts};
