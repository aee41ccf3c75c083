//! The three tables of orders, written alike by messages and by files.
//!
//! `order_key` makes an order number unique for ever, `purchase_order` holds what it amounts to, and
//! `order_line` which of its lines are known, each with its event.

use kernel::{id::WorkspaceId, money::Currency};
use storage::{
    Value,
    bulk::{Bulk, ColumnType},
};

const ORDER_COLUMNS: &[(&str, ColumnType)] = &[
    ("workspace_id", ColumnType::Int),
    ("profile_id", ColumnType::Int),
    ("id", ColumnType::Int),
    ("order_no", ColumnType::Text),
    ("occurred_at", ColumnType::Int),
    ("amount", ColumnType::Int),
    ("currency", ColumnType::Text),
    ("n_lines", ColumnType::Int),
    ("quantity", ColumnType::Int),
    ("status", ColumnType::Text),
    ("event_id", ColumnType::Int),
];

/// New orders.
pub(crate) const ORDER: Bulk = Bulk {
    table: "purchase_order",
    columns: ORDER_COLUMNS,
    suffix: "",
};

/// Orders of which a file brings some lines: what is there already grows by them.
pub(crate) const GROWING_ORDER: Bulk = Bulk {
    table: "purchase_order",
    columns: ORDER_COLUMNS,
    suffix: "ON CONFLICT (profile_id, id) DO UPDATE SET amount = purchase_order.amount + excluded.amount,
             n_lines = purchase_order.n_lines + excluded.n_lines,
             quantity = purchase_order.quantity + excluded.quantity",
};

/// Numbers of new orders.
pub(crate) const KEY: Bulk = Bulk {
    table: "order_key",
    columns: &[
        ("workspace_id", ColumnType::Int),
        ("order_no", ColumnType::Text),
        ("profile_id", ColumnType::Int),
        ("order_id", ColumnType::Int),
    ],
    suffix: "",
};

/// Lines of orders.
pub(crate) const LINE: Bulk = Bulk {
    table: "order_line",
    columns: &[
        ("workspace_id", ColumnType::Int),
        ("profile_id", ColumnType::Int),
        ("order_id", ColumnType::Int),
        ("line_no", ColumnType::Text),
        ("event_id", ColumnType::Int),
    ],
    suffix: "",
};

/// An order that was completed, or what a file adds to it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct OrderRow<'a> {
    pub(crate) workspace: WorkspaceId,
    pub(crate) profile: i64,
    pub(crate) id: i64,
    pub(crate) order_no: &'a str,
    pub(crate) occurred_at: i64,
    pub(crate) amount: i64,
    pub(crate) currency: Currency,
    pub(crate) n_lines: i64,
    pub(crate) quantity: i64,
    pub(crate) event: i64,
}

impl OrderRow<'_> {
    /// Returns the row of [`ORDER`] or [`GROWING_ORDER`].
    pub(crate) fn order(&self) -> Vec<Value> {
        vec![
            self.workspace.raw().into(),
            self.profile.into(),
            self.id.into(),
            self.order_no.into(),
            self.occurred_at.into(),
            self.amount.into(),
            self.currency.code().into(),
            self.n_lines.into(),
            self.quantity.into(),
            "completed".into(),
            self.event.into(),
        ]
    }

    /// Returns the row of [`KEY`].
    pub(crate) fn key(&self) -> Vec<Value> {
        vec![
            self.workspace.raw().into(),
            self.order_no.into(),
            self.profile.into(),
            self.id.into(),
        ]
    }
}

/// One line of an order.
#[derive(Debug, Clone)]
pub(crate) struct LineRow {
    pub(crate) workspace: WorkspaceId,
    pub(crate) profile: i64,
    pub(crate) order: i64,
    pub(crate) line_no: String,
    pub(crate) event: i64,
}

impl LineRow {
    /// Returns the row of [`LINE`].
    pub(crate) fn row(self) -> Vec<Value> {
        vec![
            self.workspace.raw().into(),
            self.profile.into(),
            self.order.into(),
            self.line_no.into(),
            self.event.into(),
        ]
    }
}
