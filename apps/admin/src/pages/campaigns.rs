//! The campaigns.

mod desk;
mod draft;
mod logic;
mod numbers;
mod running;
mod sheet;
mod words;
pub mod edit;
pub mod list;
pub mod new;
pub mod report;
pub mod review;

pub use edit::CampaignPage;
pub use list::CampaignList;
pub use new::NewCampaign;
pub use report::CampaignReport;
pub use review::CampaignReview;
