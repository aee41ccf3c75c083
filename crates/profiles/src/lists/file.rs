//! Whom the lines of a file mean: CSV or plain text, with a header or without.

use std::{fs::File, path::Path};

use kernel::invalid::Invalid;

use super::ListError;
use crate::{
    identity::{Key, KeyKind, normal},
    import::{
        Defaults, Field, ImportKind, Mapping, Record, RecordReader, TextEncoding, field_of,
        inspect, normalise_upload,
    },
};

/// The most lines of a file.
pub const MAX_LINES: u64 = 1_000_000;

/// A line that is to name somebody.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Line {
    /// Its number, from 1.
    pub(super) number: u64,
    /// What stands in the columns that name people; in part what could not be decoded.
    pub(super) written: String,
    /// Whom it may mean, the surest first; none when nothing of it can name anybody.
    pub(super) keys: Vec<Key>,
}

/// Whether a line that names the columns is still to be passed over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum Header {
    #[default]
    None,
    ToCome,
}

/// The lines of a file, one after the other. Blocks.
pub(super) struct Lines {
    reader: RecordReader<File>,
    encoding: TextEncoding,
    columns: Vec<(usize, Option<KeyKind>)>,
    header: Header,
    n_read: u64,
}

impl Lines {
    /// Opens an uploaded file; UTF-16 is rewritten as UTF-8 in its place.
    pub(super) fn open(path: &Path) -> Result<Self, ListError> {
        normalise_upload(path)?;
        let defaults = Defaults {
            time_zone: "UTC".to_owned(),
            currency: "JPY".to_owned(),
            encoding: None,
            delimiter: None,
        };
        let seen = inspect(path, ImportKind::Customers, &defaults)?;
        // A header is believed only when it names a column: an id may look like a word, and nobody is to be lost.
        let is_named = seen.header.iter().any(|name| {
            let field = field_of(name, ImportKind::Customers);
            field.and_then(key_kind).is_some()
        });
        let header = if is_named {
            Header::ToCome
        } else {
            Header::None
        };
        let columns = columns(&seen.mapping, header);
        let mut reader = File::open(path)?;
        let offset = if seen.has_bom { 3 } else { 0 };
        std::io::Seek::seek(&mut reader, std::io::SeekFrom::Start(offset))?;
        Ok(Self {
            reader: RecordReader::new(reader, seen.delimiter, offset, 1),
            encoding: seen.encoding,
            columns,
            header,
            n_read: 0,
        })
    }

    /// Reads up to so many lines that are not blank; fewer at the end of the file.
    pub(super) fn take(&mut self, limit: usize) -> Result<Vec<Line>, ListError> {
        let mut lines = Vec::with_capacity(limit);
        let mut record = Record::default();
        while lines.len() < limit && self.reader.read(&mut record)? {
            if record.is_blank() {
                continue;
            }
            if std::mem::take(&mut self.header) == Header::ToCome {
                continue;
            }
            self.n_read += 1;
            if self.n_read > MAX_LINES {
                return Err(too_many().into());
            }
            lines.push(self.line(&record));
        }
        Ok(lines)
    }

    fn line(&self, record: &Record) -> Line {
        let mut written = Vec::new();
        let mut keys = Vec::new();
        for (column, kind) in &self.columns {
            let Some(bytes) = record.field(*column) else {
                continue;
            };
            let Some(text) = self.encoding.decode(bytes) else {
                written.push(self.encoding.decode_lossy(bytes));
                continue;
            };
            let text = text.trim();
            if text.is_empty() {
                continue;
            }
            written.push(text.to_owned());
            keys.extend(keys_of(text, *kind));
        }
        if record.fault.is_some() {
            keys.clear();
            written = vec![self.encoding.decode_lossy(record.raw())];
        }
        let written: String = written.join(" ").chars().take(200).collect();
        Line {
            number: record.line,
            written,
            keys,
        }
    }
}

/// Returns whom a text may mean. Where the column does not say, a customer number comes before an address.
fn keys_of(text: &str, kind: Option<KeyKind>) -> Vec<Key> {
    let number = normal::id(text).ok();
    let number = number.map(|value| Key::new(KeyKind::External, value));
    let address = normal::email(text).ok();
    let address = address.map(|value| Key::new(KeyKind::Email, value));
    let (number, address) = match kind {
        Some(KeyKind::Email) => (None, address),
        Some(KeyKind::External) => (number, None),
        _ => (number, address),
    };
    number.into_iter().chain(address).collect()
}

