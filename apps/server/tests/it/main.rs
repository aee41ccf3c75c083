//! The server through its router, on both databases.

mod access;
mod answers;
mod app;
mod authorisation;
mod contents;
mod data;
mod segments;
mod track;
