//! What the builder's pickers offer: attributes, events, categories and products of a workspace.

use kernel::{id::WorkspaceId, invalid::Bilingual};
use sea_orm::FromQueryResult;
use storage::{ConnectionTrait, sql};

use crate::{
    SegmentError,
    language::{Field, ValueType},
    sentence::{self, event_label},
};

/// The most rows of one picker.
const MAX_ROWS: u32 = 2_000;

/// Everything that a condition can speak of.
#[derive(Debug, Clone, PartialEq)]
pub struct Vocabulary {
    /// Standard fields, by name.
    pub fields: Vec<Word>,
    /// Attributes, by key.
    pub attributes: Vec<Word>,
    /// Event names; the well-known ones first.
    pub events: Vec<(String, Bilingual)>,
    /// Category paths, each after the one above it.
    pub categories: Vec<String>,
}

/// A field or attribute.
#[derive(Debug, Clone, PartialEq)]
pub struct Word {
    /// The name in documents.
    pub key: String,
    /// What people call it.
    pub label: Bilingual,
    /// Its type.
    pub value_type: ValueType,
}

#[derive(FromQueryResult)]
struct AttributeRow {
    key: String,
    value_type: String,
    label_ja: Option<String>,
    label_en: Option<String>,
}

#[derive(FromQueryResult)]
struct Text {
    value: String,
}

/// Reads the vocabulary of a workspace.
pub async fn load(
    db: &impl ConnectionTrait,
    workspace: WorkspaceId,
) -> Result<Vocabulary, SegmentError> {
    let fields = Field::ALL.map(|field| Word {
        key: field.name().to_owned(),
        label: sentence::field_label(field),
        value_type: field.value_type(),
    });
    let text = format!(
        "SELECT key, value_type, label_ja, label_en FROM attribute_def WHERE workspace_id = $1 ORDER BY key LIMIT {MAX_ROWS}"
    );
    let rows: Vec<AttributeRow> = sql::all(db, text, [workspace.raw().into()]).await?;
    let attributes = rows
        .into_iter()
        .filter_map(|row| {
            let ja = row
                .label_ja
                .clone()
                .or_else(|| row.label_en.clone())
                .unwrap_or_else(|| row.key.clone());
            let en = row
                .label_en
                .or(row.label_ja)
                .unwrap_or_else(|| row.key.clone());
            let value_type = ValueType::from_word(&row.value_type)?;
            Some(Word {
                key: row.key,
                label: Bilingual::new(en, ja),
                value_type,
            })
        })
        .collect();
    let own = texts(
        db,
        "SELECT name AS value FROM event_name WHERE workspace_id = $1",
        workspace,
    )
    .await?;
    let fixed = profiles::names::FIXED
        .iter()
        .map(|(_, name)| (*name).to_owned());
    let mut names: Vec<String> = fixed.collect();
    names.extend(
        own.into_iter()
            .filter(|name| profiles::names::fixed_id(name).is_none()),
    );
    let categories = texts(
        db,
        "SELECT value FROM term WHERE workspace_id = $1 AND kind = 2",
        workspace,
    )
    .await?;
    Ok(Vocabulary {
        fields: fields.to_vec(),
        attributes,
        events: names
            .into_iter()
            .map(|name| (name.clone(), event_label(&name)))
            .collect(),
        categories,
    })
}

/// Finds product numbers that begin with or contain a text.
pub async fn products(
    db: &impl ConnectionTrait,
    workspace: WorkspaceId,
    part: &str,
    limit: u32,
) -> Result<Vec<String>, SegmentError> {
    let position = match storage::Dialect::of(db.get_database_backend()) {
        storage::Dialect::Sqlite => "instr",
        storage::Dialect::Postgres => "strpos",
    };
    let text = format!(
        "SELECT value FROM term WHERE workspace_id = $1 AND kind = 1 AND {position}(value, $2) > 0 ORDER BY value LIMIT $3"
    );
    let rows: Vec<Text> = sql::all(
        db,
        text,
        [
            workspace.raw().into(),
            part.into(),
            i64::from(limit.min(MAX_ROWS)).into(),
        ],
    )
    .await?;
    Ok(rows.into_iter().map(|row| row.value).collect())
}

/// Returns the path of a category whose last part is `name`; the name itself when there is none.
pub fn category_path(categories: &[String], name: &str) -> String {
    let found = categories
        .iter()
        .find(|path| path.rsplit(" > ").next() == Some(name));
    found.cloned().unwrap_or_else(|| name.to_owned())
}

async fn texts(
    db: &impl ConnectionTrait,
    text: &str,
    workspace: WorkspaceId,
) -> Result<Vec<String>, SegmentError> {
    let text = format!("{text} ORDER BY 1 LIMIT {MAX_ROWS}");
    let rows: Vec<Text> = sql::all(db, text, [workspace.raw().into()]).await?;
    Ok(rows.into_iter().map(|row| row.value).collect())
}
