//! The server through its router, on both databases.

mod access;
mod app;
mod authorisation;
mod contents;
mod track;
