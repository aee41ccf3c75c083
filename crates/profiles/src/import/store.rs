//! The `csv_import` table: where each import stands.

mod control;

use std::{path::PathBuf, sync::Arc};

use jobs::Progress;
use kernel::{
    id::{IdSource, ImportId, UserId, WorkspaceId},
    invalid::Invalid,
    page::{BadCursor, Page, PageRequest},
    time::Millis,
};
use sea_orm::{ConnectionTrait, DbErr, FromQueryResult};
use storage::{StorageError, Value, sql};

use super::{
    encoding::TextEncoding,
    job::JOB_KIND,
    mapping::{ImportKind, Mapping},
    refusal::Refusal,
    source::SourceOptions,
};
use crate::context::Ctx;

pub use control::{Start, cancel, pause, resume, start};

/// Why an import cannot do what was asked.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// There is no such import in the workspace.
    #[error("no such import")]
    NotFound,
    /// The import is in a state in which this makes no sense.
    #[error("the import is {}", .0.as_str())]
    State(ImportState),
    /// The mapping cannot be used.
    #[error(transparent)]
    Invalid(#[from] Invalid),
    /// The file cannot be read as CSV at all.
    #[error("{}", .0.message.en)]
    Unreadable(Refusal),
    /// The position of a page is not one of ours.
    #[error(transparent)]
    Cursor(#[from] BadCursor),
    /// The file could not be read or written.
    #[error("failed to read or write the uploaded file")]
    File(#[from] std::io::Error),
    /// The database did not answer as expected.
    #[error(transparent)]
    Storage(#[from] StorageError),
    /// A statement failed.
    #[error("the database refused")]
    Db(#[from] DbErr),
}

/// Where an import stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ImportState {
    /// The file is there; nothing has been taken.
    Uploaded,
    /// Rows are being taken.
    Running,
    /// Stopped by a person; can go on.
    Paused,
    /// Every row was taken or put aside.
    Done,
    /// Cannot go on; `error_code` says why.
    Failed,
    /// Stopped by a person for good; what was taken stays.
    Cancelled,
}

impl ImportState {
    /// Returns the stored word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Uploaded => "uploaded",
            Self::Running => "running",
            Self::Paused => "paused",
            Self::Done => "done",
            Self::Failed => "failed",
            Self::Cancelled => "cancelled",
        }
    }

    fn parse(word: &str) -> Self {
        [
            Self::Uploaded,
            Self::Running,
            Self::Paused,
            Self::Done,
            Self::Cancelled,
        ]
        .into_iter()
        .find(|state| state.as_str() == word)
        .unwrap_or(Self::Failed)
    }
}

/// An uploaded file that is to become an import.
#[derive(Debug, Clone)]
pub struct NewImport {
    /// Its id, made before the upload so that the file could be named by it.
    pub id: ImportId,
    /// What its rows are.
    pub kind: ImportKind,
    /// The name that the user's file has.
    pub file_name: String,
    /// Where the upload lies.
    pub file_path: PathBuf,
    /// Its size.
    pub file_bytes: i64,
    /// Who uploaded it.
    pub created_by: Option<UserId>,
}

/// An import as stored.
#[derive(Debug, Clone)]
pub struct Import {
    /// Its id.
    pub id: ImportId,
    /// The workspace.
    pub workspace: WorkspaceId,
    /// What its rows are.
    pub kind: ImportKind,
    /// The name that the user's file has.
    pub file_name: String,
    /// Where the upload lies.
    pub file_path: PathBuf,
    /// Its size.
    pub file_bytes: i64,
    /// Its encoding.
    pub encoding: TextEncoding,
    /// What stands between its fields.
    pub delimiter: u8,
    /// Which column means what, once it is started.
    pub mapping: Option<Mapping>,
    /// Where it stands.
    pub state: ImportState,
    /// The byte at which the next row begins.
    pub byte_offset: i64,
    /// The line of the next row; 0 before the first.
    pub line: i64,
    /// Rows that changed something.
    pub n_taken: i64,
    /// Rows that were there already.
    pub n_repeated: i64,
    /// Rows put aside.
    pub n_refused: i64,
    /// Why it failed.
    pub error_code: Option<String>,
    /// When it was uploaded.
    pub created_at: Millis,
    /// When it was last started.
    pub started_at: Option<Millis>,
    /// When it ended.
    pub finished_at: Option<Millis>,
}

impl Import {
    /// Returns how the file is read; `None` before a mapping was chosen.
    pub fn source_options(&self) -> Option<SourceOptions> {
        Some(SourceOptions {
            kind: self.kind,
            encoding: self.encoding,
            delimiter: self.delimiter,
            mapping: Arc::new(self.mapping.clone()?),
            file_name: self.file_name.clone(),
        })
    }

    /// Returns the number of rows dealt with so far.
    pub fn n_rows(&self) -> i64 {
        self.n_taken + self.n_repeated + self.n_refused
    }

    fn job_key(&self) -> String {
        format!(
            "{}:{}",
            self.id.raw(),
            self.started_at.unwrap_or_default().0
        )
    }
}

const COLUMNS: &str = "id, workspace_id, kind, file_name, file_path, file_bytes, encoding, delimiter, mapping, state, \
                       byte_offset, line, n_taken, n_repeated, n_refused, error_code, created_at, started_at, finished_at";

#[derive(FromQueryResult)]
struct Row {
    id: i64,
    workspace_id: i64,
    kind: String,
    file_name: String,
    file_path: String,
    file_bytes: i64,
    encoding: String,
    delimiter: String,
    mapping: serde_json::Value,
    state: String,
    byte_offset: i64,
    line: i64,
    n_taken: i64,
    n_repeated: i64,
    n_refused: i64,
    error_code: Option<String>,
    created_at: i64,
    started_at: Option<i64>,
    finished_at: Option<i64>,
}

impl From<Row> for Import {
    fn from(row: Row) -> Self {
        Self {
            id: ImportId::from_raw(row.id),
            workspace: WorkspaceId::from_raw(row.workspace_id),
            kind: ImportKind::parse(&row.kind).unwrap_or(ImportKind::Customers),
            file_name: row.file_name,
            file_path: row.file_path.into(),
            file_bytes: row.file_bytes,
            encoding: TextEncoding::parse(&row.encoding).unwrap_or(TextEncoding::Utf8),
            delimiter: row.delimiter.bytes().next().unwrap_or(b','),
            mapping: serde_json::from_value(row.mapping).ok(),
            state: ImportState::parse(&row.state),
            byte_offset: row.byte_offset,
            line: row.line,
            n_taken: row.n_taken,
            n_repeated: row.n_repeated,
            n_refused: row.n_refused,
            error_code: row.error_code,
            created_at: Millis(row.created_at),
            started_at: row.started_at.map(Millis),
            finished_at: row.finished_at.map(Millis),
        }
    }
}

/// Records an upload.
pub async fn create(ctx: Ctx<'_>, new: NewImport) -> Result<(), DbErr> {
    sql::exec(
        ctx.tx,
        "INSERT INTO csv_import (id, workspace_id, kind, file_name, file_path, file_bytes, encoding, delimiter, mapping,
         state, created_by, created_at) VALUES ($1, $2, $3, $4, $5, $6, 'utf-8', ',', $7, 'uploaded', $8, $9)",
        [
            new.id.raw().into(),
            ctx.workspace.raw().into(),
            new.kind.as_str().into(),
            new.file_name.into(),
            new.file_path.to_string_lossy().into_owned().into(),
            new.file_bytes.into(),
            Value::Json(Some(Box::new(serde_json::Value::Null))),
            new.created_by.map(UserId::raw).into(),
            ctx.now.0.into(),
        ],
    )
    .await
    .map(|_| ())
}

