//! A merge and the delivery ledger: what was or will be sent to a merged customer goes along.
//!
//! A row keeps `origin_profile_id`, so an un-merge finds it again. Two rows of one campaign both stay: which of them
//! may still leave is decided when they are reserved, where a second message to one person is refused. A row
//! that a worker holds but has not handed over is given back first, so that it comes to that decision
//! again. A row that is with the provider moves as it stands; the answer finds it by its id.

use std::collections::{BTreeMap, BTreeSet};

use sea_orm::{DbErr, FromQueryResult};
use serde_json::json;
use storage::{Dialect, sql};

use crate::{
    context::Ctx,
    rowset::{self, Col},
};

/// Every column but the profile, which is what a merge changes.
const REST: &str = "workspace_id, id, campaign_id, occurrence, channel, is_test, state, reason, address, mailbox_hash, \
                    due_at, expires_at, turn, attempts, lease_token, message_id, provider_code, provider_detail, planned_at, \
                    handed_over_at, settled_at, origin_profile_id";

#[derive(FromQueryResult)]
struct Owner {
    profile_id: i64,
}

/// Copies the rows of merged profiles to their new homes and deletes the old ones.
pub(super) async fn move_all(ctx: Ctx<'_>, moves: &BTreeMap<i64, i64>) -> Result<(), DbErr> {
    // Most who merge are visitors without an address: they have no row, and nothing is locked for them.
    if !hold(ctx, moves.keys().copied().collect()).await? {
        return Ok(());
    }
    let homes: BTreeSet<i64> = moves.values().copied().collect();
    hold(ctx, homes.clone()).await?;
    give_back(ctx, moves.keys().copied().chain(homes).collect()).await?;
    let pairs = rowset::rows_of(
        ctx.tx.dialect(),
        "$1",
        &[("from_id", Col::Int), ("to_id", Col::Int)],
    );
    let rest: Vec<String> = REST
        .split(", ")
        .map(|column| format!("d.{}", column.trim()))
        .collect();
    let bind = rowset::bind(moves.iter().map(|(from, to)| json!([from, to])).collect());
    for text in [
        format!(
            "INSERT INTO delivery (profile_id, {REST})
             SELECT u.to_id, {} FROM {pairs} u CROSS JOIN delivery d WHERE d.profile_id = u.from_id",
            rest.join(", ")
        ),
        format!("DELETE FROM delivery WHERE profile_id IN (SELECT u.from_id FROM {pairs} u)"),
    ] {
        sql::exec(ctx.tx, text, [bind.clone()]).await?;
    }
    Ok(())
}

/// Gives a parted profile the rows that were planned for it or for what had been merged into it.
pub(super) async fn move_back(
    ctx: Ctx<'_>,
    holder: i64,
    merged: i64,
    family: &BTreeSet<i64>,
) -> Result<(), DbErr> {
    if !hold(ctx, [holder].into()).await? {
        return Ok(());
    }
    give_back(ctx, [holder].into()).await?;
    let theirs = format!(
        "origin_profile_id IN (SELECT u.id FROM {} u)",
        rowset::ids_of(ctx.tx.dialect(), "$3")
    );
    for text in [
        format!(
            "INSERT INTO delivery (profile_id, {REST})
             SELECT CAST($2 AS BIGINT), {REST} FROM delivery WHERE profile_id = $1 AND {theirs}"
        ),
        format!("DELETE FROM delivery WHERE profile_id = $1 AND $2 = $2 AND {theirs}"),
    ] {
        let binds = [
            holder.into(),
            merged.into(),
            rowset::bind_ids(family.iter().copied()),
        ];
        sql::exec(ctx.tx, text, binds).await?;
    }
    Ok(())
}

/// Keeps workers from moving the rows of some people until this transaction ends; `false` when there are none.
///
/// Without it a row could be handed over between the copy and the deletion, and its copy be sent again.
async fn hold(ctx: Ctx<'_>, profiles: BTreeSet<i64>) -> Result<bool, DbErr> {
    let dialect = ctx.tx.dialect();
    let lock = match dialect {
        Dialect::Postgres => "ORDER BY d.profile_id, d.id FOR UPDATE OF d",
        // One transaction writes at a time.
        Dialect::Sqlite => "LIMIT 1",
    };
    let text = format!(
        "SELECT d.profile_id FROM {} u CROSS JOIN delivery d WHERE d.profile_id = u.id {lock}",
        rowset::ids_of(dialect, "$1")
    );
    let rows: Vec<Owner> = sql::all(ctx.tx, text, [rowset::bind_ids(profiles)]).await?;
    Ok(rows.iter().any(|row| row.profile_id > 0))
}

/// Takes reserved rows out of their workers' hands; a hand-over under the old lease is then refused, also when the same
/// worker has reserved the row again meanwhile: the number of tries is not the one that it knows.
async fn give_back(ctx: Ctx<'_>, profiles: BTreeSet<i64>) -> Result<(), DbErr> {
    let text = format!(
        "UPDATE delivery SET state = 0, lease_token = NULL, attempts = attempts + 1
         WHERE state = 3 AND profile_id IN (SELECT u.id FROM {} u)",
        rowset::ids_of(ctx.tx.dialect(), "$1")
    );
    sql::exec(ctx.tx, text, [rowset::bind_ids(profiles)])
        .await
        .map(|_| ())
}
