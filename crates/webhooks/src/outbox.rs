//! The outbox: what there is to tell, a delivery for each webhook that wants it, and the place in the feed, all in one
//! transaction.

use kernel::{
    id::{IdSource, MAX_BLOCK, WorkspaceId},
    time::Millis,
};
use sea_orm::{ConnectionTrait, DbErr};
use serde_json::{Value as Json, json};
use storage::{
    Db, Value,
    bulk::{Bulk, ColumnType},
    lease::LeaseError,
    sql,
};

use crate::{
    EventType,
    lease::{Lease, Progress, Written},
    source::Told,
    webhook::Webhook,
};

/// The most messages of one transaction.
pub const MAX_BATCH: usize = 1_000;
/// The largest body, with room for what the channel adds.
const MAX_BODY: usize = 20_000;
/// How long messages, deliveries and attempts are kept, in milliseconds.
pub const KEPT: i64 = 30 * kernel::time::DAY;

const MESSAGE: Bulk = Bulk {
    table: "webhook_message",
    columns: &[
        ("workspace_id", ColumnType::Int),
        ("id", ColumnType::Int),
        ("type", ColumnType::Text),
        ("body", ColumnType::Text),
        ("occurred_at", ColumnType::Int),
        ("created_at", ColumnType::Int),
    ],
    suffix: "",
};

pub(crate) const DELIVERY: Bulk = Bulk {
    table: "webhook_delivery",
    columns: &[
        ("workspace_id", ColumnType::Int),
        ("id", ColumnType::Int),
        ("webhook_id", ColumnType::Int),
        ("message_id", ColumnType::Int),
        ("state", ColumnType::Int),
        ("is_test", ColumnType::Bool),
        ("due_at", ColumnType::Int),
        ("begun_at", ColumnType::Int),
        ("created_at", ColumnType::Int),
    ],
    suffix: "ON CONFLICT (webhook_id, message_id) DO NOTHING",
};

/// Writes messages, their deliveries and how far the feed has been read, under the lease.
///
/// A message that a webhook wants which is switched off is kept, too: it can be sent later.
///
/// # Errors
/// [`LeaseError::Lost`] when another worker reads for this workspace now.
pub async fn write(
    lease: &mut Lease,
    db: &Db,
    ids: &dyn IdSource,
    now: Millis,
    (webhooks, told, progress): (&[Webhook], &[Told], Progress),
) -> Result<(), LeaseError> {
    let written = i64::try_from(told.len()).unwrap_or(i64::MAX);
    let progress = Progress {
        own: Written {
            n: lease.progress.own.n.saturating_add(written),
        },
        ..progress
    };
    let tx = db.begin().await?;
    lease.hold(&tx, now, progress).await?;
    store(&tx, lease.workspace(), ids, now, (webhooks, told)).await?;
    tx.commit().await?;
    lease.moved(now, progress);
    Ok(())
}

async fn store(
    tx: &impl ConnectionTrait,
    workspace: WorkspaceId,
    ids: &dyn IdSource,
    now: Millis,
    (webhooks, told): (&[Webhook], &[Told]),
) -> Result<(), DbErr> {
    for block in told.chunks(MAX_BATCH.min(MAX_BLOCK)) {
        let first = ids.next_block(block.len());
        let (mut messages, mut pairs) = (Vec::new(), Vec::new());
        for (one, id) in block.iter().zip(first..) {
            messages.push(message(workspace, id, one, now));
            let wanting = webhooks
                .iter()
                .filter(|webhook| webhook.is_enabled() && webhook.wants(one.event));
            pairs.extend(wanting.map(|webhook| (webhook.id.raw(), id)));
        }
        MESSAGE.insert(tx, messages).await?;
        deliver(tx, workspace, ids, now, &pairs).await?;
    }
    Ok(())
}

/// Writes a delivery for each pair of webhook and message that has none yet.
pub(crate) async fn deliver(
    tx: &impl ConnectionTrait,
    workspace: WorkspaceId,
    ids: &dyn IdSource,
    now: Millis,
    pairs: &[(i64, i64)],
) -> Result<u64, DbErr> {
    let mut written = 0;
    for block in pairs.chunks(MAX_BLOCK) {
        let first = ids.next_block(block.len());
        let rows = block.iter().zip(first..).map(|((webhook, message), id)| {
            vec![
                workspace.raw().into(),
                id.into(),
                (*webhook).into(),
                (*message).into(),
                0_i64.into(),
                false.into(),
                now.0.into(),
                now.0.into(),
                now.0.into(),
            ]
        });
        written += DELIVERY.insert(tx, rows.collect()).await?;
    }
    Ok(written)
}

