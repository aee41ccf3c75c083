//! Workers that come and go: leases, taking back what the dead held, ending campaigns.

use kernel::{
    id::CampaignId,
    time::{DAY, Millis},
};
use sea_orm::{ConnectionTrait, DbErr, FromQueryResult};
use storage::{Dialect, sql};

use crate::way::LINE;

/// Says that a worker lives until an instant.
pub async fn heartbeat(
    tx: &impl ConnectionTrait,
    token: i64,
    lease_until: Millis,
) -> Result<(), DbErr> {
    sql::exec(
        tx,
        "INSERT INTO send_worker (token, lease_until) VALUES ($1, $2)
         ON CONFLICT (token) DO UPDATE SET lease_until = excluded.lease_until",
        [token.into(), lease_until.0.into()],
    )
    .await
    .map(|_| ())
}

/// Says that a worker has gone, having given back all it held.
pub async fn forget_worker(tx: &impl ConnectionTrait, token: i64) -> Result<(), DbErr> {
    sql::exec(
        tx,
        "DELETE FROM send_worker WHERE token = $1",
        [token.into()],
    )
    .await
    .map(|_| ())
}

#[derive(FromQueryResult)]
struct Token {
    lease_token: i64,
}

/// Returns workers that hold rows but give no sign of life.
///
/// On SQLite only this process can be alive, so everybody but `me` is dead.
pub async fn dead_workers(
    db: &impl ConnectionTrait,
    me: i64,
    now: Millis,
) -> Result<Vec<i64>, DbErr> {
    let alive = match Dialect::of(db.get_database_backend()) {
        Dialect::Sqlite => "SELECT $1 WHERE $2 = $2",
        Dialect::Postgres => "SELECT token FROM send_worker WHERE lease_until >= $2 OR token = $1",
    };
    let text = format!(
        "SELECT DISTINCT lease_token FROM delivery WHERE state IN (3, 4) AND lease_token NOT IN ({alive})"
    );
    let rows: Vec<Token> = sql::all(db, text, [me.into(), now.0.into()]).await?;
    Ok(rows.into_iter().map(|row| row.lease_token).collect())
}

/// Takes back what a dead worker held: what it had not handed over is planned again; what it had is unknown and not
/// sent again, or in doubt where the provider recognises a repeat. Returns how many rows of each, planned and other.
///
/// A worker that only stood still may come back and reserve the same rows again, beside those that still wait for its
/// lanes: the number of tries goes up, so that only the later ones can be handed over.
pub async fn recover(
    tx: &impl ConnectionTrait,
    dead: i64,
    now: Millis,
) -> Result<(u64, u64), DbErr> {
    let planned = sql::exec(
        tx,
        "UPDATE delivery SET state = 0, lease_token = NULL, attempts = attempts + 1
         WHERE state IN (3, 4) AND state = 3 AND lease_token = $1",
        [dead.into()],
    )
    .await?;
    let in_doubt = sql::exec(
        tx,
        format!(
            "UPDATE delivery SET state = 11, reason = 'worker_died', lease_token = NULL, due_at = $2
             WHERE state IN (3, 4) AND state = 4 AND channel = {LINE} AND lease_token = $1"
        ),
        [dead.into(), now.0.into()],
    )
    .await?;
    let unknown = sql::exec(
        tx,
        "UPDATE delivery SET state = 7, reason = 'worker_died', settled_at = $2
         WHERE state IN (3, 4) AND state = 4 AND lease_token = $1",
        [dead.into(), now.0.into()],
    )
    .await?;
    sql::exec(
        tx,
        "DELETE FROM send_worker WHERE token = $1 AND lease_until < $2",
        [dead.into(), now.0.into()],
    )
    .await?;
    Ok((planned, in_doubt + unknown))
}

