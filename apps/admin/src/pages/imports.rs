//! Files taken in.

pub mod detail;
pub mod list;
pub mod new;

pub use detail::ImportPage;
pub use list::ImportList;
pub use new::NewImport;
