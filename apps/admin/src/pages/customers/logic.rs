//! What the customer pages decide without a browser.

use api_types::customers::{AttributeValue, CustomerCount, CustomerFacts, CustomerView};
use serde_json::Value;

use crate::{format, i18n as t};

/// Returns what a customer is called; one without a name has words that say so.
pub(super) fn name(full_name: Option<&str>, is_anonymous: bool) -> String {
    match full_name.map(str::trim).filter(|name| !name.is_empty()) {
        Some(name) => name.to_owned(),
        None if is_anonymous => t::customers::nameless_visitor().to_owned(),
        None => t::customers::nameless().to_owned(),
    }
}

/// Says how many a list has.
pub(super) fn how_many(found: CustomerCount) -> String {
    if found.is_more {
        t::customers::people_more(found.count)
    } else {
        t::customers::people(found.count)
    }
}

/// Writes an attribute for reading.
pub(super) fn shown(value: &Value) -> String {
    match value {
        Value::Null => "–".to_owned(),
        Value::Bool(true) => t::customers::yes().to_owned(),
        Value::Bool(false) => t::customers::no().to_owned(),
        Value::Number(number) => number
            .as_i64()
            .map_or_else(|| number.to_string(), format::integer),
        Value::String(text) => day_or_text(text),
        Value::Array(items) => items
            .iter()
            .map(shown)
            .collect::<Vec<_>>()
            .join(t::customers::comma()),
        other @ Value::Object(_) => other.to_string(),
    }
}

/// A day or an instant reads as a date, anything else as it stands.
fn day_or_text(text: &str) -> String {
    if let Some(day) = yearless(text) {
        return day;
    }
    let day = chrono::NaiveDate::parse_from_str(text, "%Y-%m-%d");
    if let Some(noon) = day.ok().and_then(|day| day.and_hms_opt(12, 0, 0)) {
        return format::date(format::zone::instant(noon));
    }
    match format::millis(text) {
        0 => text.to_owned(),
        at => format::date_time(at),
    }
}

/// A day whose year is not known: `--07-14`.
fn yearless(text: &str) -> Option<String> {
    let (month, day) = text.strip_prefix("--")?.split_once('-')?;
    let (month, day): (i64, i64) = (month.parse().ok()?, day.parse().ok()?);
    Some(t::customers::Yearless { day, month }.say())
}

/// Writes an attribute for a text field.
pub(super) fn typed(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        Value::Array(items) => items.iter().map(typed).collect::<Vec<_>>().join(", "),
        other => other.to_string(),
    }
}

/// Reads what was typed for an attribute; empty takes it away. `None` where it does not fit the type.
pub(super) fn value(text: &str, value_type: &str) -> Option<Value> {
    let text = text.trim();
    if text.is_empty() {
        return Some(Value::Null);
    }
    match value_type {
        "number" => match format::number::parse(text) {
            Some(whole) => Some(whole.into()),
            None => text.parse::<f64>().ok().map(Value::from),
        },
        "boolean" => match text {
            "true" => Some(true.into()),
            "false" => Some(false.into()),
            _ => None,
        },
        "list" => {
            let items = text
                .split([',', '、', '，'])
                .map(str::trim)
                .filter(|item| !item.is_empty());
            Some(items.map(Value::from).collect())
        }
        _ => Some(text.into()),
    }
}

/// What the fields of the form hold.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Form {
    pub(super) email: String,
    pub(super) phone: String,
    pub(super) family_name: String,
    pub(super) given_name: String,
    pub(super) full_name: String,
    pub(super) locale: String,
    pub(super) time_zone: String,
}

impl Form {
    pub(super) fn of(customer: &CustomerView) -> Self {
        let text = |value: &Option<String>| value.clone().unwrap_or_default();
        Self {
            email: text(&customer.email),
            phone: text(&customer.phone),
            family_name: text(&customer.family_name),
            given_name: text(&customer.given_name),
            full_name: text(&customer.full_name),
            locale: text(&customer.locale),
            time_zone: text(&customer.time_zone),
        }
    }

    /// Returns only what was changed: a masked address that nobody touched must not be saved over the true one.
    pub(super) fn changes(&self, before: &Self) -> CustomerFacts {
        let changed =
            |now: &str, before: &str| (now.trim() != before).then(|| now.trim().to_owned());
        CustomerFacts {
            email: changed(&self.email, &before.email),
            phone: changed(&self.phone, &before.phone),
            family_name: changed(&self.family_name, &before.family_name),
            given_name: changed(&self.given_name, &before.given_name),
            full_name: changed(&self.full_name, &before.full_name),
            locale: changed(&self.locale, &before.locale),
            time_zone: changed(&self.time_zone, &before.time_zone),
            attributes: serde_json::Map::new(),
        }
    }
}

/// Whether an attribute is there to be read: hidden ones are not.
pub(super) fn is_hidden(attribute: &AttributeValue) -> bool {
    attribute.is_sensitive && attribute.value.is_null()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_masked_address_is_not_saved_back() {
        let before = Form {
            email: "y***@example.jp".to_owned(),
            family_name: "佐々木".to_owned(),
            ..Form::default()
        };
        let after = Form {
            family_name: "𠮷田".to_owned(),
            ..before.clone()
        };
        let facts = after.changes(&before);
        assert_eq!(facts.email, None);
        assert_eq!(facts.family_name.as_deref(), Some("𠮷田"));
    }

    #[test]
    fn what_is_typed_becomes_the_type_of_the_attribute() {
        assert_eq!(value("１２，０００", "number"), Some(12_000.into()));
        assert_eq!(value("1.5", "number"), Some(1.5.into()));
        assert_eq!(value("many", "number"), None);
        assert_eq!(
            value("時短、減塩", "list"),
            Some(serde_json::json!(["時短", "減塩"]))
        );
        assert_eq!(value(" ", "text"), Some(Value::Null));
        assert_eq!(value("true", "boolean"), Some(true.into()));
    }
}
