//! Emails: the list, the gallery to start from, and the editor.

pub mod edit;
pub mod editor;
pub mod list;
pub mod logic;
pub mod new;
pub mod starters;

pub use edit::ContentPage;
pub use list::ContentList;
pub use new::NewContent;
