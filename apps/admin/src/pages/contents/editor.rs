//! The editor: source on the left, the email as one customer receives it on the right.

pub mod checks;
pub mod conflict;
pub mod history;
pub mod page;
pub mod preview;
pub mod receiver;
pub mod render;
pub mod source;
pub mod spam;
pub mod state;
pub mod test_send;
pub mod variables;

pub use page::Editor;
