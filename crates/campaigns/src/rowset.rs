//! Many rows in one bind: one statement text for any number of rows, so it is prepared once.

use serde_json::Value as Json;
use storage::{Dialect, Value};

/// The type of a column of a set.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Col {
    /// 64-bit integer.
    Int,
    /// Text.
    Text,
}

impl Col {
    const fn postgres(self) -> &'static str {
        match self {
            Self::Int => "bigint",
            Self::Text => "text",
        }
    }
}

/// Returns a `FROM` item named `v` with these columns, read from the JSON array in `bind`.
pub(crate) fn rows(dialect: Dialect, bind: &str, columns: &[(&str, Col)]) -> String {
    match dialect {
        Dialect::Postgres => {
            let types: Vec<String> = columns
                .iter()
                .map(|(name, col)| format!("{name} {}", col.postgres()))
                .collect();
            format!(
                "jsonb_to_recordset({bind}::text::jsonb) AS v({})",
                types.join(", ")
            )
        }
        Dialect::Sqlite => {
            let fields: Vec<String> = columns
                .iter()
                .map(|(name, _)| format!("value ->> '$.{name}' AS {name}"))
                .collect();
            format!("(SELECT {} FROM json_each({bind})) AS v", fields.join(", "))
        }
    }
}

/// Returns a sub-select of the numbers in `bind`, in a column `value`.
///
/// Put it before `CROSS JOIN`: SQLite then looks each number up. Under `workspace_id = … AND id IN (…)` it
/// walks the whole workspace instead, since it cannot know how short the list is.
pub(crate) fn numbers(dialect: Dialect, bind: &str) -> String {
    match dialect {
        Dialect::Postgres => {
            format!(
                "(SELECT value::bigint AS value FROM jsonb_array_elements_text({bind}::text::jsonb))"
            )
        }
        Dialect::Sqlite => format!("(SELECT value FROM json_each({bind}))"),
    }
}

/// Makes the bind of a set of rows.
pub(crate) fn bind(rows: Vec<Json>) -> Value {
    Json::Array(rows).to_string().into()
}

/// Makes the bind of a set of numbers.
pub(crate) fn bind_numbers(numbers: impl IntoIterator<Item = i64>) -> Value {
    bind(numbers.into_iter().map(Json::from).collect())
}
