#![doc = include_str!("../README.md")]

pub mod app;
pub mod cli;
pub mod config;
pub mod http;
mod routes;
pub mod state;
mod telemetry;
mod workers;

pub use app::{openapi, router};
pub use state::App;
