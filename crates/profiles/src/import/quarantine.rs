//! Rows that could not be taken, kept with the reason and downloadable as CSV.

use kernel::{
    id::{ImportId, WorkspaceId},
    invalid::Bilingual,
    page::{Page, PageRequest},
};
use sea_orm::{ConnectionTrait, DbErr, FromQueryResult};
use storage::{
    Value,
    bulk::{Bulk, ColumnType},
    sql,
};

use super::{
    record::{Record, RecordReader},
    refusal::Refusal,
    store::{Import, ImportError},
};
use crate::context::Ctx;

const QUARANTINE: Bulk = Bulk {
    table: "quarantine",
    columns: &[
        ("id", ColumnType::Int),
        ("workspace_id", ColumnType::Int),
        ("source", ColumnType::Text),
        ("import_id", ColumnType::Int),
        ("line", ColumnType::Int),
        ("code", ColumnType::Text),
        ("detail_en", ColumnType::Text),
        ("detail_ja", ColumnType::Text),
        ("payload", ColumnType::Text),
        ("received_at", ColumnType::Int),
    ],
    suffix: "",
};

/// A row put aside.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Quarantined {
    /// Its line in the file.
    pub line: i64,
    /// Stable code of the reason.
    pub code: String,
    /// The reason.
    pub reason: Bilingual,
    /// The row as it stood in the file, at most 64 KiB.
    pub raw: String,
}

#[derive(FromQueryResult)]
struct Row {
    id: i64,
    line: i64,
    code: String,
    detail_en: String,
    detail_ja: String,
    payload: String,
}

pub(crate) async fn put_aside(
    ctx: Ctx<'_>,
    import: &Import,
    rows: Vec<(u64, Refusal, Vec<u8>)>,
) -> Result<(), DbErr> {
    let rows = rows
        .into_iter()
        .map(|(line, refusal, raw)| -> Vec<Value> {
            vec![
                ctx.ids.next_raw().into(),
                ctx.workspace.raw().into(),
                "import".into(),
                import.id.raw().into(),
                line.cast_signed().into(),
                refusal.code.into(),
                refusal.message.en.into(),
                refusal.message.ja.into(),
                import.encoding.decode_lossy(&raw).into(),
                ctx.now.0.into(),
            ]
        })
        .collect();
    QUARANTINE.insert(ctx.tx, rows).await.map(|_| ())
}

/// Lists the rows put aside by an import, in the order of the file.
pub async fn list_refused(
    db: &impl ConnectionTrait,
    workspace: WorkspaceId,
    import: ImportId,
    page: &PageRequest,
) -> Result<Page<Quarantined>, ImportError> {
    let limit = page.limit();
    let [line, id] = page.position()?.unwrap_or([-1; 2]);
    let rows: Vec<Row> = sql::all(
        db,
        "SELECT id, line, code, detail_en, detail_ja, payload FROM quarantine
         WHERE import_id = $1 AND workspace_id = $2 AND (line > $3 OR (line = $3 AND id > $4)) ORDER BY line, id LIMIT $5",
        [import.raw().into(), workspace.raw().into(), line.into(), id.into(), (limit.cast_signed() + 1).into()],
    )
    .await?;
    let page = Page::cut(rows, limit, |row| vec![row.line, row.id]);
    Ok(page.map(|row| Quarantined {
        line: row.line,
        code: row.code,
        reason: Bilingual::new(row.detail_en, row.detail_ja),
        raw: row.payload,
    }))
}

/// Writes quarantined rows as CSV that can be mended and loaded again: the row's own columns, then line,
/// code and reason. A row that cannot be split into columns stands whole in the first.
pub fn write_refused_csv(
    import: &Import,
    rows: &[Quarantined],
    locale: &str,
    with_header: bool,
) -> String {
    let mapping = import.mapping.as_ref();
    let n_columns = mapping.map_or(1, |mapping| mapping.n_columns);
    let mut writer = csv::WriterBuilder::new()
        .flexible(true)
        .terminator(csv::Terminator::CRLF)
        .from_writer(Vec::new());
    let tail = if locale.starts_with("en") {
        ["line", "code", "reason"]
    } else {
        ["行番号", "コード", "理由"]
    };
    let mut write = |cells: Vec<String>, end: [&str; 3]| {
        let mut cells = cells;
        cells.resize(n_columns.max(cells.len()), String::new());
        cells.extend(end.map(str::to_owned));
        // Writing to memory does not fail.
        let _ = writer.write_record(&cells);
    };
    if with_header {
        let names = (0..n_columns)
            .map(|column| mapping.map_or_else(String::new, |mapping| mapping.name_of(column)));
        write(names.collect(), tail);
    }
    for row in rows {
        write(
            split(&row.raw, import.delimiter),
            [
                &row.line.to_string(),
                &row.code,
                row.reason.for_locale(locale),
            ],
        );
    }
    String::from_utf8(writer.into_inner().unwrap_or_default()).unwrap_or_default()
}

fn split(raw: &str, delimiter: u8) -> Vec<String> {
    let mut record = Record::default();
    let mut reader = RecordReader::new(raw.as_bytes(), delimiter, 0, 1);
    match reader.read(&mut record) {
        Ok(true) if record.fault.is_none() => record
            .fields()
            .map(|field| String::from_utf8_lossy(field).into_owned())
            .collect(),
        _ => vec![raw.to_owned()],
    }
}