const fn key_kind(field: Field) -> Option<KeyKind> {
    match field {
        Field::ExternalId => Some(KeyKind::External),
        Field::Email => Some(KeyKind::Email),
        _ => None,
    }
}

/// Returns the columns that name people: those that say so or look so, or else the first one.
fn columns(mapping: &Mapping, header: Header) -> Vec<(usize, Option<KeyKind>)> {
    let mut found: Vec<(usize, Option<KeyKind>)> = Vec::new();
    for wanted in [Field::ExternalId, Field::Email] {
        let mut columns = mapping.columns.iter();
        let column = columns.find(|column| column.field == wanted);
        found.extend(column.map(|column| (column.column, key_kind(wanted))));
    }
    if found.is_empty() || header == Header::None && mapping.n_columns == 1 {
        return vec![(0, None)];
    }
    found
}

fn too_many() -> Invalid {
    Invalid::one(
        "/file",
        "too_many",
        format!("at most {MAX_LINES} lines"),
        format!("{MAX_LINES}行までです"),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(bytes: &[u8]) -> Result<Vec<(u64, String, usize)>, String> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("list.csv");
        std::fs::write(&path, bytes).unwrap();
        let mut lines = Lines::open(&path).map_err(|error| format!("{error:?}"))?;
        let lines = lines.take(100).map_err(|error| format!("{error:?}"))?;
        let each = lines.into_iter();
        Ok(each
            .map(|line| (line.number, line.written, line.keys.len()))
            .collect())
    }

    fn line(number: u64, written: &str, n: usize) -> (u64, String, usize) {
        (number, written.to_owned(), n)
    }

    #[test]
    fn plain_text_has_one_person_a_line_and_no_header_is_invented() {
        let found = read(b"abc\r\n\r\n u-2 \nA@Example.JP\nnull\n").unwrap();
        let expected = [
            line(1, "abc", 1),
            line(3, "u-2", 1),
            // A number may look like an address.
            line(4, "A@Example.JP", 2),
            line(5, "null", 0),
        ];
        assert_eq!(found, expected);
    }

    #[test]
    fn a_header_says_which_columns_name_people() {
        let text = "氏名,メールアドレス,会員番号\n山田,a@example.jp,m1\n髙橋,,m2\n佐藤,ｂ＠ｅｘａｍｐｌｅ．ｊｐ,\n";
        let expected = [
            line(2, "m1 a@example.jp", 2),
            line(3, "m2", 1),
            line(4, "ｂ＠ｅｘａｍｐｌｅ．ｊｐ", 1),
        ];
        assert_eq!(read(text.as_bytes()).unwrap(), expected);
        let sjis = encoding_rs::SHIFT_JIS.encode(text).0.into_owned();
        assert_eq!(read(&sjis).unwrap(), expected);
        let marked = [b"\xEF\xBB\xBF", text.as_bytes()].concat();
        assert_eq!(read(&marked).unwrap(), expected);
    }

    #[test]
    fn a_line_too_many_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("list.txt");
        let most = usize::try_from(MAX_LINES).unwrap();
        std::fs::write(&path, "a\n".repeat(most + 1)).unwrap();
        let mut lines = Lines::open(&path).unwrap();
        assert_eq!(lines.take(most).unwrap().len(), most);
        let Err(ListError::Invalid(invalid)) = lines.take(1) else {
            panic!("one more was taken");
        };
        assert_eq!(invalid.0[0].code, "too_many");
    }

    #[test]
    fn what_is_no_text_or_empty_is_refused_and_a_broken_line_costs_only_itself() {
        assert!(read(b"").unwrap_err().contains("empty_file"));
        let png: Vec<u8> = (0..400u32)
            .map(|i| (i * 7 % 256).to_le_bytes()[0])
            .collect();
        assert!(read(&png).unwrap_err().contains("binary_file"));
        let found = read(b"email\na@example.jp\nb\xFF\xFE@example.jp\nc@example.jp\n").unwrap();
        let known: Vec<usize> = found.iter().map(|line| line.2).collect();
        assert_eq!(known, [1, 0, 1]);
    }
}
