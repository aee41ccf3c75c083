//! The REST wire types and the problem document.

pub mod problem;

pub use problem::{FieldError, Problem};
