//! Settings: the company, its senders, people and keys.
#![expect(
    unreachable_pub,
    reason = "the component macro makes the props of private components pub"
)]

mod api_keys;
mod audience;
mod audit;
mod company;
mod computed;
pub mod copy;
mod dkim;
mod domain;
mod line_form;
mod line_state;
mod members;
mod overview;
mod page;
mod places;
mod push_form;
mod push_state;
mod sender_form;
mod sender_limits;
mod sender_provider;
mod sender_warmup;
mod senders;
mod snippets;
mod test_audience;
mod webhooks;
mod words;
mod write_keys;

pub use overview::Settings;
pub use page::SettingsPage;
