#![doc = include_str!("../README.md")]

mod account_link;
mod api;
mod channel;
mod classify;
mod composer;
mod config;
mod count;
mod http;
mod limits;
mod login;
mod message;
mod retry_key;
mod rich_menu;
mod schema;
mod secret;
mod token;
mod user_id;
pub mod webhook;

pub use account_link::{LINK_HOST, LinkNonce, is_link_open, link_address};
pub use api::{
    BatchOperation, BatchPhase, BotInfo, Counted, CountedKind, Followers, LineApi, LineApiError,
    LineProfile, LinkInsight, MAX_UNITS, MenuAlias, MenuImage, MonthlyQuota, Narrowcast,
    NarrowcastPhase, NarrowcastProgress, Purpose, SentMessage, StoredMenu, UnitInsight,
};
pub use channel::LineChannel;
pub use composer::is_unit;
pub use config::{LineConfig, LineConfigError, LineHosts, LineTimeouts};
pub use count::{Unit, length};
pub use jsonwebtoken::jwk::JwkSet;
pub use login::{IdTokenError, IdTokenRules, LineIdentity, verify_id_token};
pub use message::{MAX_MESSAGES, Messages};
pub use retry_key::{RetryKey, is_recognised};
pub use rich_menu::{MAX_IMAGE_BYTES, MAX_MENUS, RichMenu};
pub use secret::Secret;
pub use token::{AssertionKey, AssertionKeyError, Credentials, TokenError};
pub use user_id::{BadUserId, UserId};
