//! CSV imports: upload, look, map, run.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

/// An import.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ImportView {
    /// `imp_…`
    pub id: String,
    /// `customers`, `products` or `orders`.
    pub kind: String,
    /// The name of the uploaded file.
    pub file_name: String,
    /// Its size.
    pub file_bytes: i64,
    /// `uploaded`, `running`, `paused`, `done`, `failed` or `cancelled`.
    pub state: String,
    /// Rows that changed something.
    pub n_taken: i64,
    /// Rows that were there already.
    pub n_repeated: i64,
    /// Rows put aside.
    pub n_refused: i64,
    /// How far it has come, once it runs.
    pub progress: Option<ImportProgressView>,
    /// Why it failed: `all_refused`, `file_gone` or `internal`.
    pub error_code: Option<String>,
    /// When it was uploaded.
    pub created_at: String,
    /// When it was last started.
    pub started_at: Option<String>,
    /// When it ended.
    pub finished_at: Option<String>,
}

/// How far long work has come.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ImportProgressView {
    /// Rows done.
    pub done: i64,
    /// Rows in all, estimated until the end; 0 when not known.
    pub total: i64,
    /// Rows a second.
    pub rate_per_s: i64,
    /// Milliseconds still to go; null while there is no rate.
    pub eta_ms: Option<i64>,
}

/// An uploaded file and what it looks like.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct InspectionView {
    /// The import that it became.
    pub import: ImportView,
    /// `utf-8` or `shift_jis`.
    pub encoding: String,
    /// `,`, `;` or a tab.
    pub delimiter: String,
    /// The names of the columns; empty when there is no header.
    pub header: Vec<String>,
    /// The first rows.
    pub rows: Vec<Vec<String>>,
    /// A guess at what the columns mean, in the form that `start` takes.
    #[schema(value_type = Object)]
    pub mapping: Value,
    /// What somebody should look at first.
    pub warnings: Vec<WarningView>,
}

/// Something odd about a file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct WarningView {
    /// Stable code.
    pub code: String,
    /// What is odd, in the reader's language.
    pub message: String,
}

/// How a file is to be read and taken.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct StartImport {
    /// `utf-8` or `shift_jis`.
    #[schema(pattern = "^(utf-8|shift_jis)$")]
    pub encoding: String,
    /// `,`, `;` or a tab.
    #[schema(pattern = "^([,;\t]|tab)$")]
    pub delimiter: String,
    /// Which column means what, as an inspection gives it.
    #[schema(value_type = Object)]
    pub mapping: Value,
}

/// A row of a preview.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct PreviewRowView {
    /// The line on which it begins.
    pub line: u64,
    /// What it would become; null when it would not be taken.
    pub row: Option<Value>,
    /// Code of the reason why not.
    pub code: Option<String>,
    /// The reason, in the reader's language.
    pub reason: Option<String>,
}

/// A row put aside.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct RefusedRowView {
    /// Its line in the file.
    pub line: i64,
    /// Code of the reason.
    pub code: String,
    /// The reason, in the reader's language.
    pub reason: String,
    /// The row as it stood in the file; null for those who may not see personal data.
    pub raw: Option<String>,
}

/// An address that works once, for a minute.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct DownloadTicket {
    /// Where the file is.
    pub url: String,
}