/// Finds an import of a workspace.
pub async fn find(
    db: &impl ConnectionTrait,
    workspace: WorkspaceId,
    id: ImportId,
) -> Result<Option<Import>, DbErr> {
    let text = format!("SELECT {COLUMNS} FROM csv_import WHERE id = $1 AND workspace_id = $2");
    let row: Option<Row> = sql::one(db, text, [id.raw().into(), workspace.raw().into()]).await?;
    Ok(row.map(Import::from))
}

/// Lists imports, newest first.
pub async fn list(
    db: &impl ConnectionTrait,
    workspace: WorkspaceId,
    page: &PageRequest,
) -> Result<Page<Import>, ImportError> {
    let [before] = page.position()?.unwrap_or([i64::MAX]);
    let limit = page.limit();
    let text = format!(
        "SELECT {COLUMNS} FROM csv_import WHERE workspace_id = $1 AND id < $2 ORDER BY id DESC LIMIT $3"
    );
    let rows: Vec<Row> = sql::all(
        db,
        text,
        [
            workspace.raw().into(),
            before.into(),
            (limit.cast_signed() + 1).into(),
        ],
    )
    .await?;
    let imports: Vec<Import> = rows.into_iter().map(Import::from).collect();
    Ok(Page::cut(imports, limit, |import| vec![import.id.raw()]))
}

