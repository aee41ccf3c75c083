//! Many rows handed to one statement as a single JSON bind.
//!
//! The statement keeps one text whatever the number of rows, so it is prepared once, and no bind limit
//! is met. Used for look-ups and updates; plain inserts go through `storage::bulk`.
//!
//! Join a row set by `CROSS JOIN … WHERE`: SQLite then reads the rows first and searches the table for each.
//! With a plain join it may instead walk a whole workspace and read the JSON anew for every row of it.
//! PostgreSQL plans both alike.

use crate::{Dialect, Value};
use serde_json::Value as Json;

/// The type of a column of a row set.
#[derive(Debug, Clone, Copy)]
pub enum Col {
    /// 64-bit integer.
    Int,
    /// Text; JSON travels as text too.
    Text,
    /// Boolean.
    Bool,
}

/// Returns a parenthesised select that yields the rows of the JSON bind (an array of arrays).
pub fn rows_of(dialect: Dialect, bind: &str, columns: &[(&str, Col)]) -> String {
    let column = |(at, (name, kind)): (usize, &(&str, Col))| match (dialect, kind) {
        (Dialect::Sqlite, _) | (Dialect::Postgres, Col::Text) => {
            format!("r.value ->> {at} AS {name}")
        }
        (Dialect::Postgres, Col::Int) => format!("(r.value ->> {at})::bigint AS {name}"),
        (Dialect::Postgres, Col::Bool) => format!("(r.value ->> {at})::boolean AS {name}"),
    };
    let list: Vec<String> = columns.iter().enumerate().map(column).collect();
    let from = match dialect {
        Dialect::Sqlite => format!("json_each({bind}) r"),
        Dialect::Postgres => format!("json_array_elements({bind}::text::json) r"),
    };
    format!("(SELECT {} FROM {from})", list.join(", "))
}

/// Makes the bind for [`rows_of`].
pub fn bind(rows: Vec<Json>) -> Value {
    Json::Array(rows).to_string().into()
}

/// Makes the bind for [`ids_of`]: a plain array, which costs SQLite a third of an array of rows.
pub fn bind_ids(ids: impl IntoIterator<Item = i64>) -> Value {
    bind(ids.into_iter().map(Json::from).collect())
}

/// Returns the row set of one column `id`.
pub fn ids_of(dialect: Dialect, bind: &str) -> String {
    match dialect {
        Dialect::Sqlite => format!("(SELECT r.value AS id FROM json_each({bind}) r)"),
        Dialect::Postgres => format!(
            "(SELECT r.value::bigint AS id FROM json_array_elements_text({bind}::text::json) r)"
        ),
    }
}

/// Returns the row set of a plain array of texts: `place` from 0, and `value`. Made by [`bind`].
pub fn texts_of(dialect: Dialect, bind: &str) -> String {
    match dialect {
        Dialect::Sqlite => {
            format!("(SELECT r.key AS place, r.value AS value FROM json_each({bind}) r)")
        }
        Dialect::Postgres => format!(
            "(SELECT r.place - 1 AS place, r.value FROM json_array_elements_text({bind}::text::json)
              WITH ORDINALITY r(value, place))"
        ),
    }
}
