//! What a campaign is: plain data and pure rules, no database.

mod document;
mod held;
mod readiness;
mod state;
mod timing;
mod words;

pub use document::{
    Block, CampaignDocument, ChannelCard, Contents, ContentsSource, DOCUMENT_VERSION, Goal,
    GoalEvent, LocaleChoice, Offer, Target,
};
pub use held::Held;
pub use readiness::{ContentFacts, Facts, SensitiveUse, missing};
pub use state::{Action, Stage, State};
pub use timing::{TimeOfDay, Timing};
pub use words::Words;
