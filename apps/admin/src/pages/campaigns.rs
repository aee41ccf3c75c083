//! The campaigns.
#![expect(
    unreachable_pub,
    reason = "the component macro makes the props of private components pub"
)]

mod desk;
mod draft;
pub mod edit;
mod line_numbers;
pub mod list;
mod logic;
pub mod new;
mod numbers;
pub mod receivers;
mod report;
pub mod review;
mod running;
mod sheet;
mod words;

pub use edit::CampaignPage;
pub use list::CampaignList;
pub use new::NewCampaign;
pub use report::CampaignReport;
pub use review::CampaignReview;

/// Returns the word of a campaign's state as the API names it.
pub fn state_word(name: &str) -> &'static str {
    words::state(logic::State::read(name)).2()
}
