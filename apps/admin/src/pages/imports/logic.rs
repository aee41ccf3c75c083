//! The mapping of a file, as `start` takes it, and its changes; without a browser.

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// What one column is taken as.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Column {
    #[expect(clippy::struct_field_names, reason = "the name on the wire")]
    pub(super) column: usize,
    pub(super) field: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) key: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) value_type: Option<String>,
}

/// A consent that every row brings.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Consent {
    pub(super) channel: String,
    pub(super) purpose: String,
    pub(super) source: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) text_version: Option<String>,
}

/// Which column means what, and how values are read.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Mapping {
    pub(super) version: u32,
    pub(super) has_header: bool,
    pub(super) n_columns: usize,
    #[serde(default)]
    pub(super) header: Vec<String>,
    pub(super) columns: Vec<Column>,
    #[serde(default)]
    pub(super) date_order: String,
    pub(super) time_zone: String,
    pub(super) currency: String,
    #[serde(default)]
    pub(super) consents: Vec<Consent>,
}

impl Mapping {
    /// Returns what a column is taken as; empty where it is left out.
    pub(super) fn field_of(&self, column: usize) -> String {
        self.of(column)
            .map(|own| own.field.clone())
            .unwrap_or_default()
    }

    pub(super) fn of(&self, column: usize) -> Option<&Column> {
        self.columns.iter().find(|own| own.column == column)
    }

    /// Takes a column as a field. A field that fits one column only is taken from the column that had it.
    pub(super) fn set(&mut self, column: usize, field: &str, name: &str) {
        let is_shared = matches!(field, "attribute" | "category");
        self.columns
            .retain(|own| own.column != column && (is_shared || own.field != field));
        if field.is_empty() {
            return;
        }
        let is_attribute = field == "attribute";
        self.columns.push(Column {
            column,
            field: field.to_owned(),
            key: is_attribute.then(|| key_of(name, column)),
            value_type: is_attribute.then(|| "text".to_owned()),
        });
        self.columns.sort_by_key(|own| own.column);
    }

    pub(super) fn set_key(&mut self, column: usize, key: &str) {
        for own in self.columns.iter_mut().filter(|own| own.column == column) {
            own.key = Some(key.trim().to_owned());
        }
    }

    pub(super) fn set_type(&mut self, column: usize, value_type: &str) {
        for own in self.columns.iter_mut().filter(|own| own.column == column) {
            own.value_type = Some(value_type.to_owned());
        }
    }
}

/// Makes an attribute's key from the name of its column.
fn key_of(name: &str, column: usize) -> String {
    let key: String = name
        .trim()
        .chars()
        .map(|c| if c.is_whitespace() { '_' } else { c })
        .flat_map(char::to_lowercase)
        .take(64)
        .collect();
    if key.is_empty() {
        format!("column_{}", column + 1)
    } else {
        key
    }
}

/// Returns the fields of a previewed row as name and text.
pub(super) fn told(row: &Value) -> Vec<(String, String)> {
    let Some(fields) = row.as_object() else {
        return Vec::new();
    };
    let pair = |(name, value): (&String, &Value)| Some((name.clone(), text(value)?));
    fields.iter().filter_map(pair).collect()
}

fn text(value: &Value) -> Option<String> {
    match value {
        Value::Null => None,
        Value::String(text) => Some(text.clone()),
        Value::Array(items) => {
            let items: Vec<String> = items.iter().filter_map(text).collect();
            Some(items.join(", "))
        }
        Value::Object(fields) => {
            let pair = |(name, value): (&String, &Value)| Some(format!("{name}: {}", text(value)?));
            let pairs: Vec<String> = fields.iter().filter_map(pair).collect();
            Some(pairs.join(", "))
        }
        other => Some(other.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_field_moves_to_the_column_last_chosen() {
        let mut mapping = Mapping::default();
        mapping.set(0, "email", "mail");
        mapping.set(2, "email", "mail2");
        assert_eq!(mapping.field_of(0), "");
        assert_eq!(mapping.field_of(2), "email");
        mapping.set(2, "", "");
        assert!(mapping.columns.is_empty());
    }

    #[test]
    fn several_columns_may_be_attributes() {
        let mut mapping = Mapping::default();
        mapping.set(0, "attribute", "Shop Rank");
        mapping.set(1, "attribute", "");
        let keys: Vec<_> = mapping.columns.iter().map(|own| own.key.clone()).collect();
        assert_eq!(
            keys,
            [Some("shop_rank".to_owned()), Some("column_2".to_owned())]
        );
        mapping.set_type(1, "number");
        assert_eq!(mapping.of(1).unwrap().value_type.as_deref(), Some("number"));
    }

    #[test]
    fn a_row_is_told_in_pairs() {
        let row =
            serde_json::json!({ "email": "a@b.jp", "attributes": { "rank": "gold" }, "x": null });
        let told = told(&row);
        assert!(told.contains(&("email".to_owned(), "a@b.jp".to_owned())));
        assert!(told.contains(&("attributes".to_owned(), "rank: gold".to_owned())));
        assert_eq!(told.len(), 2);
    }
}
