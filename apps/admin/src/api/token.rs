//! The access token. It lives in this variable and nowhere else: not in storage, not in a cookie.

use std::cell::RefCell;

thread_local! {
    static TOKEN: RefCell<Option<String>> = const { RefCell::new(None) };
}

pub(super) fn get() -> Option<String> {
    TOKEN.with_borrow(Clone::clone)
}

pub(super) fn set(token: Option<String>) {
    TOKEN.with_borrow_mut(|slot| *slot = token);
}
