//! The server through its router, on both databases.

mod access;
mod answers;
mod app;
mod authorisation;
mod campaigns;
mod contents;
mod data;
mod kill;
mod reports;
mod segments;
mod track;
