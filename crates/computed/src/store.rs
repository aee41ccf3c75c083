//! Definitions, values and the worker's lease in SQL.

pub mod change;
pub mod definition;
pub mod lease;
pub mod preview;
pub mod value;
mod wanted;
mod write;

pub use kernel::cause::Cause;
pub use wanted::wanted;
pub use write::{Batch, MAX_BATCH, write};
