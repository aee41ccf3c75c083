//! What templates see of each person: a whole batch with few statements.

use std::collections::HashMap;

use kernel::{
    id::{ProfileId, WorkspaceId},
    time::Millis,
};
use offers::Blocks;
use sea_orm::{ConnectionTrait, DbErr, FromQueryResult};
use serde_json::{Value as Json, json};
use storage::{Dialect, sql};

use super::letter::{Letter, Part};
use crate::rowset;

/// What a template sees of a person.
#[derive(Debug, Clone)]
pub struct PersonData {
    /// The person's language, where it is known.
    pub locale: Option<String>,
    /// The name beside the address.
    pub name: String,
    /// The variables.
    pub variables: Json,
}

#[derive(FromQueryResult)]
struct Row {
    id: i64,
    email: Option<String>,
    family_name: Option<String>,
    given_name: Option<String>,
    full_name: Option<String>,
    locale: Option<String>,
    attributes: Json,
}

/// Reads what the template of a letter needs of these people.
///
/// # Errors
/// When the database does not answer.
pub async fn person_data(
    db: &impl ConnectionTrait,
    blocks: &Blocks,
    workspace: WorkspaceId,
    letter: &Letter,
    people: &[ProfileId],
    now: Millis,
) -> Result<HashMap<ProfileId, PersonData>, DbErr> {
    let dialect = Dialect::of(db.get_database_backend());
    let text = format!(
        "SELECT p.id, p.email, p.family_name, p.given_name, p.full_name, p.locale, p.attributes FROM {} u
         CROSS JOIN profile p WHERE p.id = u.value AND p.workspace_id = $1",
        rowset::numbers(dialect, "$2")
    );
    let ids = people.iter().map(|id| id.raw());
    let binds = [workspace.raw().into(), rowset::bind_numbers(ids)];
    let rows: Vec<Row> = sql::all(db, text, binds).await?;
    let mut found: HashMap<ProfileId, PersonData> = rows
        .into_iter()
        .map(|row| (ProfileId::from_raw(row.id), customer(row)))
        .collect();
    if letter.uses(Part::Products) {
        let wanted = letter.popular();
        let products = blocks.popular(db, workspace, now, wanted, people).await?;
        for (person, cards) in products {
            set(&mut found, person, "products", serde_json::to_value(cards));
        }
    }
    if letter.uses(Part::LastOrder) {
        for (person, order) in blocks.last_orders(db, workspace, people).await? {
            set(
                &mut found,
                person,
                "last_order",
                serde_json::to_value(order),
            );
        }
    }
    Ok(found)
}

fn set(
    found: &mut HashMap<ProfileId, PersonData>,
    person: ProfileId,
    name: &str,
    value: Result<Json, serde_json::Error>,
) {
    let variables = found
        .get_mut(&person)
        .and_then(|data| data.variables.as_object_mut());
    if let (Some(variables), Ok(value)) = (variables, value) {
        variables.insert(name.to_owned(), value);
    }
}

fn customer(row: Row) -> PersonData {
    let both = [row.family_name.as_deref(), row.given_name.as_deref()];
    let joined = both.into_iter().flatten().collect::<Vec<_>>().join(" ");
    let name = row
        .full_name
        .filter(|name| !name.is_empty())
        .unwrap_or(joined);
    let variables = json!({"customer": {
        "name": name,
        "first_name": row.given_name,
        "last_name": row.family_name,
        "email": row.email,
        "locale": row.locale,
        "attributes": row.attributes,
    }});
    PersonData {
        locale: row.locale,
        name,
        variables,
    }
}