/// Puts up to `limit` rows of a campaign that are due off by a day, to the same time; returns how many. Their time to be
/// sent moves along, so that what waits for its sender does not grow too old.
pub async fn put_off_a_day(
    tx: &impl ConnectionTrait,
    campaign: CampaignId,
    now: Millis,
    limit: u32,
) -> Result<u64, DbErr> {
    let skip = Dialect::of(tx.get_database_backend()).skip_locked();
    sql::exec(
        tx,
        format!(
            "WITH picked AS MATERIALIZED
               (SELECT d.profile_id, d.id FROM delivery d WHERE d.campaign_id = $1 AND d.state <= 2 AND d.due_at <= $2
                AND NOT d.is_test LIMIT {limit}{skip})
             UPDATE delivery SET state = 1, due_at = delivery.due_at + {DAY}, expires_at = delivery.expires_at + {DAY}
             FROM picked WHERE delivery.profile_id = picked.profile_id AND delivery.id = picked.id"
        ),
        [campaign.raw().into(), now.0.into()],
    )
    .await
}

/// Cancels all that has not been handed over, what other workers have reserved included. What is in doubt stays
/// unknown: to ask again could send it.
pub async fn cancel_rest(
    tx: &impl ConnectionTrait,
    campaign: CampaignId,
    now: Millis,
) -> Result<u64, DbErr> {
    sql::exec(
        tx,
        "UPDATE delivery SET state = 7, settled_at = $2 WHERE campaign_id = $1 AND state = 11",
        [campaign.raw().into(), now.0.into()],
    )
    .await?;
    sql::exec(
        tx,
        "UPDATE delivery SET state = 8, reason = 'cancelled', lease_token = NULL, settled_at = $2
         WHERE campaign_id = $1 AND state <= 3 AND NOT is_test",
        [campaign.raw().into(), now.0.into()],
    )
    .await
}

/// Gives up what is in doubt and will not be asked about again: of campaigns that have ended, and of those whose provider
/// has forgotten the key, a day after the first try.
pub async fn end_doubts(tx: &impl ConnectionTrait, now: Millis) -> Result<u64, DbErr> {
    sql::exec(
        tx,
        "UPDATE delivery SET state = 7, settled_at = $1 WHERE state = 11 AND (handed_over_at < $2
           OR campaign_id IN (SELECT c.id FROM campaign c WHERE c.state NOT IN ('running', 'paused')))",
        [now.0.into(), now.plus(-DAY).0.into()],
    )
    .await
}

/// Tells whether something is in doubt at all; cheap, without a write lock.
pub async fn has_doubts(db: &impl ConnectionTrait) -> Result<bool, DbErr> {
    let text = "SELECT COUNT(*) FROM (SELECT 1 FROM delivery WHERE state = 11 LIMIT 1) x";
    Ok(sql::number(db, text, []).await? > 0)
}

/// Says of a row of `campaign` that nobody of it is left to be written to. With a limit rather than
/// NOT EXISTS, which PostgreSQL turns into a join over the whole ledger.
const NOBODY_LEFT: &str = "(SELECT d.id FROM delivery d WHERE d.campaign_id = campaign.id AND d.state <= 4 \
    AND NOT d.is_test LIMIT 1) IS NULL
    AND (SELECT d.id FROM delivery d WHERE d.campaign_id = campaign.id AND d.state = 11 AND NOT d.is_test LIMIT 1) IS NULL";

/// Tells whether a running campaign has nobody left; cheap, without a write lock.
pub async fn has_done(db: &impl ConnectionTrait) -> Result<bool, DbErr> {
    let n = sql::number(
        db,
        format!("SELECT COUNT(*) FROM campaign WHERE state = 'running' AND planned_at IS NOT NULL AND {NOBODY_LEFT}"),
        [],
    )
    .await?;
    Ok(n > 0)
}

/// Ends running campaigns of which nobody is left to be written to; returns how many.
pub async fn finish_done(tx: &impl ConnectionTrait, now: Millis) -> Result<u64, DbErr> {
    sql::exec(
        tx,
        format!(
            "UPDATE campaign SET state = 'finished', finished_at = $1, updated_at = $1
             WHERE state = 'running' AND planned_at IS NOT NULL AND {NOBODY_LEFT}"
        ),
        [now.0.into()],
    )
    .await
}
