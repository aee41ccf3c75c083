//! Answers: signed addresses in messages, and what it means when one of them is asked for.

mod human;
mod keyring;
mod link;
mod named;
mod record;
mod return_path;
mod returned;
mod token;

pub use human::{MachineReason, Seen, clicked_by_machine, opened_by_machine};
pub use keyring::{KeySource, Keyring, KeysAway};
pub use link::{Link, find_link, is_web, link_id, links_of, write_links};
pub use named::{Named, Sent, Stop, find_sent, stop_address};
pub use record::{DeviceSign, Press, TrackError, Tracker, Unsubscribed};
pub use return_path::{return_path, token_of};
pub use returned::{CameBack, Report, Returns};
pub use token::{Kind, Signer, Token, workspace_of};
