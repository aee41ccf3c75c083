//! Housekeeping: what will be needed is made ready, and what has outlived its use is removed.
//!
//! Every removal is bounded and has a transaction of its own, so that a send or an order waiting for the
//! writer never waits for a whole week of rows.

use access::{link, session, ticket};
use campaigns::sender::provider;
use futures::future::BoxFuture;
use kernel::time::DAY;
use profiles::{ingest, partition};
use sea_orm::DbErr;
use storage::{Tx, feed};
use webhooks::outbox;

use crate::{http::idempotency, state::App};

/// How long changes stay in the feed; a reader further behind rebuilds.
const FEED_KEPT: i64 = 7 * DAY;
/// How long a message id is remembered; what is sent again later counts again.
const RECEIPTS_KEPT: i64 = 90 * DAY;
/// Rows of one transaction.
const BATCH: u32 = 2_000;

/// Does what is due now; the workers call it at their start and every hour.
///
/// # Errors
/// When the database does not answer; the next round goes on.
pub async fn keep_house(app: &App) -> anyhow::Result<()> {
    let now = app.now();
    partition::ahead(&app.db, now).await?;
    let changes = remove(app, |tx| {
        Box::pin(feed::prune(tx, now.plus(-FEED_KEPT), BATCH))
    });
    let changes = changes.await?;
    let receipts = remove(app, |tx| {
        Box::pin(ingest::prune_receipts(tx, now.plus(-RECEIPTS_KEPT), BATCH))
    });
    let receipts = receipts.await?;
    // What let somebody in is of no use once it has run out, and is a secret as long as it is there.
    let sessions = remove(app, |tx| Box::pin(session::prune(tx, now, BATCH))).await?;
    let links = remove(app, |tx| Box::pin(link::prune(tx, now, BATCH))).await?;
    let tickets = remove(app, |tx| Box::pin(ticket::prune(tx, now, BATCH))).await?;
    let answers = remove(app, |tx| Box::pin(idempotency::prune(tx, now, BATCH))).await?;
    let told = remove(app, |tx| {
        Box::pin(outbox::prune(tx, now.plus(-outbox::KEPT), BATCH))
    });
    let told = told.await?;
    let line = remove(app, |tx| Box::pin(friends::prune(tx, now, BATCH))).await?;
    let devices = remove(app, |tx| Box::pin(devices::prune(tx, now, BATCH))).await?;
    let heard = remove(app, |tx| {
        Box::pin(provider::prune(tx, now.plus(-provider::KEPT), BATCH))
    });
    let heard = heard.await?;
    tracing::debug!(
        feed.rows = changes,
        receipts.rows = receipts,
        sessions.rows = sessions,
        links.rows = links,
        tickets.rows = tickets,
        answers.rows = answers,
        told.rows = told,
        line.rows = line,
        devices.rows = devices,
        heard.rows = heard,
        "housekeeping done"
    );
    Ok(())
}

/// Removes rows a batch at a time until there is none left or the server stops.
async fn remove<F>(app: &App, batch: F) -> anyhow::Result<u64>
where
    F: for<'a> Fn(&'a Tx) -> BoxFuture<'a, Result<u64, DbErr>>,
{
    let mut removed = 0;
    while !app.stopping.is_cancelled() {
        let tx = app.db.begin().await?;
        let n = batch(&tx).await?;
        tx.commit().await?;
        removed += n;
        if n < u64::from(BATCH) {
            break;
        }
        // Whoever waits for the writer comes first.
        tokio::task::yield_now().await;
    }
    Ok(removed)
}
