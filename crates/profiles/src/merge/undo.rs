//! Parting two profiles that were merged by mistake.
//!
//! Rows go back by where they came from; what came after the merge stays with the survivor.

use std::collections::BTreeSet;

use kernel::{
    feed::{Change, ChangeKind},
    id::ProfileId,
};
use sea_orm::{DbErr, FromQueryResult};
use serde_json::Value as Json;
use storage::{Value, feed, sql};

use super::{
    deliveries,
    evidence::{Before, Evidence},
    rows::{self, EVENT_REST, ORDER_REST, StoredConsent},
};
use crate::{
    computed,
    context::Ctx,
    facts::row::{self, Hold, Row},
    rowset,
};

/// Why a merge could not be undone.
#[derive(Debug, thiserror::Error)]
pub enum UndoError {
    /// There is no such merge in the workspace.
    #[error("no such merge")]
    NotFound,
    /// It was undone before, or the person was erased since.
    #[error("the merge no longer stands")]
    Gone,
    /// The database refused.
    #[error("failed to undo the merge")]
    Db(#[from] DbErr),
}

#[derive(FromQueryResult)]
struct Logged {
    survivor_id: i64,
    merged_id: i64,
    evidence: Json,
    at: i64,
    undone_at: Option<i64>,
}

#[derive(FromQueryResult)]
struct IdRow {
    id: i64,
}

/// Undoes a merge; returns the profile that lives again.
///
/// # Errors
/// When there is no such merge, it no longer stands, or the database does not answer.
pub async fn undo(ctx: Ctx<'_>, merge_id: i64) -> Result<ProfileId, UndoError> {
    ctx.lock().await?;
    let logged: Logged = sql::one(
        ctx.tx,
        "SELECT survivor_id, merged_id, evidence, at, undone_at FROM merge_log WHERE id = $1 AND workspace_id = $2",
        [merge_id.into(), ctx.workspace.raw().into()],
    )
    .await?
    .ok_or(UndoError::NotFound)?;
    let holder: Option<IdRow> = sql::one(
        ctx.tx,
        "SELECT merged_into AS id FROM profile WHERE id = $1 AND state = 1 AND merged_into IS NOT NULL",
        [logged.merged_id.into()],
    )
    .await?;
    let holder = holder
        .filter(|_| logged.undone_at.is_none())
        .ok_or(UndoError::Gone)?
        .id;
    let mut people = row::load(ctx, vec![holder], Hold::Merge).await?;
    let survivor = people.remove(&holder).ok_or(UndoError::Gone)?;
    let family = family(ctx, logged.merged_id).await?;
    move_back(ctx, holder, logged.merged_id, &family).await?;
    deliveries::move_back(ctx, holder, logged.merged_id, &family).await?;
    revive(ctx, logged.merged_id, &family).await?;
    let mut people = row::load(ctx, vec![logged.merged_id], Hold::Merge).await?;
    let merged = people.remove(&logged.merged_id).ok_or(UndoError::Gone)?;
    let evidence: Option<Evidence> = serde_json::from_value(logged.evidence).ok();
    let direct = evidence.as_ref().filter(|_| holder == logged.survivor_id);
    let survivor = restore_facts(ctx, survivor, &merged, direct).await?;
    row::update(ctx, &[&survivor]).await?;
    restore_consents(ctx, holder, logged.merged_id, evidence.as_ref(), logged.at).await?;
    sql::exec(
        ctx.tx,
        "UPDATE merge_log SET undone_at = $2 WHERE id = $1",
        [merge_id.into(), ctx.now.0.into()],
    )
    .await?;
    let told = [
        Change {
            a: logged.merged_id,
            ..ctx.change(holder, ChangeKind::Unmerge)
        },
        ctx.change(logged.merged_id, ChangeKind::Profile),
    ];
    feed::append(ctx.tx, ctx.now, &told).await?;
    Ok(ProfileId::from_raw(logged.merged_id))
}

/// The merged profile and everything that had been merged into it before.
async fn family(ctx: Ctx<'_>, merged: i64) -> Result<BTreeSet<i64>, DbErr> {
    let rows: Vec<IdRow> = sql::all(
        ctx.tx,
        "WITH RECURSIVE d(id) AS (
           SELECT CAST($1 AS BIGINT)
           UNION
           SELECT m.merged_id FROM d JOIN merge_log m
             ON m.workspace_id = $2 AND m.survivor_id = d.id AND m.undone_at IS NULL)
         SELECT id FROM d",
        [merged.into(), ctx.workspace.raw().into()],
    )
    .await?;
    Ok(rows.into_iter().map(|row| row.id).collect())
}

