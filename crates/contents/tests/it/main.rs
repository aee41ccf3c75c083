//! Behaviour of the crate as its callers see it.

mod gallery;
mod golden;
mod hostile;
mod line;
mod link;
mod lint;
mod property;
mod push;
mod store;
mod support;
