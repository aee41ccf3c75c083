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
pub use dkim::{DkimKey, DkimKeyError, DkimSigner, zone_file_value};
pub use mime::iso2022jp::is_in_iso_2022_jp;
pub use sandbox::{CapturedMessage, Inbox, InboxError, SandboxChannel};
pub use smtp::{
    Credentials, ProbedTls, SmtpChannel, SmtpConfig, SmtpConfigError, SmtpTimeouts, TlsMode,
    probe_tls,
};
pub use visit::{VisitError, Visitor};
