//! Memberships follow what happens: right at each step, exactly once, through failures and restarts.

mod hands;
mod history;
mod rest;
mod slices;
mod story;

use server::membership::Indexing;

use crate::app::TestApp;

/// Lets a worker keep the memberships of a workspace up to now.
pub(crate) async fn keep(app: &TestApp) {
    let node = hands::Node::start(app, Indexing::On);
    let mut keeper = node.claim(app.kit.workspace).await;
    app.kit.clock.advance(1_000);
    node.settle(app, &mut keeper).await;
}
