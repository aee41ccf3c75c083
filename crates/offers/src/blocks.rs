//! Product blocks of messages, worked out for many customers at once.
//!
//! What everybody shares (the products bought most) is cached for some minutes; what is a customer's own
//! (bought already, last order) is read with one statement per batch, because a send renders thousands of
//! people a second.

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};

use kernel::{
    id::{ProfileId, WorkspaceId},
    time::{DAY, MINUTE, Millis},
};
use parking_lot::Mutex;
use profiles::names;
use sea_orm::{ConnectionTrait, DbErr, FromQueryResult};
use serde::Serialize;
use serde_json::Value as Json;
use storage::{Dialect, Value, sql};

use crate::store::within;

/// How long the list of what is bought most is good.
const FRESH: i64 = 10 * MINUTE;
/// How many products are kept to choose from once a customer's own are left out.
const CANDIDATES: i64 = 200;

/// Which popular products are wanted.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Popular {
    /// How many days back purchases count.
    pub days: u16,
    /// Only products of this category path and below.
    pub category: Option<String>,
    /// How many per customer, at most 50.
    pub n: usize,
}

/// A product as a template sees it: `products[]`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ProductCard {
    /// Its id, for counting what was offered.
    #[serde(skip)]
    pub id: i64,
    /// Name.
    pub name: String,
    /// Price in minor units.
    pub price: Option<i64>,
    /// Currency of the price.
    pub currency: Option<String>,
    /// Address of a picture.
    pub image_url: Option<String>,
    /// Address of the product page.
    pub url: Option<String>,
    /// Category path.
    pub category: Option<String>,
}

/// A customer's last order as a template sees it: `last_order`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LastOrder {
    /// Order number.
    pub number: String,
    /// When it was placed.
    pub placed_at: Millis,
    /// Amount in minor units.
    pub amount: i64,
    /// Currency.
    pub currency: String,
    /// Its lines.
    pub items: Vec<OrderItem>,
}

/// A line of an order as a template sees it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct OrderItem {
    /// Product name, or its code when the catalogue does not know it.
    pub name: String,
    /// How many.
    pub quantity: i64,
    /// Price of the line, all its pieces, in minor units: what was paid, whatever a single one cost.
    pub price: i64,
    /// Currency.
    pub currency: String,
    /// Address of a picture.
    pub image_url: Option<String>,
    /// Address of the product page.
    pub url: Option<String>,
}

type Key = (i64, u16, Option<String>);

/// A finished list and the instant until which it is fresh.
type Kept = (Millis, Arc<Vec<ProductCard>>);

/// Works out product blocks; one per process.
#[derive(Default)]
pub struct Blocks {
    popular: Mutex<HashMap<Key, Kept>>,
}

#[derive(FromQueryResult)]
struct CardRow {
    id: i64,
    name: String,
    price: Option<i64>,
    currency: Option<String>,
    image_url: Option<String>,
    url: Option<String>,
    category: Option<String>,
}

#[derive(FromQueryResult)]
struct OwnedRow {
    profile_id: i64,
    product_id: i64,
}

#[derive(FromQueryResult)]
struct OrderRow {
    profile_id: i64,
    order_no: String,
    occurred_at: i64,
    amount: i64,
    currency: String,
}

#[derive(FromQueryResult)]
struct ItemRow {
    profile_id: i64,
    sku: Option<String>,
    name: Option<String>,
    quantity: Option<i64>,
    amount: Option<i64>,
    image_url: Option<String>,
    url: Option<String>,
}

impl Blocks {
    /// Returns, for each customer, the products that others bought most and the customer has not bought.
    ///
    /// Only products on sale and in stock; fewer than asked when there are no more.
    pub async fn popular(
        &self,
        db: &impl ConnectionTrait,
        workspace: WorkspaceId,
        now: Millis,
        wanted: &Popular,
        people: &[ProfileId],
    ) -> Result<HashMap<ProfileId, Vec<ProductCard>>, DbErr> {
        let top = self.top(db, workspace, now, wanted).await?;
        let owned = owned(db, people, &top).await?;
        let n = wanted.n.min(50);
        Ok(people
            .iter()
            .map(|person| {
                let is_new = |card: &&ProductCard| !owned.contains(&(person.raw(), card.id));
                (
                    *person,
                    top.iter().filter(is_new).take(n).cloned().collect(),
                )
            })
            .collect())
    }

    async fn top(
        &self,
        db: &impl ConnectionTrait,
        workspace: WorkspaceId,
        now: Millis,
        wanted: &Popular,
    ) -> Result<Arc<Vec<ProductCard>>, DbErr> {
        let key = (workspace.raw(), wanted.days, wanted.category.clone());
        if let Some((until, cards)) = self.popular.lock().get(&key)
            && *until > now
        {
            return Ok(cards.clone());
        }
        let mut binds: Vec<Value> = vec![
            workspace.raw().into(),
            now.plus(-DAY * i64::from(wanted.days)).0.into(),
            CANDIDATES.into(),
        ];
        let below = wanted.category.as_ref().map(|path| {
            binds.push(path.clone().into());
            within("p.category", 4)
        });
        // Buyers, not pieces: one bulk buyer makes no favourite.
        let text = format!(
            "SELECT p.id, p.name, p.price, p.currency, p.image_url, p.url, p.category
             FROM (SELECT product_id, COUNT(DISTINCT profile_id) AS n FROM event
                   WHERE workspace_id = $1 AND name_id = {purchased} AND occurred_at >= $2 AND product_id IS NOT NULL
                   GROUP BY product_id) t
             JOIN product p ON p.id = t.product_id
             WHERE p.workspace_id = $1 AND p.is_active AND (p.stock IS NULL OR p.stock > 0){below}
             ORDER BY t.n DESC, p.id LIMIT $3",
            purchased = names::PRODUCT_PURCHASED,
            below = below.unwrap_or_default()
        );
        let rows: Vec<CardRow> = sql::all(db, text, binds).await?;
        let cards = Arc::new(rows.into_iter().map(ProductCard::from).collect::<Vec<_>>());
        let mut popular = self.popular.lock();
        popular.retain(|_, (until, _)| *until > now);
        popular.insert(key, (now.plus(FRESH), cards.clone()));
        Ok(cards)
    }