async fn move_back(
    ctx: Ctx<'_>,
    holder: i64,
    merged: i64,
    family: &BTreeSet<i64>,
) -> Result<(), DbErr> {
    let theirs = format!(
        "IN (SELECT u.id FROM {} u)",
        rowset::ids_of(ctx.tx.dialect(), "$3")
    );
    // What answers a mail goes with the mail, also when it came after the merge.
    let events = format!(
        "profile_id = $1 AND (origin_profile_id {theirs} OR delivery_id IN
           (SELECT d.id FROM delivery d WHERE d.profile_id = $1 AND d.origin_profile_id {theirs}))"
    );
    // An order goes with its event, which has gone back already.
    let their_orders = "EXISTS (SELECT 1 FROM event e WHERE e.profile_id = $2 AND e.occurred_at = o.occurred_at AND e.id = o.event_id)";
    let statements = [
        format!(
            "INSERT INTO event (workspace_id, profile_id, occurred_at, id, {EVENT_REST}, origin_profile_id)
             SELECT workspace_id, $2, occurred_at, id, {EVENT_REST}, NULLIF(origin_profile_id, $2)
             FROM event WHERE {events}"
        ),
        format!("DELETE FROM event WHERE $2 = $2 AND {events}"),
        format!("UPDATE identity SET profile_id = $2 WHERE profile_id = $1 AND origin_profile_id {theirs}"),
        format!("UPDATE device SET profile_id = $2 WHERE profile_id = $1 AND origin_profile_id {theirs}"),
    ];
    let ids: Value = rowset::bind_ids(family.iter().copied());
    for text in statements {
        sql::exec(ctx.tx, text, [holder.into(), merged.into(), ids.clone()]).await?;
    }
    let orders = [
        format!(
            "INSERT INTO order_line (workspace_id, profile_id, order_id, line_no, event_id)
             SELECT l.workspace_id, $2, l.order_id, l.line_no, l.event_id FROM order_line l
             JOIN purchase_order o ON o.profile_id = l.profile_id AND o.id = l.order_id
             WHERE l.profile_id = $1 AND {their_orders}"
        ),
        format!(
            "DELETE FROM order_line WHERE profile_id = $1 AND order_id IN
             (SELECT o.id FROM purchase_order o WHERE o.profile_id = $1 AND {their_orders})"
        ),
        format!(
            "UPDATE order_key SET profile_id = $2 WHERE workspace_id = (SELECT workspace_id FROM profile WHERE id = $1)
             AND order_no IN (SELECT o.order_no FROM purchase_order o WHERE o.profile_id = $1 AND {their_orders})"
        ),
        format!(
            "INSERT INTO purchase_order (workspace_id, profile_id, {ORDER_REST})
             SELECT o.workspace_id, $2, {} FROM purchase_order o WHERE o.profile_id = $1 AND {their_orders}",
            ORDER_REST.split(", ").map(|column| format!("o.{column}")).collect::<Vec<_>>().join(", ")
        ),
        "DELETE FROM purchase_order WHERE profile_id = $1
         AND id IN (SELECT o.id FROM purchase_order o WHERE o.profile_id = $2)"
            .to_owned(),
    ];
    for text in orders {
        sql::exec(ctx.tx, text, [holder.into(), merged.into()]).await?;
    }
    Ok(())
}

async fn revive(ctx: Ctx<'_>, merged: i64, family: &BTreeSet<i64>) -> Result<(), DbErr> {
    let inner: Vec<i64> = family.iter().copied().filter(|id| *id != merged).collect();
    let ids = rowset::ids_of(ctx.tx.dialect(), "$2");
    let text =
        format!("UPDATE profile SET merged_into = $1 WHERE id IN (SELECT u.id FROM {ids} u)");
    sql::exec(ctx.tx, text, [merged.into(), rowset::bind_ids(inner)]).await?;
    sql::exec(
        ctx.tx,
        "UPDATE profile SET state = 0, merged_into = NULL, updated_at = $2, version = version + 1 WHERE id = $1",
        [merged.into(), ctx.now.0.into()],
    )
    .await
    .map(|_| ())
}

