//! Templates.

pub mod edit;
pub mod list;
pub mod new;

pub use edit::ContentPage;
pub use list::ContentList;
pub use new::NewContent;
