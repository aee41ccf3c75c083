//! The numbers of event names that a workspace brings itself.

use std::collections::HashMap;

use kernel::{
    feed::{Change, ChangeKind},
    id::WorkspaceId,
};
use sea_orm::{DbErr, FromQueryResult};
use serde_json::json;
use storage::{
    bulk::{Bulk, ColumnType},
    feed, sql,
};

use crate::{
    context::Ctx,
    names::{self, FIRST_DYNAMIC},
    rowset::{self, Col},
};

/// The most names of a workspace: a public key must not fill every list of the admin.
pub const MAX_NAMES: usize = 2_000;

const NAME: Bulk = Bulk {
    table: "event_name",
    columns: &[
        ("workspace_id", ColumnType::Int),
        ("id", ColumnType::Int),
        ("name", ColumnType::Text),
    ],
    suffix: "",
};

#[derive(FromQueryResult)]
struct Found {
    id: i32,
    name: String,
}

#[derive(FromQueryResult)]
struct Extent {
    n: i64,
    last: i32,
}

/// Names seen so far. Names are never removed, so what was read stays true; after a failed transaction
/// the book must be dropped, because it may hold names that were rolled back.
#[derive(Debug, Default)]
pub(crate) struct NameBook(HashMap<(WorkspaceId, String), i32>);

impl NameBook {
    /// Returns the number of a name that was learnt.
    pub(crate) fn get(&self, workspace: WorkspaceId, name: &str) -> Option<i32> {
        self.0.get(&(workspace, name.to_owned())).copied()
    }

    /// Learns names. Fixed names get a row too, so that the table lists every name in use. A name
    /// beyond the limit stays unknown. The caller holds the workspace's lock.
    pub(crate) async fn learn(&mut self, ctx: Ctx<'_>, names: &[&str]) -> Result<(), DbErr> {
        let mut unknown: Vec<&str> = names
            .iter()
            .copied()
            .filter(|name| self.get(ctx.workspace, name).is_none())
            .collect();
        unknown.sort_unstable();
        unknown.dedup();
        if unknown.is_empty() {
            return Ok(());
        }
        let wanted = rowset::rows_of(ctx.tx.dialect(), "$2", &[("name", Col::Text)]);
        let text = format!(
            "SELECT n.id, n.name FROM {wanted} u CROSS JOIN event_name n WHERE n.workspace_id = $1 AND n.name = u.name"
        );
        let rows = unknown.iter().map(|name| json!([name])).collect();
        let found: Vec<Found> = sql::all(
            ctx.tx,
            text,
            [ctx.workspace.raw().into(), rowset::bind(rows)],
        )
        .await?;
        for row in found {
            self.0.insert((ctx.workspace, row.name), row.id);
        }
        unknown.retain(|name| self.get(ctx.workspace, name).is_none());
        self.define(ctx, &unknown).await
    }

    async fn define(&mut self, ctx: Ctx<'_>, names: &[&str]) -> Result<(), DbErr> {
        if names.is_empty() {
            return Ok(());
        }
        let extent: Option<Extent> = sql::one(
            ctx.tx,
            "SELECT COUNT(*) AS n, CAST(COALESCE(MAX(id), 0) AS INTEGER) AS last FROM event_name WHERE workspace_id = $1",
            [ctx.workspace.raw().into()],
        )
        .await?;
        let extent = extent.unwrap_or(Extent { n: 0, last: 0 });
        let mut left = MAX_NAMES.saturating_sub(usize::try_from(extent.n).unwrap_or(MAX_NAMES));
        let mut next = extent.last.max(FIRST_DYNAMIC - 1) + 1;
        let (mut rows, mut told) = (Vec::new(), Vec::new());
        for name in names {
            let id = match names::fixed_id(name) {
                Some(id) => id,
                None if left == 0 => continue,
                None => {
                    left -= 1;
                    next += 1;
                    next - 1
                }
            };
            told.push(Change {
                a: i64::from(id),
                ..ctx.change(0, ChangeKind::EventName)
            });
            rows.push(vec![
                ctx.workspace.raw().into(),
                i64::from(id).into(),
                (*name).into(),
            ]);
            self.0.insert((ctx.workspace, (*name).to_owned()), id);
        }
        NAME.insert(ctx.tx, rows).await?;
        feed::append(ctx.tx, ctx.now, &told).await
    }
}
