//! Looks at an uploaded file: encoding, delimiter, header, first rows, and a guess at what they mean.

use std::{fs::File, path::Path};

use kernel::invalid::Bilingual;

use super::{
    date,
    encoding::{self, Detected, TextEncoding},
    mapping::{ColumnMapping, DateOrder, Field, ImportKind, MAPPING_VERSION, Mapping},
    record::{Record, RecordReader},
    refusal::Refusal,
    source::{binary_file, read_up_to},
    store::ImportError,
    synonym,
};
use crate::{attributes::ValueType, identity::normal};

const HEAD: usize = 1 << 20;
const SHOWN_ROWS: usize = 20;
const LOOKED_AT: usize = 200;
const DELIMITERS: [u8; 3] = *b",\t;";

/// What a file looks like.
#[derive(Debug, Clone)]
pub struct Inspection {
    /// Its encoding.
    pub encoding: TextEncoding,
    /// Whether it begins with a byte order mark.
    pub has_bom: bool,
    /// What stands between its fields.
    pub delimiter: u8,
    /// The names of its columns; empty when it has no header.
    pub header: Vec<String>,
    /// The first rows of data.
    pub rows: Vec<Vec<String>>,
    /// A guess at what the columns mean.
    pub mapping: Mapping,
    /// What somebody should look at before loading it.
    pub warnings: Vec<Warning>,
}

/// Something odd about a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Warning {
    /// Stable code.
    pub code: &'static str,
    /// What is odd and what it means.
    pub message: Bilingual,
}

/// What an inspection cannot see in the file itself.
#[derive(Debug, Clone)]
pub struct Defaults {
    /// Zone of times without offset.
    pub time_zone: String,
    /// Currency of amounts without one.
    pub currency: String,
    /// The encoding that a person chose instead of the guess.
    pub encoding: Option<TextEncoding>,
    /// The delimiter that a person chose instead of the guess.
    pub delimiter: Option<u8>,
}

/// Looks at a file of this kind. Blocks: call it where blocking is allowed.
pub fn inspect(
    path: &Path,
    kind: ImportKind,
    defaults: &Defaults,
) -> Result<Inspection, ImportError> {
    let mut head = vec![0; HEAD];
    let n = read_up_to(&mut File::open(path)?, &mut head)?;
    head.truncate(n);
    let encoding = match (defaults.encoding, encoding::detect(&head)) {
        (Some(chosen), _) => chosen,
        (None, Detected::Text(encoding)) => encoding,
        (None, Detected::Utf16(_) | Detected::Binary) => {
            return Err(ImportError::Unreadable(binary_file()));
        }
    };
    let bom = encoding::bom_len(&head);
    let text = head.get(bom..).unwrap_or_default();
    let whole = if n < HEAD { text } else { whole_records(text) };
    let delimiter = defaults.delimiter.unwrap_or_else(|| guess_delimiter(whole));
    let (mut rows, n_broken) = read(whole, delimiter, encoding);
    if rows.is_empty() {
        return Err(ImportError::Unreadable(Refusal::new(
            "empty_file",
            "the file holds no row",
            "ファイルに行がありません",
        )));
    }
    let has_header = rows.first().is_some_and(|row| is_header(row));
    let header = if has_header {
        rows.remove(0)
    } else {
        Vec::new()
    };
    let n_columns = if has_header {
        header.len()
    } else {
        rows.iter().map(Vec::len).max().unwrap_or(0)
    };
    let columns = guess_columns(kind, &header, &rows, n_columns);
    let warnings = warnings(&rows, &header, n_columns, n_broken);
    let mapping = Mapping {
        version: MAPPING_VERSION,
        has_header,
        n_columns,
        header: header.clone(),
        date_order: guess_date_order(&columns, &rows),
        columns,
        time_zone: defaults.time_zone.clone(),
        currency: defaults.currency.clone(),
        consents: Vec::new(),
    };
    rows.truncate(SHOWN_ROWS);
    Ok(Inspection {
        encoding,
        has_bom: bom > 0,
        delimiter,
        header,
        rows,
        mapping,
        warnings,
    })
}

/// Leaves out the last record, which may be cut in two.
fn whole_records(text: &[u8]) -> &[u8] {
    text.iter()
        .rposition(|byte| *byte == b'\n')
        .and_then(|end| text.get(..end))
        .unwrap_or(text)
}

fn read(bytes: &[u8], delimiter: u8, encoding: TextEncoding) -> (Vec<Vec<String>>, usize) {
    let mut reader = RecordReader::new(bytes, delimiter, 0, 1);
    let mut record = Record::default();
    let (mut rows, mut n_broken) = (Vec::new(), 0);
    while rows.len() < LOOKED_AT && reader.read(&mut record).unwrap_or(false) {
        if record.fault.is_some() {
            n_broken += 1;
        } else {
            rows.push(
                record
                    .fields()
                    .map(|field| encoding.decode_lossy(field))
                    .collect(),
            );
        }
    }
    (rows, n_broken)
}

/// The delimiter that splits most rows into the same number of columns, more than one.
fn guess_delimiter(bytes: &[u8]) -> u8 {
    let score = |delimiter: u8| {
        let (rows, _) = read(bytes, delimiter, TextEncoding::Utf8);
        let width = rows.first().map_or(0, Vec::len);
        let n_same = rows.iter().filter(|row| row.len() == width).count();
        if width > 1 {
            n_same * 100 / rows.len().max(1) * 1_000 + width
        } else {
            0
        }
    };
    DELIMITERS
        .into_iter()
        .rev()
        .max_by_key(|delimiter| score(*delimiter))
        .unwrap_or(b',')
}

