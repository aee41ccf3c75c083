//! Attribute types: inferred when a key is first seen, kept from then on.

use std::collections::{BTreeMap, HashMap};

use chrono::NaiveDate;
use kernel::time::Millis;
use sea_orm::{DbErr, FromQueryResult};
use serde_json::{Map, Value as Json};
use storage::{
    bulk::{Bulk, ColumnType},
    sql,
};

use crate::context::Ctx;

/// The most attributes of a workspace: a runaway sender must not fill every list of the admin.
pub const MAX_ATTRIBUTES: usize = 500;

const DEFINITION: Bulk = Bulk {
    table: "attribute_def",
    columns: &[
        ("workspace_id", ColumnType::Int),
        ("key", ColumnType::Text),
        ("value_type", ColumnType::Text),
        ("is_sensitive", ColumnType::Bool),
        ("created_at", ColumnType::Int),
    ],
    suffix: "ON CONFLICT (workspace_id, key) DO NOTHING",
};

/// The type of an attribute's values.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ValueType {
    /// Text.
    Text,
    /// Number.
    Number,
    /// True or false.
    Boolean,
    /// A day (`2026-07-14`) or an instant (RFC 3339, UTC).
    Date,
    /// A list of texts.
    List,
}

impl ValueType {
    /// Returns the stored word.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Number => "number",
            Self::Boolean => "boolean",
            Self::Date => "date",
            Self::List => "list",
        }
    }

    /// Reads the stored word.
    pub fn parse(word: &str) -> Option<Self> {
        [
            Self::Text,
            Self::Number,
            Self::Boolean,
            Self::Date,
            Self::List,
        ]
        .into_iter()
        .find(|kind| kind.word() == word)
    }

    /// Infers the type of a value; null and objects have none.
    pub fn infer(value: &Json) -> Option<Self> {
        Some(match value {
            Json::String(text) if date(text).is_some() => Self::Date,
            Json::String(_) => Self::Text,
            Json::Number(_) => Self::Number,
            Json::Bool(_) => Self::Boolean,
            Json::Array(_) => Self::List,
            Json::Null | Json::Object(_) => return None,
        })
    }

    /// Brings a value into this type; `None` when it cannot be.
    pub fn coerce(self, value: &Json) -> Option<Json> {
        match (self, value) {
            (Self::Text, Json::String(text)) => Some(text.clone().into()),
            (Self::Text, Json::Number(_) | Json::Bool(_)) => Some(value.to_string().into()),
            (Self::Number, Json::Number(_))
            | (Self::Boolean, Json::Bool(_))
            | (Self::List, Json::Array(_)) => Some(value.clone()),
            (Self::Number, Json::String(text)) => number(text),
            (Self::Boolean, Json::String(text)) => match text.trim().to_lowercase().as_str() {
                "true" | "yes" => Some(true.into()),
                "false" | "no" => Some(false.into()),
                _ => None,
            },
            (Self::Date, Json::String(text)) => date(text).map(Json::String),
            (Self::List, Json::String(text)) => Some(Json::Array(vec![text.clone().into()])),
            _ => None,
        }
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
}

#[derive(FromQueryResult)]
struct Defined {
    key: String,
    value_type: String,
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
    let mut known = definitions(ctx).await?;
    let (mut refused, mut new) = (Vec::new(), BTreeMap::new());
    for (at, map) in maps.iter_mut().enumerate() {
        let given = std::mem::take(*map);
        for (key, value) in given {
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
                    let kind = ValueType::infer(&value).unwrap_or(ValueType::Text);
                    known.insert(key.clone(), kind);
                    new.insert(key.clone(), kind);
                    kind
                }
            };
            match kind.coerce(&value) {
                Some(value) => {
                    map.insert(key, value);
                }
                None => refused.push((at, key, Untyped::WrongType)),
            }
        }
    }
    let rows = new.into_iter().map(|(key, kind)| {
        vec![
            ctx.workspace.raw().into(),
            key.into(),
            kind.word().into(),
            false.into(),
            ctx.now.0.into(),
        ]
    });
    DEFINITION.insert(ctx.tx, rows.collect()).await?;
    Ok(refused)
}

async fn definitions(ctx: Ctx<'_>) -> Result<HashMap<String, ValueType>, DbErr> {
    let rows: Vec<Defined> = sql::all(
        ctx.tx,
        "SELECT key, value_type FROM attribute_def WHERE workspace_id = $1",
        [ctx.workspace.raw().into()],
    )
    .await?;
    Ok(rows
        .into_iter()
        .filter_map(|row| Some((row.key, ValueType::parse(&row.value_type)?)))
        .collect())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_value_keeps_or_finds_its_type() {
        assert_eq!(
            ValueType::infer(&json!("2026-07-14")),
            Some(ValueType::Date)
        );
        assert_eq!(
            ValueType::infer(&json!("2026-07-14T10:00:00+09:00")),
            Some(ValueType::Date)
        );
        assert_eq!(
            ValueType::infer(&json!("2026-13-45")),
            Some(ValueType::Text)
        );
        assert_eq!(
            ValueType::Date.coerce(&json!("2026-07-14T10:00:00+09:00")),
            Some(json!("2026-07-14T01:00:00.000Z"))
        );
        assert_eq!(
            ValueType::Number.coerce(&json!(" 12.5 ")),
            Some(json!(12.5))
        );
        assert_eq!(ValueType::Number.coerce(&json!("inf")), None);
        assert_eq!(ValueType::Text.coerce(&json!(7)), Some(json!("7")));
        assert_eq!(ValueType::Boolean.coerce(&json!(1)), None);
        assert_eq!(ValueType::List.coerce(&json!("a")), Some(json!(["a"])));
    }
}
