//! Rows of the two tables and what they become.

use kernel::{
    id::{ContentId, UserId},
    time::Millis,
};
use sea_orm::{DbErr, FromQueryResult};
use serde_json::Value as Json;

use super::{Content, Summary, Version};
use crate::EmailDocument;

pub(super) const COLUMNS: &str = "c.id, c.name, c.sample_subject, c.locales, c.version, c.created_by, \
     c.created_at, c.updated_by, c.updated_at, c.archived_at";

#[derive(FromQueryResult)]
pub(super) struct Row {
    id: i64,
    name: String,
    sample_subject: String,
    locales: String,
    version: i64,
    created_by: Option<i64>,
    created_at: i64,
    updated_by: Option<i64>,
    updated_at: i64,
    archived_at: Option<i64>,
}

impl From<Row> for Summary {
    fn from(row: Row) -> Self {
        Self {
            id: ContentId::from_raw(row.id),
            name: row.name,
            sample_subject: row.sample_subject,
            locales: row.locales.split(',').map(str::to_owned).collect(),
            version: row.version,
            created_by: row.created_by.map(UserId::from_raw),
            created_at: Millis(row.created_at),
            updated_by: row.updated_by.map(UserId::from_raw),
            updated_at: Millis(row.updated_at),
            archived_at: row.archived_at.map(Millis),
        }
    }
}

#[derive(FromQueryResult)]
pub(super) struct FullRow {
    #[sea_orm(nested)]
    row: Row,
    document: Json,
}

impl TryFrom<FullRow> for Content {
    type Error = DbErr;

    fn try_from(full: FullRow) -> Result<Self, DbErr> {
        let document = document(full.document)?;
        Ok(Self {
            summary: full.row.into(),
            document,
        })
    }
}

#[derive(FromQueryResult)]
pub(super) struct HistoryRow {
    version: i64,
    saved_by: Option<i64>,
    saved_at: i64,
}

impl From<HistoryRow> for Version {
    fn from(row: HistoryRow) -> Self {
        Self {
            version: row.version,
            saved_by: row.saved_by.map(UserId::from_raw),
            saved_at: Millis(row.saved_at),
        }
    }
}

#[derive(FromQueryResult)]
pub(super) struct VersionRow {
    #[sea_orm(nested)]
    row: HistoryRow,
    document: Json,
}

impl VersionRow {
    pub(super) fn into_parts(self) -> Result<(Version, EmailDocument), DbErr> {
        Ok((self.row.into(), document(self.document)?))
    }
}

fn document(json: Json) -> Result<EmailDocument, DbErr> {
    serde_json::from_value(json)
        .map_err(|error| DbErr::Custom(format!("a stored email is not readable: {error}")))
}
