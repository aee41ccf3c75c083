//! What the first rows of a file would become, before anything is written.

use std::{fs::File, path::Path};

use kernel::time::Millis;
use serde_json::Value as Json;

use super::{
    refusal::Refusal,
    row::MappedRow,
    source::{Rows, SourceOptions},
    store::ImportError,
};

/// A row of the file and what it would become.
#[derive(Debug, Clone, PartialEq)]
pub struct PreviewRow {
    /// The line on which it begins.
    pub line: u64,
    /// What it would become, field by field.
    pub row: Option<Json>,
    /// Why it would not be taken.
    pub refusal: Option<Refusal>,
}

/// Reads the first `limit` rows of a file by a mapping. Blocks: call it where blocking is allowed.
pub fn preview(
    path: &Path,
    options: &SourceOptions,
    limit: usize,
    now: Millis,
) -> Result<Vec<PreviewRow>, ImportError> {
    options.mapping.validate(options.kind)?;
    let mut rows = Rows::begin(File::open(path)?, options, now)?;
    let mut out = Vec::new();
    for row in rows.take_rows(limit)?.rows {
        out.push(match row.mapped {
            Ok(mapped) => PreviewRow {
                line: row.line,
                row: Some(shown(&mapped)),
                refusal: None,
            },
            Err(refusal) => PreviewRow {
                line: row.line,
                row: None,
                refusal: Some(refusal),
            },
        });
    }
    Ok(out)
}

fn shown(mapped: &MappedRow) -> Json {
    let json = match mapped {
        MappedRow::Customer(row) => serde_json::to_value(row),
        MappedRow::OrderLine(row) => serde_json::to_value(row),
        MappedRow::Product(row) => serde_json::to_value(row),
    };
    let Ok(Json::Object(mut fields)) = json else {
        return Json::Null;
    };
    fields.retain(|_, value| match value {
        Json::Null => false,
        Json::Array(list) => !list.is_empty(),
        Json::Object(map) => !map.is_empty(),
        _ => true,
    });
    Json::Object(fields)
}
