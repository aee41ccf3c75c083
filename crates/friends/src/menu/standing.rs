//! For each friend, which menu she is to see and what LINE was told.
//!
//! Who is judged is read with everything that decides in one go: the friend, the customer behind her, her segments. What
//! differs from what is stored is written, so that judging somebody twice changes nothing.

mod judge;
mod write;

use std::collections::{BTreeMap, BTreeSet};

use kernel::{
    id::{MenuId, ProfileId, PublicationId, SegmentId, SenderId, WorkspaceId},
    time::Millis,
};
use sea_orm::{ConnectionTrait, DbErr, FromQueryResult};
use storage::{Dialect, rowset, sql};

pub use judge::{Judged, Who, judge};
pub use write::write;

use super::plan::Plan;

/// "LINE may have forgotten what it was told of her": she came back after a block, or was moved by a batch.
pub(super) const FORGOTTEN: i64 = -1;

/// An account whose friends are judged.
#[derive(Debug, Clone, Copy)]
pub struct Look<'a> {
    /// The workspace.
    pub workspace: WorkspaceId,
    /// The account.
    pub account: SenderId,
    /// Who sees which menu.
    pub plan: &'a Plan,
    /// The publication of each menu that friends see now.
    pub live: &'a BTreeMap<MenuId, PublicationId>,
}

/// Friends to be told the same.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Due {
    /// What they are to see; none for no menu of their own.
    pub target: Option<PublicationId>,
    /// LINE's names of them.
    pub users: Vec<String>,
}

/// Returns the LINE ids of customers.
///
/// # Errors
/// When the database does not answer.
pub async fn users_of(
    db: &impl ConnectionTrait,
    workspace: WorkspaceId,
    profiles: &BTreeSet<ProfileId>,
) -> Result<Vec<String>, DbErr> {
    #[derive(FromQueryResult)]
    struct Row {
        value: String,
    }
    if profiles.is_empty() {
        return Ok(Vec::new());
    }
    let wanted = rowset::ids_of(Dialect::of(db.get_database_backend()), "$2");
    let text = format!(
        "SELECT i.value FROM {wanted} u CROSS JOIN identity i
         WHERE i.profile_id = u.id AND i.kind = 5 AND i.workspace_id = $1"
    );
    let ids = rowset::bind_ids(profiles.iter().map(|profile| profile.raw()));
    let rows: Vec<Row> = sql::all(db, text, [workspace.raw().into(), ids]).await?;
    Ok(rows.into_iter().map(|row| row.value).collect())
}

/// Returns up to `limit` friends who are to be told the same, but none of whom LINE was last told `except`.
///
/// # Errors
/// When the database does not answer.
pub async fn due(
    db: &impl ConnectionTrait,
    (workspace, account): (WorkspaceId, SenderId),
    except: Option<PublicationId>,
    limit: u32,
) -> Result<Option<Due>, DbErr> {
    #[derive(FromQueryResult)]
    struct Row {
        user_id: String,
        target: i64,
    }
    let text = format!(
        "SELECT user_id, target FROM line_menu_friend
         WHERE workspace_id = $1 AND account_id = $2 AND target <> told AND told <> $3 ORDER BY target LIMIT {limit}"
    );
    // No publication has this number.
    let except = except.map_or(-2, PublicationId::raw);
    let binds = [workspace.raw().into(), account.raw().into(), except.into()];
    let rows: Vec<Row> = sql::all(db, text, binds).await?;
    let Some(target) = rows.first().map(|row| row.target) else {
        return Ok(None);
    };
    let same = rows.into_iter().filter(|row| row.target == target);
    Ok(Some(Due {
        target: (target > 0).then(|| PublicationId::from_raw(target)),
        users: same.map(|row| row.user_id).collect(),
    }))
}

/// What LINE made of telling it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answer {
    /// It took it.
    Taken,
    /// It would not have these people; they are not tried again until something changes.
    Refused,
}

/// Writes that LINE was told of friends.
///
/// # Errors
/// When the database does not answer.
pub async fn told(
    tx: &impl ConnectionTrait,
    (workspace, account): (WorkspaceId, SenderId),
    due: &Due,
    (answer, now): (Answer, Millis),
) -> Result<(), DbErr> {
    let users = rowset::texts_of(Dialect::of(tx.get_database_backend()), "$5");
    let text = format!(
        "UPDATE line_menu_friend SET told = $3, told_at = $4, is_refused = $6
         WHERE workspace_id = $1 AND account_id = $2 AND user_id IN (SELECT u.value FROM {users} u)"
    );
    let names = due.users.iter().map(|user| user.as_str().into()).collect();
    let binds = [
        workspace.raw().into(),
        account.raw().into(),
        due.target.map_or(0, PublicationId::raw).into(),
        now.0.into(),
        rowset::bind(names),
        (answer == Answer::Refused).into(),
    ];
    sql::exec(tx, text, binds).await.map(|_| ())
}

