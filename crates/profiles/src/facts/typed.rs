//! Attribute types: inferred when a key is first seen, kept from then on.

use std::collections::{BTreeMap, HashMap};

use chrono::NaiveDate;
use kernel::{time::Millis, yearless::Yearless};
use sea_orm::DbErr;
use serde_json::{Map, Value as Json};

use crate::{
    attributes::{self, ValueType},
    computed,
    context::Ctx,
};

/// The most attributes of a workspace: a runaway sender must not fill every list of the admin.
pub const MAX_ATTRIBUTES: usize = 500;

/// Infers the type of a value; null and objects have none.
fn infer(value: &Json) -> Option<ValueType> {
    Some(match value {
        Json::String(text) if date(text).is_some() => ValueType::Date,
        Json::String(_) => ValueType::Text,
        Json::Number(_) => ValueType::Number,
        Json::Bool(_) => ValueType::Boolean,
        Json::Array(_) => ValueType::List,
        Json::Null | Json::Object(_) => return None,
    })
}

/// Brings a value into this type; `None` when it cannot be.
fn coerce(kind: ValueType, value: &Json) -> Option<Json> {
    match (kind, value) {
        (ValueType::Text, Json::String(text)) => Some(text.clone().into()),
        (ValueType::Text, Json::Number(_) | Json::Bool(_)) => Some(value.to_string().into()),
        (ValueType::Number, Json::Number(_))
        | (ValueType::Boolean, Json::Bool(_))
        | (ValueType::List, Json::Array(_)) => Some(value.clone()),
        (ValueType::Number, Json::String(text)) => number(text),
        (ValueType::Boolean, Json::String(text)) => match text.trim().to_lowercase().as_str() {
            "true" | "yes" => Some(true.into()),
            "false" | "no" => Some(false.into()),
            _ => None,
        },
        (ValueType::Date, Json::String(text)) => date(text).map(Json::String),
        (ValueType::List, Json::String(text)) => Some(Json::Array(vec![text.clone().into()])),
        _ => None,
    }
}

fn number(text: &str) -> Option<Json> {
    let text = text.trim();
    text.parse::<i64>().ok().map(Json::from).or_else(|| {
        let number: f64 = text.parse().ok()?;
        number.is_finite().then(|| Json::from(number))
    })
}

fn date(text: &str) -> Option<String> {
    let text = text.trim();
    if let Some(day) = Yearless::parse(text) {
        return Some(day.to_string());
    }
    // Anything shorter or longer is no date; most texts end here.
    if !(10..=40).contains(&text.len()) {
        return None;
    }
    if text.len() == 10 {
        return NaiveDate::parse_from_str(text, "%Y-%m-%d")
            .ok()
            .map(|day| day.to_string());
    }
    Millis::parse(text).map(|instant| instant.to_string())
}

/// What became of one attribute.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Untyped {
    /// The value is not of the attribute's type.
    WrongType,
    /// The workspace has too many attributes already.
    TooMany,
    /// Only the product itself writes the attribute.
    Computed,
}

/// Types the attributes of many people in place; what has no place is taken out and returned with the
/// position of its map. New keys are defined.
///
/// # Errors
/// When the database does not answer.
pub async fn type_all(
    ctx: Ctx<'_>,
    maps: &mut [&mut Map<String, Json>],
) -> Result<Vec<(usize, String, Untyped)>, DbErr> {
    if maps.iter().all(|map| map.is_empty()) {
        return Ok(Vec::new());
    }
    let defined = attributes::list(ctx.tx, ctx.workspace).await?;
    let mut known: HashMap<String, ValueType> = defined
        .into_iter()
        .map(|def| (def.key, def.value_type))
        .collect();
    let (mut refused, mut new) = (Vec::new(), BTreeMap::new());
    for (at, map) in maps.iter_mut().enumerate() {
        let given = std::mem::take(*map);
        for (key, value) in given {
            if computed::is_computed(&key) {
                refused.push((at, key, Untyped::Computed));
                continue;
            }
            if value.is_null() {
                map.insert(key, value);
                continue;
            }
            let kind = match known.get(&key).copied() {
                Some(kind) => kind,
                None if known.len() >= MAX_ATTRIBUTES => {
                    refused.push((at, key, Untyped::TooMany));
                    continue;
                }
                None => {
                    let kind = infer(&value).unwrap_or(ValueType::Text);
                    known.insert(key.clone(), kind);
                    new.insert(key.clone(), kind);
                    kind
                }
            };
            match coerce(kind, &value) {
                Some(value) => {
                    map.insert(key, value);
                }
                None => refused.push((at, key, Untyped::WrongType)),
            }
        }
    }
    attributes::define(
        ctx,
        new.iter()
            .map(|(key, kind)| (key.as_str(), *kind))
            .collect(),
    )
    .await?;
    Ok(refused)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_value_keeps_or_finds_its_type() {
        assert_eq!(infer(&json!("2026-07-14")), Some(ValueType::Date));
        assert_eq!(
            infer(&json!("2026-07-14T10:00:00+09:00")),
            Some(ValueType::Date)
        );
        assert_eq!(infer(&json!("2026-13-45")), Some(ValueType::Text));
        assert_eq!(infer(&json!("--0229")), Some(ValueType::Date));
        assert_eq!(infer(&json!("--02-30")), Some(ValueType::Text));
        assert_eq!(
            coerce(ValueType::Date, &json!(" --0715 ")),
            Some(json!("--07-15"))
        );
        assert_eq!(
            coerce(ValueType::Date, &json!("2026-07-14T10:00:00+09:00")),
            Some(json!("2026-07-14T01:00:00.000Z"))
        );
        assert_eq!(
            coerce(ValueType::Number, &json!(" 12.5 ")),
            Some(json!(12.5))
        );
        assert_eq!(coerce(ValueType::Number, &json!("inf")), None);
        assert_eq!(coerce(ValueType::Text, &json!(7)), Some(json!("7")));
        assert_eq!(coerce(ValueType::Boolean, &json!(1)), None);
        assert_eq!(coerce(ValueType::List, &json!("a")), Some(json!(["a"])));
    }
}
