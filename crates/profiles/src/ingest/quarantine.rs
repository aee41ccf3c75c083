//! Keeping aside what was not taken, with the reason in both languages.

use sea_orm::DbErr;
use storage::bulk::{Bulk, ColumnType};

use super::refusal::Refusal;
use crate::context::Ctx;

/// How much of a refused message is kept.
const MAX_PAYLOAD_CHARS: usize = 64 * 1024;

const QUARANTINE: Bulk = Bulk {
    table: "quarantine",
    columns: &[
        ("id", ColumnType::Int),
        ("workspace_id", ColumnType::Int),
        ("source", ColumnType::Text),
        ("code", ColumnType::Text),
        ("detail_en", ColumnType::Text),
        ("detail_ja", ColumnType::Text),
        ("payload", ColumnType::Text),
        ("received_at", ColumnType::Int),
    ],
    suffix: "",
};

/// Writes refused messages and parts of messages.
pub(super) async fn keep(ctx: Ctx<'_>, refused: &[(&str, &Refusal)]) -> Result<(), DbErr> {
    let rows = refused.iter().map(|(raw, refusal)| {
        let text = refusal.text();
        let payload: String = raw
            .chars()
            .filter(|c| *c != '\0')
            .take(MAX_PAYLOAD_CHARS)
            .collect();
        vec![
            ctx.ids.next_raw().into(),
            ctx.workspace.raw().into(),
            "track".into(),
            refusal.code().into(),
            text.en.replace('\0', "").into(),
            text.ja.replace('\0', "").into(),
            payload.into(),
            ctx.now.0.into(),
        ]
    });
    QUARANTINE.insert(ctx.tx, rows.collect()).await.map(|_| ())
}
