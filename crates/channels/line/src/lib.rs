#![doc = include_str!("../README.md")]

mod count;
mod message;
mod rich_menu;
mod schema;
mod user_id;

pub use count::{Unit, length};
pub use message::{MAX_MESSAGES, Messages};
pub use rich_menu::{MAX_IMAGE_BYTES, MAX_MENUS, RichMenu};
pub use user_id::{BadUserId, UserId};
