//! What has outlived its use.

use kernel::time::{DAY, Millis};
use sea_orm::{ConnectionTrait, DbErr};
use storage::{Dialect, sql};

/// How long an event is recognised when it comes again. LINE keeps its count and interval of redeliveries secret; what it
/// has said so far amounts to days.
pub const KEPT: i64 = 14 * DAY;
/// A message can be taken back for a day; whatever is older is out of LINE's reach.
const MESSAGES_KEPT: i64 = 30 * DAY;
/// A value that went round is of no use after ten minutes; a day tells a late one from one that never was.
const LINKS_KEPT: i64 = DAY;
/// As long as an event is recognised when it comes again, and a report looks back.
const REPLIES_KEPT: i64 = 90 * DAY;

/// Forgets up to `limit` rows of each kind, the oldest first, and returns how many rows at most went of one kind.
///
/// # Errors
/// When the database does not answer.
pub async fn prune(tx: &impl ConnectionTrait, now: Millis, limit: u32) -> Result<u64, DbErr> {
    let mut most = 0;
    for (table, key, column, kept) in [
        ("line_event", "event_id", "taken_at", KEPT),
        ("line_message", "message_id", "taken_at", MESSAGES_KEPT),
        ("line_link", "fingerprint", "began_at", LINKS_KEPT),
        ("line_reply", "event_id", "handed_over_at", REPLIES_KEPT),
    ] {
        let old = format!("FROM {table} WHERE {column} < $1 ORDER BY {column} LIMIT {limit}");
        let text = match Dialect::of(tx.get_database_backend()) {
            Dialect::Sqlite => format!(
                "DELETE FROM {table} WHERE (workspace_id, account_id, {key}) IN (SELECT workspace_id, account_id, {key} {old})"
            ),
            Dialect::Postgres => {
                format!("DELETE FROM {table} WHERE ctid = ANY(ARRAY(SELECT ctid {old}))")
            }
        };
        most = most.max(sql::exec(tx, text, [now.plus(-kept).0.into()]).await?);
    }
    Ok(most)
}