/// A header has only distinct words: known names, or at least nothing that looks like data.
fn is_header(row: &[String]) -> bool {
    if row.iter().any(|cell| synonym::is_known(cell)) {
        return true;
    }
    let mut names: Vec<&str> = row.iter().map(|cell| cell.trim()).collect();
    names.sort_unstable();
    let n = names.len();
    names.dedup();
    let looks_like_data = |cell: &&str| {
        cell.is_empty()
            || cell.contains('@')
            || cell.chars().next().is_some_and(|c| c.is_ascii_digit())
    };
    names.len() == n && !names.iter().any(looks_like_data)
}

fn guess_columns(
    kind: ImportKind,
    header: &[String],
    rows: &[Vec<String>],
    n_columns: usize,
) -> Vec<ColumnMapping> {
    let mut columns: Vec<ColumnMapping> = Vec::new();
    for column in 0..n_columns {
        let name = header.get(column).map(String::as_str).unwrap_or_default();
        let cells = || {
            rows.iter()
                .filter_map(|row| row.get(column))
                .map(|cell| cell.trim())
                .filter(|cell| !cell.is_empty())
        };
        let mut field = synonym::field_of(name, kind);
        if field.is_none()
            && kind != ImportKind::Products
            && cells().next().is_some()
            && cells().all(|cell| normal::email(cell).is_ok())
        {
            field = Some(Field::Email);
        }
        let is_taken = |field: Field| {
            field != Field::Category && columns.iter().any(|other| other.field == field)
        };
        match field.filter(|field| !is_taken(*field)) {
            Some(field) => columns.push(ColumnMapping {
                column,
                field,
                key: None,
                value_type: None,
            }),
            None if kind == ImportKind::Orders || name.trim().is_empty() => {}
            None => columns.push(ColumnMapping {
                column,
                field: Field::Attribute,
                key: Some(synonym::key_of(name, column)),
                value_type: Some(guess_type(cells())),
            }),
        }
    }
    columns
}

fn guess_type<'a>(cells: impl Iterator<Item = &'a str>) -> ValueType {
    let cells: Vec<&str> = cells.take(LOOKED_AT).collect();
    let all = |test: fn(&str) -> bool| !cells.is_empty() && cells.iter().all(|cell| test(cell));
    // Codes such as 0012 lose their zeros as numbers.
    let is_number = |cell: &str| {
        cell.replace(',', "").parse::<f64>().is_ok()
            && !(cell.len() > 1 && cell.starts_with('0') && !cell.starts_with("0."))
    };
    if all(is_number) {
        ValueType::Number
    } else if all(|cell| {
        date::day(cell, DateOrder::Ymd).is_some() || date::yearless(cell).is_some()
    }) {
        ValueType::Date
    } else if all(|cell| {
        matches!(
            cell.to_ascii_lowercase().as_str(),
            "true" | "false" | "yes" | "no" | "はい" | "いいえ"
        )
    }) {
        ValueType::Boolean
    } else {
        ValueType::Text
    }
}

fn guess_date_order(columns: &[ColumnMapping], rows: &[Vec<String>]) -> DateOrder {
    let dated = columns.iter().filter(|column| {
        column.field == Field::OccurredAt || column.value_type == Some(ValueType::Date)
    });
    let cells: Vec<&String> = dated
        .flat_map(|column| rows.iter().filter_map(|row| row.get(column.column)))
        .filter(|cell| !cell.trim().is_empty())
        .collect();
    let fits = |order: DateOrder| {
        cells
            .iter()
            .all(|cell| date::instant(cell, order, chrono_tz::UTC).is_some())
    };
    [DateOrder::Ymd, DateOrder::Mdy, DateOrder::Dmy]
        .into_iter()
        .find(|order| fits(*order))
        .unwrap_or_default()
}

fn warnings(
    rows: &[Vec<String>],
    header: &[String],
    n_columns: usize,
    n_broken: usize,
) -> Vec<Warning> {
    let mut warnings = Vec::new();
    let mut warn = |code, en: String, ja: String| {
        warnings.push(Warning {
            code,
            message: Bilingual::new(en, ja),
        });
    };
    if n_columns == 1 {
        warn(
            "one_column",
            "the file has one column: is the delimiter right?".to_owned(),
            "列が1つしかありません。区切り文字が合っているか確認してください".to_owned(),
        );
    }
    if header.is_empty() {
        warn(
            "no_header",
            "no header was found".to_owned(),
            "見出し行が見つかりません".to_owned(),
        );
    }
    let n_other = rows.iter().filter(|row| row.len() != n_columns).count();
    if n_other > 0 {
        warn(
            "column_count",
            format!("{n_other} of the first rows have another number of columns"),
            format!("先頭の行のうち{n_other}行は列数が異なります"),
        );
    }
    if n_broken > 0 {
        warn(
            "broken_rows",
            format!("{n_broken} of the first rows are broken"),
            format!("先頭の行のうち{n_broken}行は壊れています"),
        );
    }
    if rows
        .iter()
        .flatten()
        .chain(header)
        .any(|cell| cell.contains('\u{FFFD}'))
    {
        warn(
            "encoding",
            "some characters cannot be read: is the encoding right?".to_owned(),
            "読めない文字があります。文字コードを確認してください".to_owned(),
        );
    }
    if rows.is_empty() {
        warn(
            "no_rows",
            "there is no row below the header".to_owned(),
            "見出しの下に行がありません".to_owned(),
        );
    }
    warnings
}
