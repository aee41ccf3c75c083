//! What a list shows beside a name: which channels reach the person, and what was bought.

use std::collections::HashMap;

use kernel::{
    id::{ProfileId, WorkspaceId},
    time::Millis,
};
use sea_orm::{ConnectionTrait, DbErr, FromQueryResult};
use storage::{Dialect, sql};

use super::Totals;
use crate::rowset;

/// How a channel stands with a person, for advertising.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Reach {
    /// Nothing to write to is known.
    #[default]
    Missing,
    /// There is an address, but nobody asked.
    Unasked,
    /// The person refused, took a yes back, or let it run out.
    Refused,
    /// The address is dead, complained, or was blocked by hand.
    Broken,
    /// A message may be sent.
    Open,
}

impl Reach {
    /// Returns the stable name used in the API.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Missing => "missing",
            Self::Unasked => "unasked",
            Self::Refused => "refused",
            Self::Broken => "broken",
            Self::Open => "open",
        }
    }
}

/// What is seen of a person at a glance.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Glance {
    /// Email.
    pub email: Reach,
    /// LINE.
    pub line: Reach,
    /// Push messages.
    pub push: Reach,
    /// Sums over all orders.
    pub totals: Totals,
}

/// Looks at some people of a workspace, a page of a list at most.
pub async fn glance(
    db: &impl ConnectionTrait,
    workspace: WorkspaceId,
    people: &[ProfileId],
    now: Millis,
) -> Result<HashMap<ProfileId, Glance>, DbErr> {
    let mut seen: HashMap<ProfileId, Glance> = HashMap::new();
    if people.is_empty() {
        return Ok(seen);
    }
    addresses(db, workspace, people, &mut seen).await?;
    consents(db, people, now, &mut seen).await?;
    friends(db, workspace, people, &mut seen).await?;
    listeners(db, workspace, people, &mut seen).await?;
    orders(db, workspace, people, &mut seen).await?;
    Ok(seen)
}

async fn addresses(
    db: &impl ConnectionTrait,
    workspace: WorkspaceId,
    people: &[ProfileId],
    seen: &mut HashMap<ProfileId, Glance>,
) -> Result<(), DbErr> {
    #[derive(FromQueryResult)]
    struct Row {
        id: i64,
        has_email: bool,
        stopped: i64,
    }
    let text = format!(
        "SELECT p.id, p.email IS NOT NULL AS has_email,
                CAST(COALESCE((SELECT MAX(CASE WHEN s.reason = 'unsubscribe' THEN 1 ELSE 2 END) FROM suppression s
                  WHERE s.workspace_id = p.workspace_id AND s.channel = 'email' AND s.address = p.email), 0) AS BIGINT) AS stopped
         FROM {} u CROSS JOIN profile p WHERE p.id = u.id AND p.workspace_id = $1",
        ids(db, "$2")
    );
    let rows: Vec<Row> = sql::all(db, text, [workspace.raw().into(), bind(people)]).await?;
    for row in rows {
        let email = match (row.has_email, row.stopped) {
            (false, _) => Reach::Missing,
            (true, 0) => Reach::Unasked,
            (true, 1) => Reach::Refused,
            (true, _) => Reach::Broken,
        };
        let person = seen.entry(ProfileId::from_raw(row.id)).or_default();
        person.email = email;
    }
    Ok(())
}

/// A consent decides only where the address does not already.
async fn consents(
    db: &impl ConnectionTrait,
    people: &[ProfileId],
    now: Millis,
    seen: &mut HashMap<ProfileId, Glance>,
) -> Result<(), DbErr> {
    #[derive(FromQueryResult)]
    struct Row {
        profile_id: i64,
        channel: String,
        holds: bool,
    }
    let text = format!(
        "SELECT c.profile_id, c.channel, c.granted AND (c.expires_at IS NULL OR c.expires_at > $1) AS holds
         FROM {} u CROSS JOIN consent c
         WHERE c.profile_id = u.id AND c.purpose = 'marketing' AND c.channel IN ('email', 'line', 'push')",
        ids(db, "$2")
    );
    let rows: Vec<Row> = sql::all(db, text, [now.0.into(), bind(people)]).await?;
    for row in rows {
        let Some(person) = seen.get_mut(&ProfileId::from_raw(row.profile_id)) else {
            continue;
        };
        let said = if row.holds {
            Reach::Open
        } else {
            Reach::Refused
        };
        match row.channel.as_str() {
            "email" if person.email == Reach::Unasked => person.email = said,
            "line" => person.line = said,
            "push" => person.push = said,
            _ => {}
        }
    }
    Ok(())
}

