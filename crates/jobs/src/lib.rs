#![doc = include_str!("../README.md")]

mod error;
mod model;
mod progress;
mod store;
mod worker;

pub use error::JobError;
pub use model::{Job, JobState, NewJob};
pub use progress::Progress;
pub use sea_orm::prelude::async_trait::async_trait;
pub use store::{
    Enqueued, Finality, cancel, claim, due, enqueue, find, finish, heartbeat, latest, report,
    retry_or_fail,
};
pub use worker::{JobContext, JobHandler, Outcome, Wake, Worker};
