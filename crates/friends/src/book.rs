//! What an account's friends amount to, and where a customer stands.

use kernel::{
    id::{ProfileId, SenderId, WorkspaceId},
    time::Millis,
};
use sea_orm::{ConnectionTrait, DbErr, FromQueryResult};
use storage::sql;

use crate::{
    Friend, State,
    store::{COLUMNS, FriendRow},
};

/// How many people stand how to an account.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    /// Who follow.
    pub following: i64,
    /// Who have blocked.
    pub blocked: i64,
    /// Whom nobody saw follow.
    pub unknown: i64,
}

impl Counts {
    /// Returns the share of those who have blocked among all who ever followed; `None` when there are none.
    pub fn block_rate(&self) -> Option<f64> {
        let all = self.following + self.blocked;
        // Nobody has more friends than a float counts exactly.
        #[expect(
            clippy::cast_precision_loss,
            reason = "LINE has fewer users than 2 to the 53rd"
        )]
        (all > 0).then(|| self.blocked as f64 / all as f64)
    }
}

/// What an account has told so far.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, FromQueryResult)]
pub struct Heard {
    /// When something last came.
    pub heard_at: Option<i64>,
    /// LINE's instant of the newest event.
    pub event_at: Option<i64>,
    /// Events taken in.
    pub n_events: i64,
    /// Copies of what was known.
    pub n_repeats: i64,
    /// Events that nobody here acts on.
    pub n_ignored: i64,
}

/// A customer's standing to one account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    /// The account.
    pub account: SenderId,
    /// LINE's name of her.
    pub user_id: String,
    /// How she stands.
    pub friend: Friend,
}

/// Counts the friends of an account.
///
/// # Errors
/// When the database does not answer.
pub async fn counts(
    db: &impl ConnectionTrait,
    workspace: WorkspaceId,
    account: SenderId,
) -> Result<Counts, DbErr> {
    #[derive(FromQueryResult)]
    struct Row {
        state: i16,
        n: i64,
    }
    let rows: Vec<Row> = sql::all(
        db,
        "SELECT state, COUNT(*) AS n FROM line_friend WHERE workspace_id = $1 AND account_id = $2 GROUP BY state",
        [workspace.raw().into(), account.raw().into()],
    )
    .await?;
    let mut counts = Counts::default();
    for row in rows {
        match State::from_code(row.state) {
            State::Follows => counts.following += row.n,
            State::Blocked => counts.blocked += row.n,
            State::Unknown => counts.unknown += row.n,
        }
    }
    Ok(counts)
}

/// Returns what an account has told so far.
///
/// # Errors
/// When the database does not answer.
pub async fn heard(
    db: &impl ConnectionTrait,
    workspace: WorkspaceId,
    account: SenderId,
) -> Result<Heard, DbErr> {
    let found: Option<Heard> = sql::one(
        db,
        "SELECT heard_at, event_at, n_events, n_repeats, n_ignored FROM line_account
         WHERE workspace_id = $1 AND account_id = $2",
        [workspace.raw().into(), account.raw().into()],
    )
    .await?;
    Ok(found.unwrap_or_default())
}

/// Returns how a customer stands to each account, the latest change first.
///
/// # Errors
/// When the database does not answer.
pub async fn standings(
    db: &impl ConnectionTrait,
    workspace: WorkspaceId,
    customer: ProfileId,
) -> Result<Vec<Standing>, DbErr> {
    let text = format!(
        "SELECT {COLUMNS} FROM identity i CROSS JOIN line_friend f
         WHERE i.profile_id = $2 AND i.kind = 5 AND i.workspace_id = $1
           AND f.workspace_id = $1 AND f.user_id = i.value
         ORDER BY f.state_at DESC, f.account_id, f.user_id LIMIT 100"
    );
    let rows: Vec<FriendRow> =
        sql::all(db, text, [workspace.raw().into(), customer.raw().into()]).await?;
    Ok(rows
        .into_iter()
        .map(|row| Standing {
            account: SenderId::from_raw(row.account_id),
            friend: row.friend(),
            user_id: row.user_id,
        })
        .collect())
}

impl Heard {
    /// Returns when something last came.
    pub fn last(&self) -> Option<Millis> {
        self.heard_at.map(Millis)
    }

    /// Returns LINE's instant of the newest event.
    pub fn newest(&self) -> Option<Millis> {
        self.event_at.map(Millis)
    }
}
