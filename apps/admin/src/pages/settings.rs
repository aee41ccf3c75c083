//! Settings.

pub mod overview;
pub mod page;

pub use overview::Settings;
pub use page::SettingsPage;
