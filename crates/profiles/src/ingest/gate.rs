//! Tracking consent: whose behaviour may be recorded.

use std::collections::HashMap;

use kernel::time::DAY;
use sea_orm::{DbErr, FromQueryResult};
use storage::sql;

use crate::{
    consent::{ANY_CHANNEL, TRACKING},
    context::Ctx,
    rowset,
};

/// How a workspace treats behaviour of people who said nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum TrackingMode {
    /// Recorded only after a yes.
    Required,
    /// Recorded until a no.
    Notice,
}

impl TrackingMode {
    /// Reads the stored word; an unknown one is the strict mode.
    pub(super) fn parse(word: &str) -> Self {
        if word == "notice" {
            Self::Notice
        } else {
            Self::Required
        }
    }

    /// Decides by what the person said; `None` when nothing, or when nobody knows the person.
    pub(super) fn allows(self, said: Option<bool>) -> bool {
        said.unwrap_or(self == Self::Notice)
    }
}

#[derive(FromQueryResult)]
struct Said {
    profile_id: i64,
    granted: bool,
}

/// Loads what people said about tracking; a yes that has ended is nothing said.
pub(super) async fn said(ctx: Ctx<'_>, profiles: Vec<i64>) -> Result<HashMap<i64, bool>, DbErr> {
    if profiles.is_empty() {
        return Ok(HashMap::new());
    }
    let wanted = rowset::ids_of(ctx.tx.dialect(), "$1");
    let text = format!(
        "SELECT c.profile_id, c.granted FROM {wanted} u
         CROSS JOIN consent c WHERE c.profile_id = u.id AND c.channel = $2 AND c.purpose = $3
         AND (NOT c.granted OR c.expires_at IS NULL OR c.expires_at > $4)"
    );
    let binds = [
        rowset::bind_ids(profiles),
        ANY_CHANNEL.into(),
        TRACKING.into(),
        ctx.now.0.into(),
    ];
    let rows: Vec<Said> = sql::all(ctx.tx, text, binds).await?;
    Ok(rows
        .into_iter()
        .map(|row| (row.profile_id, row.granted))
        .collect())
}

/// Counts what was dropped, by day (UTC) and reason.
pub(super) async fn count_dropped(ctx: Ctx<'_>, n: usize) -> Result<(), DbErr> {
    if n == 0 {
        return Ok(());
    }
    let n = i64::try_from(n).unwrap_or(i64::MAX);
    sql::exec(
        ctx.tx,
        "INSERT INTO dropped_count (workspace_id, day, reason, n) VALUES ($1, $2, 'no_tracking_consent', $3)
         ON CONFLICT (workspace_id, day, reason) DO UPDATE SET n = dropped_count.n + excluded.n",
        [ctx.workspace.raw().into(), (ctx.now.0.div_euclid(DAY)).into(), n.into()],
    )
    .await
    .map(|_| ())
}
