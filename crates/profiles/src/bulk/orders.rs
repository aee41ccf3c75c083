//! Order lines into orders, their events and their feed rows.

use std::collections::{HashMap, HashSet};

use kernel::{id::MAX_BLOCK, money::Currency, time::Millis};
use sea_orm::{DbErr, FromQueryResult};
use serde_json::json;
use storage::{
    Value,
    bulk::{Bulk, ColumnType},
    feed, sql,
};

use super::{
    BulkLoader, FOREIGN, IMPORTED, MetProduct, OrderLineRow, RowOutcome,
    lines::Lines,
    people::{self, Seen},
};
use crate::{
    context::Ctx,
    import::Refusal,
    names,
    order_row::{GROWING_ORDER, KEY, LINE, LineRow, OrderRow},
    rowset::{self, Col},
};

const EVENT_COLUMNS: &[(&str, ColumnType)] = &[
    ("workspace_id", ColumnType::Int),
    ("profile_id", ColumnType::Int),
    ("occurred_at", ColumnType::Int),
    ("id", ColumnType::Int),
    ("name_id", ColumnType::Int),
    ("product_id", ColumnType::Int),
    ("category_id", ColumnType::Int),
    ("amount", ColumnType::Int),
    ("quantity", ColumnType::Int),
    ("order_id", ColumnType::Int),
    ("flags", ColumnType::Int),
    ("received_at", ColumnType::Int),
];

const LINE_EVENT: Bulk = Bulk {
    table: "event",
    columns: EVENT_COLUMNS,
    suffix: "",
};

/// Further lines of an order that a later chunk brings are added to its event.
const ORDER_EVENT: Bulk = Bulk {
    table: "event",
    columns: EVENT_COLUMNS,
    suffix: "ON CONFLICT (profile_id, occurred_at, id) DO UPDATE SET amount = event.amount + excluded.amount,
             quantity = event.quantity + excluded.quantity",
};

/// An order of this chunk, stored or new.
struct Order {
    id: i64,
    profile: i64,
    occurred_at: Millis,
    currency: Currency,
    /// 0 until an id is given to a new order's event.
    event: i64,
    is_new: bool,
    /// Taken in full from another source: nothing is added.
    is_closed: bool,
    lines: Lines,
    amount: i64,
    quantity: i64,
    n_added: i64,
}

struct NewLine<'a> {
    row: &'a OrderLineRow,
    key: String,
    profile: i64,
    order: &'a str,
}

#[derive(FromQueryResult)]
struct StoredOrder {
    order_no: String,
    profile_id: i64,
    id: i64,
    occurred_at: i64,
    currency: String,
    event_id: i64,
    n_lines: i64,
}

#[derive(FromQueryResult)]
struct StoredLine {
    order_no: String,
    line_no: String,
    event_id: i64,
}

pub(super) async fn load(
    loader: &mut BulkLoader,
    ctx: Ctx<'_>,
    rows: &[OrderLineRow],
) -> Result<Vec<RowOutcome>, DbErr> {
    let mut seen: HashMap<_, Seen> = HashMap::new();
    for row in rows {
        let at = row.occurred_at;
        seen.entry(&row.customer)
            .and_modify(|span| *span = span.and(at))
            .or_insert(Seen::at(at));
    }
    let people = people::find_or_create(ctx, loader.source, &seen).await?;
    let pairs: Vec<_> = rows
        .iter()
        .map(|row| (row.sku.as_deref(), row.category.as_deref()))
        .collect();
    let new = loader.terms.learn(ctx, &pairs).await?;
    meet_products(loader, ctx, rows, &new).await?;
    let mut orders = stored_orders(loader, ctx, rows).await?;

    let mut outcomes = Vec::with_capacity(rows.len());
    let mut lines = Vec::with_capacity(rows.len());
    for row in rows {
        let profile = people.get(&row.customer).copied().unwrap_or_default();
        let order = orders
            .entry(&row.order_no)
            .or_insert_with(|| Order::new(ctx, profile, row));
        outcomes.push(match order.take(row, profile) {
            Ok(Some(key)) => {
                lines.push(NewLine {
                    row,
                    key,
                    profile: order.profile,
                    order: &row.order_no,
                });
                RowOutcome::Taken
            }
            Ok(None) => RowOutcome::Repeated,
            Err(refusal) => RowOutcome::Refused(refusal),
        });
    }
    write(loader, ctx, &mut orders, lines).await?;
    Ok(outcomes)
}

impl Order {
    fn new(ctx: Ctx<'_>, profile: i64, row: &OrderLineRow) -> Self {
        Self {
            id: ctx.ids.next_raw(),
            profile,
            occurred_at: row.occurred_at,
            currency: row.currency,
            event: 0,
            is_new: true,
            is_closed: false,
            lines: Lines::default(),
            amount: 0,
            quantity: 0,
            n_added: 0,
        }
    }