fn message(workspace: WorkspaceId, id: i64, told: &Told, now: Millis) -> Vec<Value> {
    vec![
        workspace.raw().into(),
        id.into(),
        told.event.name().into(),
        body(told).into(),
        told.at.0.into(),
        now.0.into(),
    ]
}

/// Writes the document that is signed. What does not fit is told of without its data rather than not at all.
fn body(told: &Told) -> String {
    let with = |data: &Json| {
        json!({"type": told.event.name(), "timestamp": told.at, "data": data}).to_string()
    };
    let whole = with(&told.data);
    if whole.len() <= MAX_BODY {
        return whole;
    }
    let customer = told.data.get("customer").cloned();
    let short = with(&json!({"customer": customer, "is_cut": true}));
    if short.len() <= MAX_BODY {
        short
    } else {
        with(&json!({"is_cut": true}))
    }
}

/// Writes a test message and its only delivery, due at once; returns the delivery's row id.
///
/// # Errors
/// When the database does not answer.
pub async fn ping(
    tx: &impl ConnectionTrait,
    workspace: WorkspaceId,
    webhook: &Webhook,
    ids: &dyn IdSource,
    now: Millis,
) -> Result<i64, DbErr> {
    let told = Told {
        event: EventType::Ping,
        at: now,
        data: json!({"webhook_id": webhook.id.to_string()}),
    };
    let (message_id, id) = (ids.next_raw(), ids.next_raw());
    MESSAGE
        .insert(tx, vec![message(workspace, message_id, &told, now)])
        .await?;
    let row = vec![
        workspace.raw().into(),
        id.into(),
        webhook.id.raw().into(),
        message_id.into(),
        0_i64.into(),
        true.into(),
        now.0.into(),
        now.0.into(),
        now.0.into(),
    ];
    DELIVERY.insert(tx, vec![row]).await?;
    Ok(id)
}

/// Removes up to `limit` messages that were written before an instant and wait for nobody, with what became of them;
/// returns how many.
///
/// # Errors
/// When the database does not answer.
pub async fn prune(tx: &impl ConnectionTrait, before: Millis, limit: u32) -> Result<u64, DbErr> {
    let old = format!(
        "SELECT m.id FROM webhook_message m WHERE m.created_at < $1 AND NOT EXISTS (SELECT 1 FROM webhook_delivery d
           JOIN webhook w ON w.id = d.webhook_id
           WHERE d.message_id = m.id AND d.state = 0 AND w.archived_at IS NULL) ORDER BY m.created_at, m.id LIMIT {limit}"
    );
    for text in [
        format!(
            "DELETE FROM webhook_attempt WHERE delivery_id IN
               (SELECT d.id FROM webhook_delivery d WHERE d.message_id IN ({old}))"
        ),
        format!("DELETE FROM webhook_delivery WHERE message_id IN ({old})"),
    ] {
        sql::exec(tx, text, [before.0.into()]).await?;
    }
    let text = format!("DELETE FROM webhook_message WHERE id IN ({old})");
    sql::exec(tx, text, [before.0.into()]).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_body_is_type_time_and_data_and_never_over_20_kb() {
        let told = |name: &str| Told {
            event: EventType::SegmentEntered,
            at: Millis(1_783_993_320_000),
            data: json!({"customer": {"id": "prf_1"}, "segment": {"name": name}}),
        };
        assert_eq!(
            body(&told("お得意様 😀")),
            r#"{"data":{"customer":{"id":"prf_1"},"segment":{"name":"お得意様 😀"}},"timestamp":"2026-07-14T01:42:00.000Z","type":"segment.entered"}"#
        );
        let long = body(&told(&"あ".repeat(9_000)));
        assert_eq!(
            long,
            r#"{"data":{"customer":{"id":"prf_1"},"is_cut":true},"timestamp":"2026-07-14T01:42:00.000Z","type":"segment.entered"}"#
        );
        let mut longer = told("");
        longer.data = json!({"customer": "x".repeat(30_000)});
        assert!(body(&longer).len() < 200);
    }
}
