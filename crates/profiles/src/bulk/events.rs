//! Plain events, many at a time.

use std::collections::HashMap;

use kernel::{id::MAX_BLOCK, time::Millis};
use sea_orm::DbErr;
use storage::{
    Value,
    bulk::{Bulk, ColumnType},
    feed,
};

use super::{
    BulkLoader, EventRow, IMPORTED,
    people::{self, Seen},
};
use crate::context::Ctx;

const EVENT: Bulk = Bulk {
    table: "event",
    columns: &[
        ("workspace_id", ColumnType::Int),
        ("profile_id", ColumnType::Int),
        ("occurred_at", ColumnType::Int),
        ("id", ColumnType::Int),
        ("name_id", ColumnType::Int),
        ("product_id", ColumnType::Int),
        ("category_id", ColumnType::Int),
        ("amount", ColumnType::Int),
        ("quantity", ColumnType::Int),
        ("flags", ColumnType::Int),
        ("received_at", ColumnType::Int),
        ("properties", ColumnType::Json),
    ],
    suffix: "",
};

pub(super) async fn load(
    loader: &mut BulkLoader,
    ctx: Ctx<'_>,
    rows: &[EventRow],
) -> Result<(), DbErr> {
    let mut seen: HashMap<_, Seen> = HashMap::new();
    for row in rows {
        let at: Millis = row.occurred_at;
        seen.entry(&row.customer)
            .and_modify(|span| *span = span.and(at))
            .or_insert(Seen::at(at));
    }
    let people = people::find_or_create(ctx, loader.source, &seen).await?;
    let pairs: Vec<_> = rows
        .iter()
        .map(|row| (row.sku.as_deref(), row.category.as_deref()))
        .collect();
    loader.terms.learn(ctx, &pairs).await?;

    let mut sorted: Vec<(i64, &EventRow)> = rows
        .iter()
        .filter_map(|row| Some((*people.get(&row.customer)?, row)))
        .collect();
    // Together by customer, so that one feed row names all of a customer's events.
    sorted.sort_by_key(|(profile, row)| (*profile, row.occurred_at));
    for block in sorted.chunks(MAX_BLOCK) {
        let first = ctx.ids.next_block(block.len());
        let ids: Vec<(i64, i64)> = block
            .iter()
            .zip(first..)
            .map(|((profile, _), id)| (*profile, id))
            .collect();
        let values = block
            .iter()
            .zip(&ids)
            .map(|((_, row), id)| values(loader, ctx, *id, row))
            .collect();
        EVENT.insert(ctx.tx, values).await?;
        feed::append(ctx.tx, ctx.now, &people::event_changes(ctx, &ids)).await?;
    }
    Ok(())
}

fn values(
    loader: &BulkLoader,
    ctx: Ctx<'_>,
    (profile, id): (i64, i64),
    row: &EventRow,
) -> Vec<Value> {
    let product = row.sku.as_deref().and_then(|sku| loader.terms.product(sku));
    let category = match &row.category {
        Some(path) => loader.terms.category(path),
        None => product.and_then(|(_, parent)| parent),
    };
    vec![
        ctx.workspace.raw().into(),
        profile.into(),
        row.occurred_at.0.into(),
        id.into(),
        i64::from(row.name_id).into(),
        product.map(|(id, _)| id).into(),
        category.into(),
        row.amount.into(),
        row.quantity.into(),
        i64::from(row.flags | IMPORTED).into(),
        ctx.now.0.into(),
        row.properties.as_ref().map(ToString::to_string).into(),
    ]
}
