//! What the workspace knows of attribute keys: type, labels, sensitivity.

use kernel::{
    id::WorkspaceId,
    invalid::{FieldError, Invalid},
};
use sea_orm::{ConnectionTrait, DbErr, FromQueryResult};
use serde::{Deserialize, Serialize};
use storage::{
    bulk::{Bulk, ColumnType},
    sql,
};

use crate::{computed, context::Ctx};

const MAX_LABEL: usize = 64;

/// The type of an attribute's values.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ValueType {
    /// Text.
    Text,
    /// A number.
    Number,
    /// True or false.
    Boolean,
    /// A day or instant, as RFC 3339 text; or a day of an unknown year (`--07-14`).
    Date,
    /// Several texts.
    List,
}

impl ValueType {
    /// Returns the stored word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Number => "number",
            Self::Boolean => "boolean",
            Self::Date => "date",
            Self::List => "list",
        }
    }

    /// Reads the stored word; an unknown one counts as text.
    pub fn parse(word: &str) -> Self {
        [Self::Number, Self::Boolean, Self::Date, Self::List]
            .into_iter()
            .find(|kind| kind.as_str() == word)
            .unwrap_or(Self::Text)
    }
}

/// What is known of an attribute key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AttributeDef {
    /// The key.
    pub key: String,
    /// The type of its values.
    pub value_type: ValueType,
    /// What people call it in Japanese.
    pub label_ja: Option<String>,
    /// What people call it in English.
    pub label_en: Option<String>,
    /// Whether its values are hidden from those who may not see personal data.
    pub is_sensitive: bool,
    /// The purpose whose consent its use in a campaign needs, of one that is sensitive.
    pub consent: Option<String>,
}

/// The purpose whose consent a sensitive attribute needs that names none.
const SENSITIVE: &str = "sensitive";

impl AttributeDef {
    /// Returns the purpose to which a customer must have agreed before a campaign may use the attribute for her.
    pub fn needed_consent(&self) -> Option<&str> {
        self.is_sensitive
            .then(|| self.consent.as_deref().unwrap_or(SENSITIVE))
    }

    /// Returns the label for a locale, falling back to the other language and then the key.
    pub fn label(&self, locale: &str) -> &str {
        let (first, second) = if locale.starts_with("en") {
            (&self.label_en, &self.label_ja)
        } else {
            (&self.label_ja, &self.label_en)
        };
        first.as_deref().or(second.as_deref()).unwrap_or(&self.key)
    }
}

#[derive(FromQueryResult)]
struct Row {
    key: String,
    value_type: String,
    label_ja: Option<String>,
    label_en: Option<String>,
    is_sensitive: bool,
    consent: Option<String>,
}

const ATTRIBUTE: Bulk = Bulk {
    table: "attribute_def",
    columns: &[
        ("workspace_id", ColumnType::Int),
        ("key", ColumnType::Text),
        ("value_type", ColumnType::Text),
        ("created_at", ColumnType::Int),
    ],
    suffix: "ON CONFLICT (workspace_id, key) DO NOTHING",
};

/// Lists all keys of a workspace in the order of the alphabet.
pub async fn list(
    db: &impl ConnectionTrait,
    workspace: WorkspaceId,
) -> Result<Vec<AttributeDef>, DbErr> {
    let rows: Vec<Row> = sql::all(
        db,
        "SELECT key, value_type, label_ja, label_en, is_sensitive, consent FROM attribute_def WHERE workspace_id = $1 ORDER BY key",
        [workspace.raw().into()],
    )
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| AttributeDef {
            value_type: ValueType::parse(&row.value_type),
            key: row.key,
            label_ja: row.label_ja,
            label_en: row.label_en,
            is_sensitive: row.is_sensitive,
            consent: row.consent,
        })
        .collect())
}

/// Makes keys known; those already known keep their type.
pub async fn define(ctx: Ctx<'_>, mut keys: Vec<(&str, ValueType)>) -> Result<(), DbErr> {
    keys.sort_unstable_by_key(|(key, _)| *key);
    keys.dedup_by_key(|(key, _)| *key);
    let row = |(key, value_type): (&str, ValueType)| {
        vec![
            ctx.workspace.raw().into(),
            key.into(),
            value_type.as_str().into(),
            ctx.now.0.into(),
        ]
    };
    ATTRIBUTE
        .insert(ctx.tx, keys.into_iter().map(row).collect())
        .await
        .map(|_| ())
}

/// Changes the labels and the sensitivity of a key, making it known when it is not; the type of a known key stays.
pub async fn label(ctx: Ctx<'_>, def: &AttributeDef) -> Result<Result<(), Invalid>, DbErr> {
    if let Err(invalid) = check(def) {
        return Ok(Err(invalid));
    }
    put(ctx, def).await?;
    Ok(Ok(()))
}

/// Makes a key known as it is said to be, also one that only the product itself writes.
pub async fn put(ctx: Ctx<'_>, def: &AttributeDef) -> Result<(), DbErr> {
    define(ctx, vec![(def.key.as_str(), def.value_type)]).await?;
    sql::exec(
        ctx.tx,
        "UPDATE attribute_def SET label_ja = $1, label_en = $2, is_sensitive = $3, consent = $6 WHERE workspace_id = $4 AND key = $5",
        [
            def.label_ja.clone().into(),
            def.label_en.clone().into(),
            def.is_sensitive.into(),
            ctx.workspace.raw().into(),
            def.key.clone().into(),
            def.consent.clone().into(),
        ],
    )
    .await
    .map(|_| ())
}

/// Tells whether a text may be an attribute key: at most 64 characters without quotes or backslashes.
pub fn is_key(key: &str) -> bool {
    !key.is_empty() && key.chars().count() <= MAX_LABEL && !key.contains(['"', '\\', '\0'])
}

fn check(def: &AttributeDef) -> Result<(), Invalid> {
    let mut invalid = Invalid::default();
    if !is_key(&def.key) {
        invalid.push(FieldError::new(
            "/key",
            "invalid",
            "at most 64 characters without quotes or backslashes",
            "64文字以内で、引用符とバックスラッシュは使えません",
        ));
    }
    if computed::is_computed(&def.key) {
        invalid.push(computed::refused("/key"));
    }
    for (pointer, label) in [("/label_ja", &def.label_ja), ("/label_en", &def.label_en)] {
        if label
            .as_ref()
            .is_some_and(|label| label.chars().count() > MAX_LABEL || label.contains('\0'))
        {
            invalid.push(FieldError::new(
                pointer,
                "too_long",
                "at most 64 characters",
                "64文字以内で入力してください",
            ));
        }
    }
    if def.consent.as_ref().is_some_and(|purpose| !is_key(purpose)) {
        invalid.push(FieldError::new(
            "/consent",
            "invalid",
            "give the purpose of a consent, at most 64 characters without quotes or backslashes",
            "同意の目的を、引用符とバックスラッシュなしの64文字以内で入れてください",
        ));
    }
    invalid.into_result()
}
