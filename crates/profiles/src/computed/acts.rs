//! What customers did beside buying, as the formulas of computed attributes want it: events of some names, no machine's.

use std::collections::{BTreeMap, BTreeSet};

use kernel::id::WorkspaceId;
use sea_orm::{ConnectionTrait, DbErr, FromQueryResult};
use serde_json::{Map, Value as Json};
use storage::{Dialect, sql};

use super::bought::Person;
use crate::{bulk::FOREIGN, event::MACHINE, names, rowset};

/// Something that a customer did.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Act {
    /// The event.
    pub id: i64,
    /// When, in milliseconds.
    pub at: i64,
    /// Its name.
    pub name: String,
    /// Its properties, where they are wanted.
    pub properties: Map<String, Json>,
    /// What it was about, where that is wanted.
    pub goods: Goods,
}

/// The goods that an event was about, as it recorded them: what the catalogue says later changes nothing.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Goods {
    /// The product's code.
    pub sku: Option<String>,
    /// Category path, `A > B > C`.
    pub category: Option<String>,
    /// What one of them cost, in minor units of the workspace's currency.
    pub price: Option<i64>,
    /// The order that it was bought with.
    pub order: Option<i64>,
}

/// What formulas want to know of customers beside their orders.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Wanted {
    /// Of which events, by number.
    pub names: BTreeMap<i32, String>,
    /// Of which of them the properties, too.
    pub with_properties: BTreeSet<i32>,
    /// Of which of them the goods, too.
    pub with_goods: BTreeSet<i32>,
    /// Whether the attributes.
    pub attributes: Attributes,
}

/// Whether attributes are wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Attributes {
    /// They are not.
    #[default]
    Without,
    /// They are.
    With,
}

#[derive(FromQueryResult)]
struct NameRow {
    id: i32,
    name: String,
}

/// Finds the numbers of event names; what has never happened has none.
///
/// # Errors
/// When the database does not answer.
pub async fn numbers(
    db: &impl ConnectionTrait,
    workspace: WorkspaceId,
    wanted: &BTreeSet<String>,
) -> Result<BTreeMap<i32, String>, DbErr> {
    let fixed = |name: &String| Some((names::fixed_id(name)?, name.clone()));
    let mut found: BTreeMap<i32, String> = wanted.iter().filter_map(fixed).collect();
    if found.len() < wanted.len() {
        let text = "SELECT id, name FROM event_name WHERE workspace_id = $1";
        let rows: Vec<NameRow> = sql::all(db, text, [workspace.raw().into()]).await?;
        let own = rows.into_iter().filter(|row| wanted.contains(&row.name));
        found.extend(own.map(|row| (row.id, row.name)));
    }
    Ok(found)
}

#[derive(FromQueryResult)]
struct ActRow {
    profile_id: i64,
    id: i64,
    occurred_at: i64,
    name_id: i32,
    properties: Option<Json>,
    sku: Option<String>,
    category: Option<String>,
    amount: Option<i64>,
    quantity: Option<i64>,
    order_id: Option<i64>,
    flags: i32,
}

impl ActRow {
    fn goods(&self) -> Goods {
        let amount = self.amount.filter(|_| self.flags & FOREIGN == 0);
        Goods {
            sku: self.sku.clone(),
            category: self.category.clone(),
            price: amount.and_then(|amount| price(amount, self.quantity.unwrap_or(1))),
            order: self.order_id,
        }
    }
}

/// What one of so many cost, rounded half up; nothing that was given away or taken back has a price.
fn price(amount: i64, quantity: i64) -> Option<i64> {
    let is_sold = amount > 0 && quantity > 0;
    is_sold.then(|| amount.saturating_add(quantity / 2) / quantity)
}

#[derive(FromQueryResult)]
struct AttributesRow {
    id: i64,
    attributes: Json,
}

