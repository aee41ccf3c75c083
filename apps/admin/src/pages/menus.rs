//! Rich menus of LINE accounts: the menus, who sees which, and the designer.
#![expect(
    unreachable_pub,
    reason = "the component macro makes the props of private components pub"
)]

mod areas;
mod canvas;
mod deeds;
mod edit;
mod layout;
mod list;
mod phone;
mod rules;
mod shape;
mod state;
mod words;

pub use edit::MenuPage;
pub use list::MenuList;
