#![doc = include_str!("../README.md")]

pub mod app;
pub mod audience;
pub mod cli;
pub mod computed;
pub mod config;
mod demo;
pub mod http;
pub mod intake;
pub mod keeping;
pub mod line;
pub mod membership;
pub mod menus;
pub mod push;
mod replies;
mod routes;
pub mod state;
mod telemetry;
pub mod tracking;
pub mod transport;
pub mod webhooks;
mod workers;

pub use app::{openapi, router};
pub use state::App;
pub use workers::{job_worker, keep_house, send_worker, write_down_who_was_seen};
