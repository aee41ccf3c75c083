//! The file behind an import: where it begins, its rows a chunk at a time, and UTF-16 rewritten.

use std::{
    fs::File,
    io::{self, BufReader, BufWriter, Read, Seek, SeekFrom, Write},
    path::Path,
    sync::Arc,
};

use chrono_tz::Tz;
use kernel::{money::Currency, time::Millis};

use super::{
    convert::Converter,
    encoding::{self, Detected, TextEncoding},
    mapping::{ImportKind, Mapping},
    record::{Record, RecordReader},
    refusal::Refusal,
    row::MappedRow,
    store::ImportError,
};

/// Bytes after which a chunk is closed: a row may have 4 MB, and the memory must not grow with the file.
const MAX_CHUNK: usize = 4 << 20;

/// How a file is read.
#[derive(Debug, Clone)]
pub struct SourceOptions {
    /// What its rows are.
    pub kind: ImportKind,
    /// Its encoding.
    pub encoding: TextEncoding,
    /// What stands between its fields.
    pub delimiter: u8,
    /// Which column means what.
    pub mapping: Arc<Mapping>,
    /// Its name, as proof of consents.
    pub file_name: String,
}

/// A row of a chunk.
pub(crate) struct SourceRow {
    pub(crate) line: u64,
    pub(crate) mapped: Result<MappedRow, Refusal>,
    pub(crate) raw: Vec<u8>,
}

impl SourceRow {
    /// Returns when the events happened that the row brings.
    pub(crate) fn instant(&self) -> Option<Millis> {
        match &self.mapped {
            Ok(MappedRow::OrderLine(line)) => Some(line.occurred_at),
            _ => None,
        }
    }
}

/// Some rows and where to go on after them.
pub(crate) struct Chunk {
    pub(crate) rows: Vec<SourceRow>,
    pub(crate) offset: u64,
    pub(crate) line: u64,
    pub(crate) is_last: bool,
}

/// The rows of a file.
pub(crate) struct Rows {
    reader: RecordReader<File>,
    converter: Converter,
}

impl Rows {
    /// Begins at the first row of data.
    pub(crate) fn begin(
        mut file: File,
        options: &SourceOptions,
        now: Millis,
    ) -> Result<Self, ImportError> {
        let mut head = [0; 3];
        let n = read_up_to(&mut file, &mut head)?;
        let skipped = encoding::bom_len(head.get(..n).unwrap_or_default());
        let mut rows = Self::resume(file, options, now, skipped as u64, 1)?;
        if options.mapping.has_header {
            rows.reader.read(&mut Record::default())?;
        }
        Ok(rows)
    }

    /// Goes on at a place named by an earlier chunk.
    pub(crate) fn resume(
        mut file: File,
        options: &SourceOptions,
        now: Millis,
        offset: u64,
        line: u64,
    ) -> Result<Self, ImportError> {
        file.seek(SeekFrom::Start(offset))?;
        let mapping = &options.mapping;
        let converter = Converter {
            kind: options.kind,
            mapping: mapping.clone(),
            encoding: options.encoding,
            zone: mapping.time_zone.parse().unwrap_or(Tz::UTC),
            currency: Currency::parse(&mapping.currency).unwrap_or(Currency::JPY),
            proof: options.file_name.clone(),
            now,
        };
        Ok(Self {
            reader: RecordReader::new(file, options.delimiter, offset, line),
            converter,
        })
    }

    /// Reads up to `limit` rows, and fewer when they are long.
    pub(crate) fn take_rows(&mut self, limit: usize) -> io::Result<Chunk> {
        let mut rows = Vec::with_capacity(limit);
        let mut record = Record::default();
        let mut is_last = false;
        let mut n_bytes = 0;
        while rows.len() < limit && n_bytes < MAX_CHUNK {
            if !self.reader.read(&mut record)? {
                is_last = true;
                break;
            }
            n_bytes += record.n_bytes().max(record.raw().len());
            rows.push(SourceRow {
                line: record.line,
                mapped: self.converter.convert(&record),
                raw: record.raw().to_vec(),
            });
        }
        Ok(Chunk {
            rows,
            offset: self.reader.offset(),
            line: self.reader.line(),
            is_last,
        })
    }
}

/// Rewrites a UTF-16 upload as UTF-8 and refuses what is no text at all. Blocks.
///
/// Afterwards every byte offset of the file is one that imports can resume at.
pub fn normalise_upload(path: &Path) -> Result<(), ImportError> {
    let mut head = vec![0; 64 << 10];
    let n = read_up_to(&mut File::open(path)?, &mut head)?;
    head.truncate(n);
    if head.is_empty() {
        return Err(ImportError::Unreadable(Refusal::new(
            "empty_file",
            "the file is empty",
            "ファイルが空です",
        )));
    }
    match encoding::detect(&head) {
        Detected::Text(_) => Ok(()),
        Detected::Binary => Err(ImportError::Unreadable(binary_file())),
        Detected::Utf16(encoding) => Ok(rewrite(path, encoding)?),
    }
}

/// The refusal of a file that is no text.
pub(crate) fn binary_file() -> Refusal {
    Refusal::new(
        "binary_file",
        "the file is not text: save it as CSV first (Excel: Save As, CSV UTF-8)",
        "テキストファイルではありません。CSVとして保存し直してください（Excelでは「名前を付けて保存」→「CSV UTF-8」）",
    )
}

fn rewrite(path: &Path, encoding: &'static encoding_rs::Encoding) -> io::Result<()> {
    let part = path.with_extension("utf8");
    let mut source = BufReader::new(File::open(path)?);
    let mut target = BufWriter::new(File::create(&part)?);
    let mut decoder = encoding.new_decoder_with_bom_removal();
    let mut input = vec![0; 64 << 10];
    loop {
        let n = source.read(&mut input)?;
        let mut text =
            String::with_capacity(decoder.max_utf8_buffer_length(n).unwrap_or(n * 3 + 16));
        let (..) = decoder.decode_to_string(input.get(..n).unwrap_or_default(), &mut text, n == 0);
        target.write_all(text.as_bytes())?;
        if n == 0 {
            break;
        }
    }
    target
        .into_inner()
        .map_err(io::IntoInnerError::into_error)?
        .sync_all()?;
    std::fs::rename(part, path)
}

pub(crate) fn read_up_to(file: &mut File, buffer: &mut [u8]) -> io::Result<usize> {
    let mut n = 0;
    while n < buffer.len() {
        match file.read(buffer.get_mut(n..).unwrap_or_default())? {
            0 => break,
            read => n += read,
        }
    }
    Ok(n)
}