#[derive(FromQueryResult)]
struct OwnedRow {
    kind: i16,
    value: String,
}

/// Takes back from the survivor what only the merged profile had brought.
async fn restore_facts(
    ctx: Ctx<'_>,
    mut survivor: Row,
    merged: &Row,
    evidence: Option<&Evidence>,
) -> Result<Row, DbErr> {
    let owned: Vec<OwnedRow> = sql::all(
        ctx.tx,
        "SELECT kind, value FROM identity WHERE profile_id = $1 ORDER BY created_at DESC, value",
        [survivor.id.into()],
    )
    .await?;
    let owned = |kind: i16, now: Option<String>, before: Option<&String>| {
        let mut own = owned
            .iter()
            .filter(|row| row.kind == kind)
            .map(|row| &row.value);
        let keeps = |value: &String| own.clone().any(|owned| owned == value);
        let held = now
            .filter(&keeps)
            .or_else(|| before.cloned().filter(&keeps));
        held.or_else(|| own.next().cloned())
    };
    let before = evidence.map(|evidence| &evidence.survivor);
    survivor.external_id = owned(
        1,
        survivor.external_id,
        before.and_then(|before| before.external_id.as_ref()),
    );
    survivor.email = owned(
        2,
        survivor.email,
        before.and_then(|before| before.email.as_ref()),
    );
    survivor.phone = owned(
        4,
        survivor.phone,
        before.and_then(|before| before.phone.as_ref()),
    );
    survivor.is_anonymous =
        survivor.external_id.is_none() && survivor.email.is_none() && survivor.phone.is_none();
    if let Some(before) = before {
        forget_brought(&mut survivor, merged, before);
    }
    Ok(survivor)
}

/// Forgets facts and attributes that the survivor did not have before.
fn forget_brought(survivor: &mut Row, merged: &Row, before: &Before) {
    for (now, then, brought) in [
        (
            &mut survivor.family_name,
            &before.family_name,
            &merged.family_name,
        ),
        (
            &mut survivor.given_name,
            &before.given_name,
            &merged.given_name,
        ),
        (
            &mut survivor.full_name,
            &before.full_name,
            &merged.full_name,
        ),
        (&mut survivor.locale, &before.locale, &merged.locale),
        (
            &mut survivor.time_zone,
            &before.time_zone,
            &merged.time_zone,
        ),
    ] {
        if then.is_none() && now == brought {
            *now = None;
        }
    }
    survivor.attributes.retain(|key, value| {
        computed::is_computed(key)
            || before.attributes.contains_key(key)
            || merged.attributes.get(key) != Some(value)
    });
}

/// Gives each side its consents of before; what the person said since the merge holds for both.
async fn restore_consents(
    ctx: Ctx<'_>,
    holder: i64,
    merged: i64,
    evidence: Option<&Evidence>,
    merged_at: i64,
) -> Result<(), DbErr> {
    let now = rows::consents(ctx, vec![holder])
        .await?
        .remove(&holder)
        .unwrap_or_default();
    let (ours, theirs) = match evidence {
        Some(evidence) => (
            evidence.survivor_consents.clone(),
            evidence.merged_consents.clone(),
        ),
        None => (now.clone(), Vec::new()),
    };
    let mut kept: Vec<StoredConsent> = Vec::new();
    for (profile, before) in [(holder, ours), (merged, theirs)] {
        let since = now.iter().filter(|consent| consent.occurred_at > merged_at);
        let old = before.iter().filter(|consent| {
            !since
                .clone()
                .any(|new| new.channel == consent.channel && new.purpose == consent.purpose)
        });
        kept.extend(since.clone().chain(old).map(|consent| StoredConsent {
            profile_id: profile,
            ..consent.clone()
        }));
    }
    rows::replace_consents(ctx, [holder, merged].into(), &kept).await
}
