//! From the id that somebody remembers to the profile that lives now.

use std::collections::HashMap;

use sea_orm::{DbErr, FromQueryResult};
use storage::{Dialect, sql};

use crate::{context::Ctx, rowset};

/// A profile that lives, found by an id it has or had.
#[derive(Debug, Clone)]
pub(crate) struct Live {
    /// The id now.
    pub(crate) id: i64,
    email: Option<String>,
    phone: Option<String>,
}

impl Live {
    /// Returns where the person is reached on a channel.
    pub(crate) fn address(&self, channel: &str) -> Option<&str> {
        match channel {
            "email" => self.email.as_deref(),
            "sms" => self.phone.as_deref(),
            _ => None,
        }
    }
}

#[derive(FromQueryResult)]
struct Row {
    asked: i64,
    id: i64,
    email: Option<String>,
    phone: Option<String>,
}

/// Finds the living profiles of ids, following merges, and keeps a merge away until the transaction ends.
pub(crate) async fn lock(ctx: Ctx<'_>, mut ids: Vec<i64>) -> Result<HashMap<i64, Live>, DbErr> {
    ids.sort_unstable();
    ids.dedup();
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let dialect = ctx.tx.dialect();
    let lock = if dialect == Dialect::Postgres {
        "FOR KEY SHARE OF p"
    } else {
        ""
    };
    let wanted = rowset::ids_of(dialect, "$2");
    // `merged_into` always names a living profile: a merge rewrites it for what was merged before.
    let text = format!(
        "SELECT u.id AS asked, p.id, p.email, p.phone FROM {wanted} u
         CROSS JOIN profile m CROSS JOIN profile p
         WHERE m.id = u.id AND m.workspace_id = $1 AND p.id = COALESCE(m.merged_into, m.id) AND p.state = 0
         ORDER BY p.id {lock}"
    );
    let rows: Vec<Row> = sql::all(
        ctx.tx,
        text,
        [ctx.workspace.raw().into(), rowset::bind_ids(ids)],
    )
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| {
            (
                row.asked,
                Live {
                    id: row.id,
                    email: row.email,
                    phone: row.phone,
                },
            )
        })
        .collect())
}
