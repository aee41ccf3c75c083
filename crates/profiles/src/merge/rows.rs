//! Moving the rows of merged profiles, set-based.

use std::collections::{BTreeMap, BTreeSet};

use sea_orm::{DbErr, FromQueryResult};
use serde::{Deserialize, Serialize};
use serde_json::json;
use storage::{
    Value,
    bulk::{Bulk, ColumnType},
    sql,
};

use crate::{
    context::Ctx,
    rowset::{self, Col},
};

/// A consent as it stands in the table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, FromQueryResult)]
pub(super) struct StoredConsent {
    pub(super) profile_id: i64,
    pub(super) channel: String,
    pub(super) purpose: String,
    pub(super) granted: bool,
    pub(super) text_version: Option<String>,
    pub(super) source: String,
    pub(super) occurred_at: i64,
    pub(super) expires_at: Option<i64>,
}

/// Consents by profile.
pub(super) type Consents = BTreeMap<i64, Vec<StoredConsent>>;

const CONSENT: Bulk = Bulk {
    table: "consent",
    columns: &[
        ("workspace_id", ColumnType::Int),
        ("profile_id", ColumnType::Int),
        ("channel", ColumnType::Text),
        ("purpose", ColumnType::Text),
        ("granted", ColumnType::Bool),
        ("text_version", ColumnType::Text),
        ("source", ColumnType::Text),
        ("occurred_at", ColumnType::Int),
        ("expires_at", ColumnType::Int),
    ],
    suffix: "",
};

/// Loads the consents of profiles.
pub(super) async fn consents(ctx: Ctx<'_>, ids: Vec<i64>) -> Result<Consents, DbErr> {
    let ids: BTreeSet<i64> = ids.into_iter().collect();
    let wanted = rowset::ids_of(ctx.tx.dialect(), "$1");
    let text = format!(
        "SELECT c.profile_id, c.channel, c.purpose, c.granted, c.text_version, c.source, c.occurred_at, c.expires_at
         FROM {wanted} u JOIN consent c ON c.profile_id = u.id ORDER BY c.profile_id, c.channel, c.purpose"
    );
    let rows: Vec<StoredConsent> = sql::all(ctx.tx, text, [rowset::bind_ids(ids)]).await?;
    let mut consents = Consents::new();
    for row in rows {
        consents.entry(row.profile_id).or_default().push(row);
    }
    Ok(consents)
}

/// Of two statements about one thing the later one holds; at the same instant the no.
pub(super) fn absorb_consents(consents: &mut Consents, survivor: i64, merged: i64) {
    let rank = |consent: &StoredConsent| (consent.occurred_at, !consent.granted);
    let theirs = consents.get(&merged).cloned().unwrap_or_default();
    let ours = consents.entry(survivor).or_default();
    for consent in theirs {
        let consent = StoredConsent {
            profile_id: survivor,
            ..consent
        };
        match ours
            .iter_mut()
            .find(|own| own.channel == consent.channel && own.purpose == consent.purpose)
        {
            Some(own) if rank(own) >= rank(&consent) => {}
            Some(own) => *own = consent,
            None => ours.push(consent),
        }
    }
}

/// Replaces the consents of the survivors and removes those of the merged.
pub(super) async fn write_consents(
    ctx: Ctx<'_>,
    consents: &Consents,
    moves: &BTreeMap<i64, i64>,
) -> Result<(), DbErr> {
    let all: BTreeSet<i64> = moves
        .iter()
        .flat_map(|(merged, survivor)| [*merged, *survivor])
        .collect();
    let homes: BTreeSet<i64> = moves.values().copied().collect();
    {
        let kept: Vec<StoredConsent> = homes
            .iter()
            .filter_map(|home| consents.get(home))
            .flatten()
            .cloned()
            .collect();
        replace_consents(ctx, all, &kept).await
    }
}

/// Makes `kept` the only consents of some profiles.
pub(super) async fn replace_consents(
    ctx: Ctx<'_>,
    profiles: BTreeSet<i64>,
    kept: &[StoredConsent],
) -> Result<(), DbErr> {
    let wanted = rowset::ids_of(ctx.tx.dialect(), "$1");
    let text = format!("DELETE FROM consent WHERE profile_id IN (SELECT u.id FROM {wanted} u)");
    sql::exec(ctx.tx, text, [rowset::bind_ids(profiles)]).await?;
    let row = |consent: &StoredConsent| -> Vec<Value> {
        vec![
            ctx.workspace.raw().into(),
            consent.profile_id.into(),
            consent.channel.clone().into(),
            consent.purpose.clone().into(),
            consent.granted.into(),
            consent.text_version.clone().into(),
            consent.source.clone().into(),
            consent.occurred_at.into(),
            consent.expires_at.into(),
        ]
    };
    CONSENT
        .insert(ctx.tx, kept.iter().map(row).collect())
        .await
        .map(|_| ())
}