    /// Returns what this chunk adds to the order.
    fn row<'a>(&self, ctx: Ctx<'_>, order_no: &'a str) -> OrderRow<'a> {
        OrderRow {
            workspace: ctx.workspace,
            profile: self.profile,
            id: self.id,
            order_no,
            occurred_at: self.occurred_at.0,
            amount: self.amount,
            currency: self.currency,
            n_lines: self.n_added,
            quantity: self.quantity,
            event: self.event,
        }
    }

    /// Adds a line; `None` when it is there already.
    fn take(&mut self, row: &OrderLineRow, profile: i64) -> Result<Option<String>, Refusal> {
        if self.profile != profile {
            return Err(Refusal::new(
                "order_of_another_customer",
                format!("order {} belongs to another customer", row.order_no),
                format!("注文{}は別の顧客の注文です", row.order_no),
            ));
        }
        if self.currency != row.currency {
            return Err(Refusal::new(
                "mixed_currency",
                format!("order {} is in {}", row.order_no, self.currency),
                format!("注文{}の通貨は{}です", row.order_no, self.currency),
            ));
        }
        if self.is_closed {
            return Ok(None);
        }
        let key = self.lines.add(row);
        if key.is_some() {
            self.amount = self.amount.saturating_add(row.amount);
            self.quantity = self.quantity.saturating_add(row.quantity);
            self.n_added += 1;
        }
        Ok(key)
    }
}

async fn meet_products(
    loader: &BulkLoader,
    ctx: Ctx<'_>,
    rows: &[OrderLineRow],
    new: &[&str],
) -> Result<(), DbErr> {
    let Some(catalogue) = loader.catalogue.as_ref().filter(|_| !new.is_empty()) else {
        return Ok(());
    };
    let mut first: HashMap<&str, &OrderLineRow> = HashMap::new();
    for row in rows {
        if let Some(sku) = row.sku.as_deref() {
            first.entry(sku).or_insert(row);
        }
    }
    let met: Vec<MetProduct> = new
        .iter()
        .filter_map(|sku| {
            let row = first.get(sku)?;
            Some(MetProduct {
                term: loader.terms.product(sku)?.0,
                sku: (*sku).to_owned(),
                name: row.product_name.clone(),
                category: row.category.clone(),
                price: (row.quantity > 0 && row.amount > 0).then(|| row.amount / row.quantity),
                currency: row.currency,
            })
        })
        .collect();
    catalogue.meet(ctx, &met).await
}

async fn stored_orders<'a>(
    loader: &BulkLoader,
    ctx: Ctx<'_>,
    rows: &'a [OrderLineRow],
) -> Result<HashMap<&'a str, Order>, DbErr> {
    let numbers: HashSet<&str> = rows.iter().map(|row| row.order_no.as_str()).collect();
    let wanted = rowset::rows_of(ctx.tx.dialect(), "$2", &[("order_no", Col::Text)]);
    let wanted = people::outer(ctx.tx.dialect(), &wanted);
    let bind = || rowset::bind(numbers.iter().map(|number| json!([number])).collect());
    let found: Vec<StoredOrder> = sql::all(
        ctx.tx,
        format!(
            "SELECT k.order_no, o.profile_id, o.id, o.occurred_at, o.currency, o.event_id, o.n_lines FROM {wanted} u
             CROSS JOIN order_key k CROSS JOIN purchase_order o
             WHERE k.workspace_id = $1 AND k.order_no = u.order_no AND o.profile_id = k.profile_id AND o.id = k.order_id"
        ),
        [ctx.workspace.raw().into(), bind()],
    )
    .await?;
    let mut orders = HashMap::with_capacity(numbers.len());
    for stored in found {
        let Some(number) = numbers.get(stored.order_no.as_str()) else {
            continue;
        };
        let order = Order {
            id: stored.id,
            profile: stored.profile_id,
            occurred_at: Millis(stored.occurred_at),
            currency: Currency::parse(&stored.currency).unwrap_or(loader.currency),
            event: stored.event_id,
            is_new: false,
            is_closed: stored.n_lines == 0,
            lines: Lines::default(),
            amount: 0,
            quantity: 0,
            n_added: 0,
        };
        orders.insert(*number, order);
    }
    if orders.is_empty() {
        return Ok(orders);
    }
    let lines: Vec<StoredLine> = sql::all(
        ctx.tx,
        format!(
            "SELECT k.order_no, l.line_no, l.event_id FROM {wanted} u
             CROSS JOIN order_key k CROSS JOIN order_line l
             WHERE k.workspace_id = $1 AND k.order_no = u.order_no AND l.profile_id = k.profile_id AND l.order_id = k.order_id"
        ),
        [ctx.workspace.raw().into(), bind()],
    )
    .await?;
    for line in lines {
        if let Some(order) = orders.get_mut(line.order_no.as_str()) {
            order
                .lines
                .stored(line.line_no, line.event_id >= loader.since);
        }
    }
    Ok(orders)
}

