//! The REST client: everything the admin knows comes through here.
//!
//! One module per resource (`api/customers.rs`, …) holds typed calls over `api_types`; `client` sends, `load` reads
//! into a page, `error` says what went wrong.

pub mod analytics;
pub mod campaigns;
pub mod client;
pub mod contents;
pub mod customers;
pub mod error;
pub mod imports;
pub mod inbox;
pub mod line_menus;
pub mod line_replies;
pub mod lists;
pub mod load;
pub mod products;
pub mod reports;
pub mod segments;
pub mod session;
pub mod settings;
pub mod submit;
mod token;
pub mod webhooks;

pub use client::{Page, delete, get, patch, post, post_with_key, put};
pub use error::ApiError;
pub use load::{Load, Loaded, load};
pub use submit::Submit;
