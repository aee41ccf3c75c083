//! What customers did beside buying, as the formulas of computed attributes want it: events of some names, no machine's.

use std::collections::{BTreeMap, BTreeSet};

use kernel::id::WorkspaceId;
use sea_orm::{ConnectionTrait, DbErr, FromQueryResult};
use serde_json::{Map, Value as Json};
use storage::{Dialect, sql};

use super::bought::Person;
use crate::{event::MACHINE, names, rowset};

/// Something that a customer did.
#[derive(Debug, Clone, PartialEq)]
pub struct Act {
    /// The event.
    pub id: i64,
    /// When, in milliseconds.
    pub at: i64,
    /// Its name.
    pub name: String,
    /// Its properties, where they are wanted.
    pub properties: Map<String, Json>,
}

/// What formulas want to know of customers beside their orders.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Wanted {
    /// Of which events, by number.
    pub names: BTreeMap<i32, String>,
    /// Of which of them the properties, too.
    pub with_properties: BTreeSet<i32>,
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
        let text = format!(
            "SELECT e.profile_id, e.id, e.occurred_at, e.name_id, {properties} AS properties
             FROM {ids} u CROSS JOIN event e
             WHERE e.profile_id = u.id AND +e.workspace_id = $1 AND (e.flags & {MACHINE}) = 0 AND e.name_id IN ({names})
             ORDER BY e.profile_id, e.occurred_at, e.id"
        );
        let rows: Vec<ActRow> = sql::all(db, text, binds()).await?;
        for row in rows {
            let name = wanted.names.get(&row.name_id).cloned().unwrap_or_default();
            if let Some(person) = of(people, row.profile_id) {
                person.acts.push(Act {
                    id: row.id,
                    at: row.occurred_at,
                    name,
                    properties: object(row.properties.unwrap_or_default()),
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