/// How many friends see a menu by a rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq, FromQueryResult)]
pub struct RuleCount {
    /// The rule, from 0; none while nobody has been judged by it.
    pub rule: Option<i16>,
    /// How many are to see its menu.
    pub n: i64,
    /// Of those, how many LINE was told of.
    pub told: i64,
    /// Of those, how many LINE would not have.
    pub refused: i64,
}

/// How far telling is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, FromQueryResult)]
pub struct Whole {
    /// Friends who have, or are to have, a menu of their own or to lose it.
    pub n: i64,
    /// How many are still to be told of.
    pub due: i64,
}

/// Counts the friends of an account by the rule that gives them their menu.
///
/// # Errors
/// When the database does not answer.
pub async fn by_rule(
    db: &impl ConnectionTrait,
    (workspace, account): (WorkspaceId, SenderId),
) -> Result<Vec<RuleCount>, DbErr> {
    let text = "SELECT rule, COUNT(*) AS n, COUNT(*) FILTER (WHERE target = told AND NOT is_refused) AS told,
                  COUNT(*) FILTER (WHERE is_refused) AS refused
                FROM line_menu_friend WHERE workspace_id = $1 AND account_id = $2 AND menu_id <> 0 GROUP BY rule";
    sql::all(db, text, [workspace.raw().into(), account.raw().into()]).await
}

/// Counts how far telling is.
///
/// # Errors
/// When the database does not answer.
pub async fn whole(
    db: &impl ConnectionTrait,
    (workspace, account): (WorkspaceId, SenderId),
) -> Result<Whole, DbErr> {
    let text = "SELECT COUNT(*) FILTER (WHERE menu_id <> 0 OR target <> told) AS n,
                  COUNT(*) FILTER (WHERE target <> told) AS due
                FROM line_menu_friend WHERE workspace_id = $1 AND account_id = $2";
    let found = sql::one(db, text, [workspace.raw().into(), account.raw().into()]).await?;
    Ok(found.unwrap_or_default())
}

/// Counts the friends of whom LINE was told a publication.
///
/// # Errors
/// When the database does not answer.
pub async fn n_told(
    db: &impl ConnectionTrait,
    (workspace, account): (WorkspaceId, SenderId),
    publication: PublicationId,
) -> Result<i64, DbErr> {
    let text = "SELECT COUNT(*) FROM line_menu_friend WHERE workspace_id = $1 AND account_id = $2 AND told = $3";
    let binds = [
        workspace.raw().into(),
        account.raw().into(),
        publication.raw().into(),
    ];
    sql::number(db, text, binds).await
}

/// Returns what the standings of an account follow from beside the customers: the rules, and how their segments were
/// filled. `None` while a segment is being filled: who is in is not known yet.
///
/// # Errors
/// When the database does not answer.
pub async fn basis(
    db: &impl ConnectionTrait,
    workspace: WorkspaceId,
    (plan, version): (&Plan, i64),
) -> Result<Option<String>, DbErr> {
    #[derive(FromQueryResult)]
    struct Row {
        segment_id: i64,
        rule: String,
    }
    let segments: BTreeSet<SegmentId> = plan.segments();
    let mut basis = format!("{version}");
    if segments.is_empty() {
        return Ok(Some(basis));
    }
    let wanted = rowset::ids_of(Dialect::of(db.get_database_backend()), "$2");
    let text = format!(
        "SELECT f.segment_id, f.rule FROM {wanted} u CROSS JOIN membership_filled f
         WHERE f.segment_id = u.id AND f.workspace_id = $1 ORDER BY f.segment_id"
    );
    let ids = rowset::bind_ids(segments.iter().map(|segment| segment.raw()));
    let rows: Vec<Row> = sql::all(db, text, [workspace.raw().into(), ids]).await?;
    // An empty rule stands for one that is being filled.
    if rows.len() < segments.len() || rows.iter().any(|row| row.rule.is_empty()) {
        return Ok(None);
    }
    for row in rows {
        use std::fmt::Write as _;
        // Writing to a String cannot fail.
        let _ = write!(basis, " {}:{}", row.segment_id, row.rule);
    }
    Ok(Some(basis))
}

/// Begins to look at everybody, or says how far that is; `None` when everybody has been looked at.
///
/// # Errors
/// When the database does not answer.
pub async fn sweep(
    tx: &impl ConnectionTrait,
    (workspace, account): (WorkspaceId, SenderId),
    (after, basis): (Option<&str>, &str),
    now: Millis,
) -> Result<(), DbErr> {
    let text = "UPDATE line_menu_plan SET sweep_after = $3, basis = $4, swept_at = $5 WHERE workspace_id = $1 AND account_id = $2";
    let binds = [
        workspace.raw().into(),
        account.raw().into(),
        after.map(str::to_owned).into(),
        basis.into(),
        now.0.into(),
    ];
    sql::exec(tx, text, binds).await.map(|_| ())
}
