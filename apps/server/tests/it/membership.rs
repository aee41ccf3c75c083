//! Memberships follow what happens: right at each step, exactly once, through failures and restarts.

mod hands;
mod history;
mod rest;
mod story;