async fn write(
    loader: &BulkLoader,
    ctx: Ctx<'_>,
    orders: &mut HashMap<&str, Order>,
    mut lines: Vec<NewLine<'_>>,
) -> Result<(), DbErr> {
    // Together by customer, so that one feed row names all of a customer's new events.
    lines.sort_by(|a, b| {
        (a.profile, a.row.occurred_at, a.order).cmp(&(b.profile, b.row.occurred_at, b.order))
    });
    for block in lines.chunks(MAX_BLOCK / 2) {
        // A line's event and at most one event for its order.
        let mut next = ctx.ids.next_block(block.len() * 2);
        let (mut ids, mut line_events, mut line_rows) = (Vec::new(), Vec::new(), Vec::new());
        for line in block {
            let Some(order) = orders.get_mut(line.order) else {
                continue;
            };
            if order.event == 0 {
                order.event = next;
                ids.push((line.profile, next));
                next += 1;
            }
            line_events.push(line_event(loader, ctx, line, order, next));
            line_rows.push(line_row(ctx, line, order, next));
            ids.push((line.profile, next));
            next += 1;
        }
        LINE_EVENT.insert(ctx.tx, line_events).await?;
        LINE.insert(ctx.tx, line_rows).await?;
        feed::append(ctx.tx, ctx.now, &people::event_changes(ctx, &ids)).await?;
    }
    write_orders(loader, ctx, orders).await
}

async fn write_orders(
    loader: &BulkLoader,
    ctx: Ctx<'_>,
    orders: &HashMap<&str, Order>,
) -> Result<(), DbErr> {
    let mut touched: Vec<(&&str, &Order)> = orders
        .iter()
        .filter(|(_, order)| order.n_added > 0)
        .collect();
    touched.sort_by_key(|(_, order)| (order.profile, order.id));
    let rows: Vec<OrderRow<'_>> = touched
        .iter()
        .map(|(number, order)| order.row(ctx, number))
        .collect();
    GROWING_ORDER
        .insert(ctx.tx, rows.iter().map(OrderRow::order).collect())
        .await?;
    ORDER_EVENT
        .insert(
            ctx.tx,
            touched
                .iter()
                .map(|(_, order)| order_event(loader, ctx, order))
                .collect(),
        )
        .await?;
    let new = touched.iter().zip(&rows);
    let keys = new
        .filter(|((_, order), _)| order.is_new)
        .map(|(_, row)| row.key())
        .collect();
    KEY.insert(ctx.tx, keys).await?;
    // The amount of an older event changed: its readers learn of it by its own id.
    let grown: Vec<_> = touched
        .iter()
        .filter(|(_, order)| !order.is_new)
        .flat_map(|(_, order)| people::event_changes(ctx, &[(order.profile, order.event)]))
        .collect();
    feed::append(ctx.tx, ctx.now, &grown).await
}

fn flags(loader: &BulkLoader, currency: Currency) -> Value {
    let foreign = if currency == loader.currency {
        0
    } else {
        FOREIGN
    };
    i64::from(IMPORTED | foreign).into()
}

fn order_event(loader: &BulkLoader, ctx: Ctx<'_>, order: &Order) -> Vec<Value> {
    vec![
        ctx.workspace.raw().into(),
        order.profile.into(),
        order.occurred_at.0.into(),
        order.event.into(),
        i64::from(names::ORDER_COMPLETED).into(),
        None::<i64>.into(),
        None::<i64>.into(),
        order.amount.into(),
        order.quantity.into(),
        order.id.into(),
        flags(loader, order.currency),
        ctx.now.0.into(),
    ]
}

fn line_event(
    loader: &BulkLoader,
    ctx: Ctx<'_>,
    line: &NewLine<'_>,
    order: &Order,
    id: i64,
) -> Vec<Value> {
    let product = line
        .row
        .sku
        .as_deref()
        .and_then(|sku| loader.terms.product(sku));
    let category = match &line.row.category {
        Some(path) => loader.terms.category(path),
        None => product.and_then(|(_, parent)| parent),
    };
    vec![
        ctx.workspace.raw().into(),
        line.profile.into(),
        line.row.occurred_at.0.into(),
        id.into(),
        i64::from(names::PRODUCT_PURCHASED).into(),
        product.map(|(id, _)| id).into(),
        category.into(),
        line.row.amount.into(),
        line.row.quantity.into(),
        order.id.into(),
        flags(loader, line.row.currency),
        ctx.now.0.into(),
    ]
}

fn line_row(ctx: Ctx<'_>, line: &NewLine<'_>, order: &Order, event: i64) -> Vec<Value> {
    let line = LineRow {
        workspace: ctx.workspace,
        profile: line.profile,
        order: order.id,
        line_no: line.key.clone(),
        event,
    };
    line.row()
}
