//! A customer's orders with their lines.

use kernel::{
    id::{OrderId, ProductId, ProfileId, WorkspaceId},
    page::{Page, PageRequest},
    time::{DAY, Millis},
};
use sea_orm::{ConnectionTrait, DbErr, FromQueryResult};
use storage::sql;

use super::CustomerError;
use crate::names;

/// An order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Order {
    /// The order.
    pub id: OrderId,
    /// Its number in the shop's own system.
    pub order_no: String,
    /// When it was placed.
    pub occurred_at: Millis,
    /// Amount in minor units.
    pub amount: i64,
    /// Currency.
    pub currency: String,
    /// How many pieces.
    pub quantity: i64,
    /// `completed`, `refunded` or `cancelled`.
    pub status: String,
    /// Its lines.
    pub lines: Vec<OrderLine>,
}

/// A line of an order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OrderLine {
    /// The product.
    pub product: Option<ProductId>,
    /// Product code.
    pub sku: Option<String>,
    /// Category path.
    pub category: Option<String>,
    /// How many.
    pub quantity: i64,
    /// Amount of the line in minor units.
    pub amount: i64,
}

#[derive(FromQueryResult)]
struct OrderRow {
    id: i64,
    order_no: String,
    occurred_at: i64,
    amount: i64,
    currency: String,
    quantity: i64,
    status: String,
}

#[derive(FromQueryResult)]
struct LineRow {
    order_id: i64,
    product_id: Option<i64>,
    sku: Option<String>,
    category: Option<String>,
    quantity: Option<i64>,
    amount: Option<i64>,
}

/// Lists a customer's orders, newest first.
pub async fn orders(
    db: &impl ConnectionTrait,
    workspace: WorkspaceId,
    profile: ProfileId,
    page: &PageRequest,
) -> Result<Page<Order>, CustomerError> {
    let [at, id] = page.position()?.unwrap_or([i64::MAX; 2]);
    let limit = page.limit();
    let rows: Vec<OrderRow> = sql::all(
        db,
        "SELECT id, order_no, occurred_at, amount, currency, quantity, status FROM purchase_order
         WHERE profile_id = $1 AND workspace_id = $2 AND (occurred_at, id) < ($3, $4)
         ORDER BY occurred_at DESC, id DESC LIMIT $5",
        [
            profile.raw().into(),
            workspace.raw().into(),
            at.into(),
            id.into(),
            (limit.cast_signed() + 1).into(),
        ],
    )
    .await?;
    let mut page = Page::cut(rows, limit, |row| vec![row.occurred_at, row.id]).map(|row| Order {
        id: OrderId::from_raw(row.id),
        order_no: row.order_no,
        occurred_at: Millis(row.occurred_at),
        amount: row.amount,
        currency: row.currency,
        quantity: row.quantity,
        status: row.status,
        lines: Vec::new(),
    });
    let span = page.items.iter().map(|order| order.occurred_at.0);
    if let (Some(first), Some(last)) = (span.clone().min(), span.max()) {
        for line in lines(db, profile, first - DAY, last + DAY).await? {
            if let Some(order) = page
                .items
                .iter_mut()
                .find(|order| order.id.raw() == line.order_id)
            {
                order.lines.push(OrderLine {
                    product: line.product_id.map(ProductId::from_raw),
                    sku: line.sku,
                    category: line.category,
                    quantity: line.quantity.unwrap_or(1),
                    amount: line.amount.unwrap_or(0),
                });
            }
        }
    }
    Ok(page)
}

/// Lines lie within a day of their order: the events of that span hold them all.
async fn lines(
    db: &impl ConnectionTrait,
    profile: ProfileId,
    from: i64,
    to: i64,
) -> Result<Vec<LineRow>, DbErr> {
    let text = format!(
        "SELECT e.order_id, e.product_id, t.value AS sku, c.value AS category, e.quantity, e.amount FROM event e
         LEFT JOIN term t ON t.id = e.product_id LEFT JOIN term c ON c.id = e.category_id
         WHERE e.profile_id = $1 AND e.occurred_at BETWEEN $2 AND $3 AND e.name_id = {} AND e.order_id IS NOT NULL
         ORDER BY e.occurred_at, e.id",
        names::PRODUCT_PURCHASED
    );
    sql::all(db, text, [profile.raw().into(), from.into(), to.into()]).await
}
