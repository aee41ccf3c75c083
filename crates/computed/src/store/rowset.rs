//! A list of ids handed to a statement as one JSON bind; it stands before `CROSS JOIN`, so that SQLite reads it first.

use serde_json::Value as Json;
use storage::{Dialect, Value};

pub(super) fn ids_of(dialect: Dialect, bind: &str) -> String {
    match dialect {
        Dialect::Sqlite => format!("(SELECT r.value AS id FROM json_each({bind}) r)"),
        Dialect::Postgres => format!(
            "(SELECT r.value::bigint AS id FROM json_array_elements_text({bind}::text::json) r)"
        ),
    }
}

pub(super) fn bind(ids: impl IntoIterator<Item = i64>) -> Value {
    let ids = ids.into_iter().map(Json::from);
    Json::Array(ids.collect()).to_string().into()
}
