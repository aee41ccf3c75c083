//! Imports: a file in, its columns named, its rows taken, what was refused handed back.
#![expect(
    unreachable_pub,
    reason = "the component macro makes the props of private components pub"
)]

mod detail;
mod list;
mod logic;
mod mapping;
mod new;
mod preview;
mod run;
mod words;

pub use detail::ImportPage;
pub use list::ImportList;
pub use new::NewImport;
