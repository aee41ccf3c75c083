//! The numbers, on both databases, against fixtures computed by hand and a plain reading of the rules.

mod home;
mod owners;
mod report;
mod world;
