//! The server through its router, on both databases.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::too_many_lines,
    reason = "a test that cannot go on has failed; a story of a test is told in one piece"
)]

mod access;
mod analytics;
mod answers;
mod app;
mod audience;
mod authorisation;
mod browser;
mod campaigns;
mod computed;
mod contents;
mod created;
mod cursors;
mod data;
mod faults;
#[path = "../../../../crates/channels/webhook/tests/it/receiver.rs"]
#[expect(
    dead_code,
    reason = "the tests of the channel itself play the rest of its parts"
)]
mod hook_receiver;
mod housekeeping;
mod import_kill;
mod intake;
mod judged;
mod kill;
mod letter_checks;
mod line;
mod line_campaign;
mod lists;
mod looks;
mod mail_hooks;
mod mail_senders;
#[path = "../../../../crates/channels/email/tests/it/server.rs"]
#[expect(
    dead_code,
    reason = "the tests of the channel itself play the rest of its parts"
)]
mod mail_server;
mod membership;
mod merges;
#[path = "../../../../crates/channels/email/tests/it/names.rs"]
mod names;
mod offer;
mod process;
mod proxy;
mod push;
mod push_apps;
mod push_campaign;
mod push_guard;
mod remarks;
mod reports;
mod roads;
mod segments;
mod sender_domain;
mod shop;
mod track;
mod uploads;
mod webhooks;
