#![doc = include_str!("../README.md")]

mod address;
mod classify;
mod composer;
mod dkim;
pub mod domain;
mod mime;
pub mod provider_events;
pub mod returned;
mod sandbox;
mod smtp;
mod visit;

pub use address::{AddressError, EmailAddress};
pub use composer::Composer;
pub use dkim::{DkimKey, DkimKeyError, DkimSigner};
pub use sandbox::{CapturedMessage, Inbox, InboxError, SandboxChannel};
pub use smtp::{
    Credentials, ProbedTls, SmtpChannel, SmtpConfig, SmtpConfigError, SmtpTimeouts, TlsMode,
    probe_tls,
};
pub use visit::{VisitError, Visitor};