pub(super) const EVENT_REST: &str = "name_id, product_id, category_id, amount, quantity, order_id, campaign_id, delivery_id, \
                          link_id, flags, received_at, properties";

pub(super) const ORDER_REST: &str =
    "id, order_no, occurred_at, amount, currency, n_lines, quantity, status, event_id";

/// Copies events, orders and identity values to their new homes and deletes the old rows.
pub(super) async fn move_all(ctx: Ctx<'_>, moves: &BTreeMap<i64, i64>) -> Result<(), DbErr> {
    let pairs = rowset::rows_of(
        ctx.tx.dialect(),
        "$1",
        &[("from_id", Col::Int), ("to_id", Col::Int)],
    );
    let old = format!("IN (SELECT u.from_id FROM {pairs} u)");
    let rest: Vec<String> = EVENT_REST
        .split(", ")
        .map(|column| format!("e.{column}"))
        .collect();
    let statements = [
        format!(
            "INSERT INTO event (workspace_id, profile_id, occurred_at, id, {EVENT_REST}, origin_profile_id)
             SELECT e.workspace_id, u.to_id, e.occurred_at, e.id, {}, COALESCE(e.origin_profile_id, e.profile_id)
             FROM {pairs} u JOIN event e ON e.profile_id = u.from_id",
            rest.join(", ")
        ),
        format!("DELETE FROM event WHERE profile_id {old}"),
        format!(
            "UPDATE order_key SET profile_id = m.to_id
             FROM (SELECT u.to_id, o.workspace_id, o.order_no FROM {pairs} u
                   JOIN purchase_order o ON o.profile_id = u.from_id) m
             WHERE order_key.workspace_id = m.workspace_id AND order_key.order_no = m.order_no"
        ),
        format!(
            "INSERT INTO purchase_order (workspace_id, profile_id, {ORDER_REST})
             SELECT o.workspace_id, u.to_id, {} FROM {pairs} u JOIN purchase_order o ON o.profile_id = u.from_id",
            ORDER_REST.split(", ").map(|column| format!("o.{column}")).collect::<Vec<_>>().join(", ")
        ),
        format!("DELETE FROM purchase_order WHERE profile_id {old}"),
        format!(
            "INSERT INTO order_line (workspace_id, profile_id, order_id, line_no, event_id)
             SELECT l.workspace_id, u.to_id, l.order_id, l.line_no, l.event_id
             FROM {pairs} u JOIN order_line l ON l.profile_id = u.from_id"
        ),
        format!("DELETE FROM order_line WHERE profile_id {old}"),
        format!("UPDATE identity SET profile_id = u.to_id FROM {pairs} u WHERE identity.profile_id = u.from_id"),
        format!("UPDATE device SET profile_id = u.to_id FROM {pairs} u WHERE device.profile_id = u.from_id"),
    ];
    let bind = rowset::bind(moves.iter().map(|(from, to)| json!([from, to])).collect());
    for text in statements {
        sql::exec(ctx.tx, text, [bind.clone()]).await?;
    }
    point_on(ctx, &pairs, bind).await
}

/// What was merged into a merged profile before now points to the new survivor too.
async fn point_on(ctx: Ctx<'_>, pairs: &str, bind: Value) -> Result<(), DbErr> {
    let text = format!(
        "WITH RECURSIVE d(id, to_id) AS (
           SELECT u.from_id, u.to_id FROM {pairs} u
           UNION
           SELECT m.merged_id, d.to_id FROM d
           JOIN merge_log m ON m.workspace_id = $2 AND m.survivor_id = d.id AND m.undone_at IS NULL)
         UPDATE profile SET state = 1, merged_into = d.to_id, updated_at = $3, version = profile.version + 1
         FROM d WHERE profile.id = d.id"
    );
    sql::exec(
        ctx.tx,
        text,
        [bind, ctx.workspace.raw().into(), ctx.now.0.into()],
    )
    .await
    .map(|_| ())
}
