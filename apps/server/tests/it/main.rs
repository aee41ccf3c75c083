//! The server through its router, on both databases.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::too_many_lines,
    reason = "a test that cannot go on has failed; a story of a test is told in one piece"
)]

mod access;
mod answers;
mod app;
mod authorisation;
mod campaigns;
mod contents;
mod data;
mod housekeeping;
mod import_kill;
mod kill;
mod looks;
mod merges;
mod process;
mod reports;
mod segments;
mod track;
mod uploads;
