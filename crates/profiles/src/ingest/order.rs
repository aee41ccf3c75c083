//! Orders behind order events: known by their number, unique for ever.

use std::collections::HashMap;

use sea_orm::{DbErr, FromQueryResult};
use serde_json::json;
use storage::{Value, sql};

use super::commerce::{OrderDraft, OrderStep};
use crate::{
    context::Ctx,
    names,
    order_row::{KEY, LINE, LineRow, ORDER, OrderRow},
    rowset::{self, Col},
};

/// An order as it stands, in the database or made by this batch.
#[derive(Debug, Clone)]
pub(super) struct Order {
    pub(super) profile: i64,
    pub(super) id: i64,
    pub(super) amount: i64,
    pub(super) currency: String,
    pub(super) status: String,
    /// What was paid back so far; zero or negative.
    pub(super) refunded: i64,
    is_changed: bool,
}

impl Order {
    /// Returns what is left of the amount.
    pub(super) fn left(&self) -> i64 {
        self.amount.saturating_add(self.refunded)
    }

    /// Takes a refund or a cancellation in (a negative amount).
    pub(super) fn pay_back(&mut self, amount: i64, step: OrderStep) {
        self.refunded = self.refunded.saturating_add(amount);
        let status = match step {
            OrderStep::Cancelled => "cancelled",
            _ if self.left() <= 0 => "refunded",
            _ => return,
        };
        status.clone_into(&mut self.status);
        self.is_changed = true;
    }
}

/// The orders that a batch speaks of.
#[derive(Debug, Default)]
pub(super) struct Orders {
    known: HashMap<String, Order>,
    new: Vec<(Vec<Value>, Vec<Value>)>,
    lines: Vec<Vec<Value>>,
}

/// A new order's own numbers.
#[derive(Debug, Clone, Copy)]
pub(super) struct NewOrder {
    pub(super) profile: i64,
    pub(super) occurred_at: i64,
    pub(super) amount: i64,
    pub(super) quantity: i64,
    pub(super) event_id: i64,
}

#[derive(FromQueryResult)]
struct Stored {
    order_no: String,
    profile_id: i64,
    id: i64,
    amount: i64,
    currency: String,
    status: String,
}

#[derive(FromQueryResult)]
struct PaidBack {
    order_id: i64,
    amount: i64,
}

impl Orders {
    /// Loads the orders of some drafts.
    pub(super) async fn load(ctx: Ctx<'_>, drafts: &[&OrderDraft]) -> Result<Self, DbErr> {
        let mut numbers: Vec<(&str, bool)> = drafts
            .iter()
            .map(|draft| (draft.order_no.as_str(), draft.step != OrderStep::Completed))
            .collect();
        numbers.sort_unstable();
        numbers.dedup();
        let mut orders = Self::default();
        if numbers.is_empty() {
            return Ok(orders);
        }
        let wanted = rowset::rows_of(ctx.tx.dialect(), "$2", &[("order_no", Col::Text)]);
        let text = format!(
            "SELECT k.order_no, o.profile_id, o.id, o.amount, o.currency, o.status FROM {wanted} u
             CROSS JOIN order_key k CROSS JOIN purchase_order o
             WHERE k.workspace_id = $1 AND k.order_no = u.order_no AND o.profile_id = k.profile_id AND o.id = k.order_id"
        );
        let rows = numbers.iter().map(|(number, _)| json!([number])).collect();
        let found: Vec<Stored> = sql::all(
            ctx.tx,
            text,
            [ctx.workspace.raw().into(), rowset::bind(rows)],
        )
        .await?;
        for row in found {
            let order = Order {
                profile: row.profile_id,
                id: row.id,
                amount: row.amount,
                currency: row.currency,
                status: row.status,
                refunded: 0,
                is_changed: false,
            };
            orders.known.insert(row.order_no, order);
        }
        let paid_back: Vec<&str> = numbers
            .iter()
            .filter(|(_, pays_back)| *pays_back)
            .map(|(number, _)| *number)
            .collect();
        orders.load_paid_back(ctx, &paid_back).await?;
        Ok(orders)
    }

