//! The SQL of friends: a statement or two for a whole batch.

use std::collections::{BTreeMap, BTreeSet};

use kernel::time::Millis;
use profiles::Ctx;
use sea_orm::{DbErr, FromQueryResult};
use serde_json::json;
use storage::{
    bulk::{Bulk, ColumnType},
    rowset::{self, Col},
    sql,
};

use crate::{Friend, State};

/// A person of an account: the account and LINE's name of her.
pub(crate) type Key = (i64, String);

const FRIEND: Bulk = Bulk {
    table: "line_friend",
    columns: &[
        ("workspace_id", ColumnType::Int),
        ("account_id", ColumnType::Int),
        ("user_id", ColumnType::Text),
        ("state", ColumnType::Int),
        ("state_at", ColumnType::Int),
        ("followed_at", ColumnType::Int),
        ("blocked_at", ColumnType::Int),
        ("blocks", ColumnType::Int),
        ("linked_at", ColumnType::Int),
    ],
    suffix: "ON CONFLICT (workspace_id, account_id, user_id) DO UPDATE SET
        state = excluded.state, state_at = excluded.state_at, followed_at = excluded.followed_at,
        blocked_at = excluded.blocked_at, blocks = excluded.blocks, linked_at = excluded.linked_at",
};

const ACCOUNT: Bulk = Bulk {
    table: "line_account",
    columns: &[
        ("workspace_id", ColumnType::Int),
        ("account_id", ColumnType::Int),
        ("heard_at", ColumnType::Int),
        ("event_at", ColumnType::Int),
        ("n_events", ColumnType::Int),
        ("n_repeats", ColumnType::Int),
        ("n_ignored", ColumnType::Int),
    ],
    suffix: "ON CONFLICT (workspace_id, account_id) DO UPDATE SET
        heard_at = CASE WHEN line_account.heard_at > excluded.heard_at THEN line_account.heard_at ELSE excluded.heard_at END,
        event_at = CASE WHEN excluded.event_at IS NULL OR line_account.event_at > excluded.event_at
                        THEN line_account.event_at ELSE excluded.event_at END,
        n_events = line_account.n_events + excluded.n_events,
        n_repeats = line_account.n_repeats + excluded.n_repeats,
        n_ignored = line_account.n_ignored + excluded.n_ignored",
};

/// What a batch adds to what an account has told.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Tally {
    pub(crate) heard_at: i64,
    pub(crate) event_at: Option<i64>,
    pub(crate) events: i64,
    pub(crate) repeats: i64,
    pub(crate) ignored: i64,
}

#[derive(FromQueryResult)]
pub(crate) struct FriendRow {
    pub(crate) account_id: i64,
    pub(crate) user_id: String,
    state: i16,
    state_at: i64,
    followed_at: Option<i64>,
    blocked_at: Option<i64>,
    blocks: i32,
    linked_at: Option<i64>,
}

impl FriendRow {
    pub(crate) fn friend(&self) -> Friend {
        Friend {
            state: State::from_code(self.state),
            state_at: Millis(self.state_at),
            followed_at: self.followed_at.map(Millis),
            blocked_at: self.blocked_at.map(Millis),
            blocks: self.blocks,
            linked_at: self.linked_at.map(Millis),
        }
    }
}

pub(crate) const COLUMNS: &str = "f.account_id, f.user_id, f.state, f.state_at, f.followed_at, f.blocked_at, f.blocks, f.linked_at";

/// Reads how people stand now.
pub(crate) async fn load(
    ctx: Ctx<'_>,
    keys: &BTreeSet<Key>,
) -> Result<BTreeMap<Key, Friend>, DbErr> {
    if keys.is_empty() {
        return Ok(BTreeMap::new());
    }
    let wanted = rowset::rows_of(
        ctx.tx.dialect(),
        "$2",
        &[("account_id", Col::Int), ("user_id", Col::Text)],
    );
    let text = format!(
        "SELECT {COLUMNS} FROM {wanted} u CROSS JOIN line_friend f
         WHERE f.workspace_id = $1 AND f.account_id = u.account_id AND f.user_id = u.user_id"
    );
    let rows = keys
        .iter()
        .map(|(account, user)| json!([account, user]))
        .collect();
    let found: Vec<FriendRow> = sql::all(
        ctx.tx,
        text,
        [ctx.workspace.raw().into(), rowset::bind(rows)],
    )
    .await?;
    Ok(found
        .into_iter()
        .map(|row| ((row.account_id, row.user_id.clone()), row.friend()))
        .collect())
}

/// Writes how people stand.
pub(crate) async fn save(ctx: Ctx<'_>, friends: &BTreeMap<Key, Friend>) -> Result<(), DbErr> {
    let instant = |at: Option<Millis>| at.map(|at| at.0);
    let rows = friends
        .iter()
        .map(|((account, user), friend)| {
            vec![
                ctx.workspace.raw().into(),
                (*account).into(),
                user.clone().into(),
                i64::from(friend.state.code()).into(),
                friend.state_at.0.into(),
                instant(friend.followed_at).into(),
                instant(friend.blocked_at).into(),
                i64::from(friend.blocks).into(),
                instant(friend.linked_at).into(),
            ]
        })
        .collect();
    FRIEND.insert(ctx.tx, rows).await.map(|_| ())
}

/// Adds to what accounts have told.
pub(crate) async fn count(ctx: Ctx<'_>, tallies: &BTreeMap<i64, Tally>) -> Result<(), DbErr> {
    let rows = tallies
        .iter()
        .map(|(account, tally)| {
            vec![
                ctx.workspace.raw().into(),
                (*account).into(),
                tally.heard_at.into(),
                tally.event_at.into(),
                tally.events.into(),
                tally.repeats.into(),
                tally.ignored.into(),
            ]
        })
        .collect();
    ACCOUNT.insert(ctx.tx, rows).await.map(|_| ())
}