/// Returns how far a started import has come, in rows; the total is estimated from bytes until the end.
pub async fn progress(
    db: &impl ConnectionTrait,
    import: &Import,
) -> Result<Option<Progress>, DbErr> {
    let job = jobs::latest(db, import.workspace, JOB_KIND, &import.job_key()).await?;
    Ok(job.and_then(|job| job.progress))
}

/// What a chunk did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Counts {
    pub(crate) taken: i64,
    pub(crate) repeated: i64,
    pub(crate) refused: i64,
}

/// Moves the checkpoint of a running import in the chunk's own transaction.
///
/// `false` when it was paused, cancelled, or moved by somebody else: the chunk must be rolled back.
pub(crate) async fn advance(
    tx: &impl ConnectionTrait,
    import: &Import,
    to: (u64, u64),
    counts: Counts,
    end: Option<(ImportState, Millis)>,
) -> Result<bool, DbErr> {
    let (state, finished) = end.map_or((ImportState::Running, None), |(state, at)| {
        (state, Some(at.0))
    });
    let touched = sql::exec(
        tx,
        "UPDATE csv_import SET byte_offset = $1, line = $2, n_taken = n_taken + $3, n_repeated = n_repeated + $4,
         n_refused = n_refused + $5, state = $6, finished_at = $7, error_code = $8
         WHERE id = $9 AND state = 'running' AND byte_offset = $10 AND line = $11",
        [
            to.0.cast_signed().into(),
            to.1.cast_signed().into(),
            counts.taken.into(),
            counts.repeated.into(),
            counts.refused.into(),
            state.as_str().into(),
            finished.into(),
            (state == ImportState::Failed).then_some("all_refused").into(),
            import.id.raw().into(),
            import.byte_offset.into(),
            import.line.into(),
        ],
    )
    .await?;
    Ok(touched == 1)
}

/// Marks a running import as failed.
pub(crate) async fn fail(
    tx: &impl ConnectionTrait,
    id: ImportId,
    code: &str,
    now: Millis,
) -> Result<(), DbErr> {
    sql::exec(
        tx,
        "UPDATE csv_import SET state = 'failed', error_code = $1, finished_at = $2 WHERE id = $3 AND state = 'running'",
        [code.into(), now.0.into(), id.raw().into()],
    )
    .await
    .map(|_| ())
}

/// Makes an id for an upload that is about to begin.
pub fn fresh_id(ids: &dyn IdSource) -> ImportId {
    kernel::id::fresh(ids)
}