    /// Returns the last order of each customer who has one.
    pub async fn last_orders(
        &self,
        db: &impl ConnectionTrait,
        workspace: WorkspaceId,
        people: &[ProfileId],
    ) -> Result<HashMap<ProfileId, LastOrder>, DbErr> {
        let last = format!(
            "FROM {people} u JOIN purchase_order o ON o.profile_id = u.id AND o.workspace_id = $2
             AND o.id = (SELECT x.id FROM purchase_order x WHERE x.profile_id = u.id AND x.status = 'completed'
                         ORDER BY x.occurred_at DESC, x.id DESC LIMIT 1)",
            people = ids(db, "$1")
        );
        let binds = || {
            [
                bind(people.iter().map(|person| person.raw())),
                workspace.raw().into(),
            ]
        };
        let heads =
            format!("SELECT o.profile_id, o.order_no, o.occurred_at, o.amount, o.currency {last}");
        let heads: Vec<OrderRow> = sql::all(db, heads, binds()).await?;
        // Lines lie within a day of their order, which keeps the search in the customer's recent events.
        let items = format!(
            "SELECT e.profile_id, t.value AS sku, p.name, e.quantity, e.amount, p.image_url, p.url {last}
             JOIN event e ON e.profile_id = o.profile_id AND e.occurred_at >= o.occurred_at - {DAY}
                  AND e.occurred_at <= o.occurred_at + {DAY} AND e.order_id = o.id AND e.name_id = {purchased}
             LEFT JOIN term t ON t.id = e.product_id LEFT JOIN product p ON p.id = e.product_id
             ORDER BY e.profile_id, e.occurred_at, e.id",
            purchased = names::PRODUCT_PURCHASED
        );
        let items: Vec<ItemRow> = sql::all(db, items, binds()).await?;
        let mut orders: HashMap<ProfileId, LastOrder> = heads
            .into_iter()
            .map(|row| {
                let order = LastOrder {
                    number: row.order_no,
                    placed_at: Millis(row.occurred_at),
                    amount: row.amount,
                    currency: row.currency,
                    items: Vec::new(),
                };
                (ProfileId::from_raw(row.profile_id), order)
            })
            .collect();
        for row in items {
            if let Some(order) = orders.get_mut(&ProfileId::from_raw(row.profile_id)) {
                order.items.push(OrderItem {
                    name: row.name.or(row.sku).unwrap_or_default(),
                    quantity: row.quantity.unwrap_or(1),
                    price: row.amount.unwrap_or(0),
                    currency: order.currency.clone(),
                    image_url: row.image_url,
                    url: row.url,
                });
            }
        }
        Ok(orders)
    }
}

impl From<CardRow> for ProductCard {
    fn from(row: CardRow) -> Self {
        Self {
            id: row.id,
            name: row.name,
            price: row.price,
            currency: row.currency,
            image_url: row.image_url,
            url: row.url,
            category: row.category,
        }
    }
}

/// Which of the shown products each customer has bought already.
async fn owned(
    db: &impl ConnectionTrait,
    people: &[ProfileId],
    top: &[ProductCard],
) -> Result<HashSet<(i64, i64)>, DbErr> {
    if people.is_empty() || top.is_empty() {
        return Ok(HashSet::new());
    }
    let text = format!(
        "SELECT DISTINCT e.profile_id, e.product_id FROM {people} u CROSS JOIN event e
         WHERE e.profile_id = u.id AND e.name_id = {purchased} AND e.product_id IN (SELECT id FROM {shown} s)",
        people = ids(db, "$1"),
        shown = ids(db, "$2"),
        purchased = names::PRODUCT_PURCHASED
    );
    let binds = [
        bind(people.iter().map(|person| person.raw())),
        bind(top.iter().map(|card| card.id)),
    ];
    let rows: Vec<OwnedRow> = sql::all(db, text, binds).await?;
    Ok(rows
        .into_iter()
        .map(|row| (row.profile_id, row.product_id))
        .collect())
}

/// A sub-select of one column `id` out of a JSON bind: one statement text for any number of ids.
/// `LIMIT -1` keeps SQLite from scanning the joined table first.
pub(crate) fn ids(db: &impl ConnectionTrait, bind: &str) -> String {
    match Dialect::of(db.get_database_backend()) {
        Dialect::Sqlite => format!("(SELECT value AS id FROM json_each({bind}) LIMIT -1)"),
        Dialect::Postgres => format!(
            "(SELECT value::bigint AS id FROM json_array_elements_text({bind}::text::json))"
        ),
    }
}

pub(crate) fn bind(ids: impl Iterator<Item = i64>) -> Value {
    ids.collect::<Json>().to_string().into()
}