/// A friend of a LINE account is reached unless she refused; who has blocked every account is not, whatever she agreed to.
async fn friends(
    db: &impl ConnectionTrait,
    workspace: WorkspaceId,
    people: &[ProfileId],
    seen: &mut HashMap<ProfileId, Glance>,
) -> Result<(), DbErr> {
    #[derive(FromQueryResult)]
    struct Row {
        profile_id: i64,
        follows: i64,
        blocked: i64,
    }
    let text = format!(
        "SELECT i.profile_id, CAST(MAX(CASE f.state WHEN 0 THEN 1 ELSE 0 END) AS BIGINT) AS follows,
                CAST(MAX(CASE f.state WHEN 1 THEN 1 ELSE 0 END) AS BIGINT) AS blocked
         FROM {} u CROSS JOIN identity i CROSS JOIN line_friend f
         WHERE i.profile_id = u.id AND i.kind = 5 AND f.workspace_id = $1 AND f.user_id = i.value GROUP BY i.profile_id",
        ids(db, "$2")
    );
    let rows: Vec<Row> = sql::all(db, text, [workspace.raw().into(), bind(people)]).await?;
    for row in rows {
        let Some(person) = seen.get_mut(&ProfileId::from_raw(row.profile_id)) else {
            continue;
        };
        match (row.follows, row.blocked) {
            (1, _) if person.line != Reach::Refused => person.line = Reach::Open,
            (0, 1) => person.line = Reach::Broken,
            _ => {}
        }
    }
    Ok(())
}

/// Who has allowed pushes on a device is reached by them unless she refused; whose devices are all gone is not.
async fn listeners(
    db: &impl ConnectionTrait,
    workspace: WorkspaceId,
    people: &[ProfileId],
    seen: &mut HashMap<ProfileId, Glance>,
) -> Result<(), DbErr> {
    #[derive(FromQueryResult)]
    struct Row {
        profile_id: i64,
        living: i64,
    }
    let text = format!(
        "SELECT d.profile_id, CAST(MAX(CASE WHEN d.gone_at IS NULL THEN 1 ELSE 0 END) AS BIGINT) AS living
         FROM {} u CROSS JOIN device d WHERE d.profile_id = u.id AND d.workspace_id = $1 GROUP BY d.profile_id",
        ids(db, "$2")
    );
    let rows: Vec<Row> = sql::all(db, text, [workspace.raw().into(), bind(people)]).await?;
    for row in rows {
        let Some(person) = seen.get_mut(&ProfileId::from_raw(row.profile_id)) else {
            continue;
        };
        match row.living {
            1 if person.push != Reach::Refused => person.push = Reach::Open,
            0 => person.push = Reach::Broken,
            _ => {}
        }
    }
    Ok(())
}

async fn orders(
    db: &impl ConnectionTrait,
    workspace: WorkspaceId,
    people: &[ProfileId],
    seen: &mut HashMap<ProfileId, Glance>,
) -> Result<(), DbErr> {
    #[derive(FromQueryResult)]
    struct Row {
        profile_id: i64,
        n: i64,
        amount: i64,
        first: Option<i64>,
        last: Option<i64>,
    }
    let text = format!(
        "SELECT o.profile_id, COUNT(*) AS n,
                CAST(COALESCE(SUM(CASE WHEN o.currency = (SELECT w.currency FROM workspace w WHERE w.id = $1)
                  THEN o.amount ELSE 0 END), 0) AS BIGINT) AS amount,
                MIN(o.occurred_at) AS first, MAX(o.occurred_at) AS last
         FROM {} u CROSS JOIN purchase_order o
         WHERE o.profile_id = u.id AND o.workspace_id = $1 AND o.status = 'completed' GROUP BY o.profile_id",
        ids(db, "$2")
    );
    let rows: Vec<Row> = sql::all(db, text, [workspace.raw().into(), bind(people)]).await?;
    for row in rows {
        if let Some(person) = seen.get_mut(&ProfileId::from_raw(row.profile_id)) {
            person.totals = Totals {
                n_orders: row.n,
                amount: row.amount,
                first_order_at: row.first.map(Millis),
                last_order_at: row.last.map(Millis),
            };
        }
    }
    Ok(())
}

fn ids(db: &impl ConnectionTrait, name: &str) -> String {
    rowset::ids_of(Dialect::of(db.get_database_backend()), name)
}

fn bind(people: &[ProfileId]) -> storage::Value {
    rowset::bind_ids(people.iter().map(|id| id.raw()))
}
