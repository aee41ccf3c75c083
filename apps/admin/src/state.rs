//! What lives longer than a page: session, language, theme, toasts, polling.

pub mod locale;
pub mod poll;
pub mod session;
pub mod storage;
pub mod theme;
pub mod toast;
