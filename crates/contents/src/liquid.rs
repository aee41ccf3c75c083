//! Liquid, safely: the language, its budget, and the scanner that finds tags in a source.
//!
//! The stock library escapes nothing, materialises `(1..10000000)` before it loops, and knows no
//! positions. So sources are scanned here first, tags are rewritten to carry their position
//! (`{{ x }}` becomes the private tag `_out`), and loops, captures and outputs are our own.

mod argument;
mod block;
mod check;
mod date;
mod filter;
mod language;
mod output;
mod rewrite;
mod runtime;
mod scan;
mod state;

pub(crate) use check::{check_blocks, check_syntax};
pub use filter::FILTERS;
pub(crate) use language::language;
pub(crate) use rewrite::{Names, Target, rewrite, rewrite_part};
pub(crate) use runtime::Scope;
pub(crate) use scan::{Kind, Piece, filters_of, scan};
pub(crate) use state::{Failure, Sink, State};
pub use state::{MAX_DEPTH, MAX_ITERATIONS, MAX_OUTPUT_BYTES};
