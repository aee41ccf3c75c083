//! Taking tracking messages in: from the bytes of a request to profiles, events and orders.
//!
//! [`body::read`] takes a request apart; [`IngestService::submit`] hands its messages to one writer task,
//! which gathers those of many requests into one transaction ([`write`]) of set-based statements.
//! Nothing is dropped silently: what is not taken goes to quarantine with the reason, and what policy
//! forbids to keep is counted. `docs/ingest.md` tells the rules.

pub mod body;
mod commerce;
mod gate;
mod message;
mod order;
mod prepare;
mod quarantine;
mod receipt;
mod receipt_key;
mod refusal;
mod service;
mod time;
mod trait_map;
mod write;

pub use message::{AppDevice, Call, Message};
pub use receipt::prune as prune_receipts;
pub use refusal::Refusal;
pub use service::{IngestError, IngestService, Limits, Verdict};