/// Gives customers, by their ids in order, what they did and what is known of them.
pub(super) async fn add(
    db: &impl ConnectionTrait,
    workspace: WorkspaceId,
    wanted: &Wanted,
    people: &mut [Person],
) -> Result<(), DbErr> {
    let ids = rowset::ids_of(Dialect::of(db.get_database_backend()), "$2");
    let list: Vec<i64> = people.iter().map(|person| person.id).collect();
    let binds = || {
        [
            workspace.raw().into(),
            rowset::bind_ids(list.iter().copied()),
        ]
    };
    if !wanted.names.is_empty() {
        // Numbers of our own need no binds.
        let names = numbers_of(wanted.names.keys());
        let properties = if wanted.with_properties.is_empty() {
            "NULL".to_owned()
        } else {
            let with = numbers_of(&wanted.with_properties);
            format!("CASE WHEN e.name_id IN ({with}) THEN e.properties END")
        };
        let (goods, terms) = goods_of(wanted);
        let text = format!(
            "SELECT e.profile_id, e.id, e.occurred_at, e.name_id, {properties} AS properties, {goods},
               e.amount, e.quantity, e.order_id, e.flags
             FROM {ids} u CROSS JOIN event e {terms}
             WHERE e.profile_id = u.id AND +e.workspace_id = $1 AND (e.flags & {MACHINE}) = 0 AND e.name_id IN ({names})
             ORDER BY e.profile_id, e.occurred_at, e.id"
        );
        let rows: Vec<ActRow> = sql::all(db, text, binds()).await?;
        for row in rows {
            let name = wanted.names.get(&row.name_id).cloned().unwrap_or_default();
            let goods = if wanted.with_goods.contains(&row.name_id) {
                row.goods()
            } else {
                Goods::default()
            };
            if let Some(person) = of(people, row.profile_id) {
                person.acts.push(Act {
                    id: row.id,
                    at: row.occurred_at,
                    name,
                    properties: object(row.properties.unwrap_or_default()),
                    goods,
                });
            }
        }
    }
    if wanted.attributes == Attributes::With {
        let text = format!(
            "SELECT p.id, p.attributes FROM {ids} u CROSS JOIN profile p WHERE p.id = u.id AND +p.workspace_id = $1"
        );
        let rows: Vec<AttributesRow> = sql::all(db, text, binds()).await?;
        for row in rows {
            if let Some(person) = of(people, row.id) {
                person.attributes = super::without(&object(row.attributes));
            }
        }
    }
    Ok(())
}

/// Returns the columns of what events were about, and where they come from.
fn goods_of(wanted: &Wanted) -> (&'static str, String) {
    if wanted.with_goods.is_empty() {
        return ("NULL AS sku, NULL AS category", String::new());
    }
    let with = numbers_of(&wanted.with_goods);
    let terms = format!(
        "LEFT JOIN term s ON s.id = e.product_id AND e.name_id IN ({with})
         LEFT JOIN term c ON c.id = e.category_id AND e.name_id IN ({with})"
    );
    ("s.value AS sku, c.value AS category", terms)
}

fn of(people: &mut [Person], id: i64) -> Option<&mut Person> {
    let place = people.binary_search_by_key(&id, |person| person.id).ok()?;
    people.get_mut(place)
}

fn object(json: Json) -> Map<String, Json> {
    match json {
        Json::Object(map) => map,
        _ => Map::new(),
    }
}

fn numbers_of<'a>(names: impl IntoIterator<Item = &'a i32>) -> String {
    let all: Vec<String> = names.into_iter().map(ToString::to_string).collect();
    all.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_price_is_of_one_and_rounded_half_up() {
        for (amount, quantity, one) in [
            (300, 2, Some(150)),
            (301, 2, Some(151)),
            (100, 3, Some(33)),
            (0, 1, None),
            (-5, 1, None),
            (100, 0, None),
            (100, -1, None),
            (i64::MAX, 1, Some(i64::MAX)),
        ] {
            assert_eq!(price(amount, quantity), one, "{amount} of {quantity}");
        }
    }
}