    async fn load_paid_back(&mut self, ctx: Ctx<'_>, numbers: &[&str]) -> Result<(), DbErr> {
        let rows: Vec<_> = numbers
            .iter()
            .filter_map(|number| self.known.get(*number))
            .map(|order| json!([order.profile, order.id]))
            .collect();
        if rows.is_empty() {
            return Ok(());
        }
        let wanted = rowset::rows_of(
            ctx.tx.dialect(),
            "$1",
            &[("profile_id", Col::Int), ("order_id", Col::Int)],
        );
        let text = format!(
            "SELECT e.order_id, CAST(SUM(e.amount) AS BIGINT) AS amount FROM {wanted} u
             CROSS JOIN event e WHERE e.profile_id = u.profile_id AND e.order_id = u.order_id AND e.name_id IN ({}, {}) AND e.amount IS NOT NULL GROUP BY e.order_id",
            names::ORDER_REFUNDED,
            names::ORDER_CANCELLED
        );
        let found: Vec<PaidBack> = sql::all(ctx.tx, text, [rowset::bind(rows)]).await?;
        for row in found {
            if let Some(order) = self
                .known
                .values_mut()
                .find(|order| order.id == row.order_id)
            {
                order.refunded = row.amount;
            }
        }
        Ok(())
    }

    /// Returns an order by its number.
    pub(super) fn get_mut(&mut self, order_no: &str) -> Option<&mut Order> {
        self.known.get_mut(order_no)
    }

    /// Adds a new order and returns its id.
    pub(super) fn add(&mut self, ctx: Ctx<'_>, draft: &OrderDraft, new: NewOrder) -> i64 {
        let id = ctx.ids.next_raw();
        let row = OrderRow {
            workspace: ctx.workspace,
            profile: new.profile,
            id,
            order_no: &draft.order_no,
            occurred_at: new.occurred_at,
            amount: new.amount,
            currency: draft.currency,
            n_lines: i64::try_from(draft.lines.len()).unwrap_or(i64::MAX),
            quantity: new.quantity,
            event: new.event_id,
        };
        self.new.push((row.order(), row.key()));
        let known = Order {
            profile: new.profile,
            id,
            amount: new.amount,
            currency: draft.currency.code().to_owned(),
            status: "completed".to_owned(),
            refunded: 0,
            is_changed: false,
        };
        self.known.insert(draft.order_no.clone(), known);
        id
    }

    /// Adds a line of a new order.
    pub(super) fn add_line(
        &mut self,
        ctx: Ctx<'_>,
        profile: i64,
        order: i64,
        line_no: usize,
        event_id: i64,
    ) {
        let line = LineRow {
            workspace: ctx.workspace,
            profile,
            order,
            line_no: line_no.to_string(),
            event: event_id,
        };
        self.lines.push(line.row());
    }

    /// Writes what is new and what changed.
    pub(super) async fn write(self, ctx: Ctx<'_>) -> Result<(), DbErr> {
        let (orders, keys) = self.new.into_iter().unzip();
        KEY.insert(ctx.tx, keys).await?;
        ORDER.insert(ctx.tx, orders).await?;
        LINE.insert(ctx.tx, self.lines).await?;
        let changed: Vec<_> = self
            .known
            .values()
            .filter(|order| order.is_changed)
            .map(|order| json!([order.profile, order.id, order.status]))
            .collect();
        if changed.is_empty() {
            return Ok(());
        }
        let rows = rowset::rows_of(
            ctx.tx.dialect(),
            "$1",
            &[
                ("profile_id", Col::Int),
                ("id", Col::Int),
                ("status", Col::Text),
            ],
        );
        let text = format!(
            "UPDATE purchase_order SET status = u.status FROM {rows} u
             WHERE purchase_order.profile_id = u.profile_id AND purchase_order.id = u.id"
        );
        sql::exec(ctx.tx, text, [rowset::bind(changed)])
            .await
            .map(|_| ())
    }
}
