//! Splits a byte stream into CSV records, bounded in memory and able to go on after a broken one.
//!
//! The `csv` crate reads an unclosed quote to the end of the file into one field. An import must name the
//! broken line and take the others, so record boundaries are found here. Bytes are split before they are
//! decoded: neither UTF-8 nor `Shift_JIS` has a comma, semicolon, tab, quote or line end inside a character.

use std::io::{self, Read};

use super::refusal::Refusal;

/// The largest field, in bytes.
pub(crate) const MAX_FIELD: usize = 1 << 20;
/// The largest record, in bytes.
const MAX_RECORD: usize = 4 << 20;
/// The most columns.
const MAX_COLUMNS: usize = 1_000;
/// How much of a line that was not taken is kept.
const KEPT: usize = 64 << 10;
const BLOCK: usize = 64 << 10;

/// One record, or the reason why there is none at this place.
#[derive(Debug, Default)]
pub struct Record {
    /// The line on which it begins, from 1.
    pub line: u64,
    /// What is wrong with it as CSV.
    pub fault: Option<Refusal>,
    raw: Vec<u8>,
    bytes: Vec<u8>,
    ends: Vec<usize>,
}

impl Record {
    /// Returns the fields with quotes resolved, undecoded.
    pub fn fields(&self) -> impl ExactSizeIterator<Item = &[u8]> {
        (0..self.ends.len()).map(|i| {
            let from = i
                .checked_sub(1)
                .and_then(|before| self.ends.get(before))
                .copied()
                .unwrap_or(0);
            let to = self.ends.get(i).copied().unwrap_or(from);
            self.bytes.get(from..to).unwrap_or_default()
        })
    }

    /// Returns one field.
    pub fn field(&self, index: usize) -> Option<&[u8]> {
        self.fields().nth(index)
    }

    /// Returns the bytes as they stand in the file, without the line end, at most 64 KiB.
    pub fn raw(&self) -> &[u8] {
        &self.raw
    }

    /// Returns how many bytes its fields have together.
    pub(crate) fn n_bytes(&self) -> usize {
        self.bytes.len()
    }

    /// Tells whether every field is empty.
    pub fn is_blank(&self) -> bool {
        self.fault.is_none() && self.bytes.iter().all(u8::is_ascii_whitespace)
    }

    fn clear(&mut self) {
        self.fault = None;
        self.raw.clear();
        self.bytes.clear();
        self.ends.clear();
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    FieldStart,
    Plain,
    Quoted,
    AfterQuote,
}

enum Broken {
    UnclosedQuote,
    TextAfterQuote,
    FieldTooLarge,
    RecordTooLarge,
    TooManyColumns,
}

/// Reads records one after another.
pub struct RecordReader<R> {
    source: R,
    buffer: Vec<u8>,
    start: usize,
    at_end: bool,
    offset: u64,
    line: u64,
    delimiter: u8,
}

impl<R: Read> RecordReader<R> {
    /// Begins at a byte offset and line; `source` must already stand there.
    pub fn new(source: R, delimiter: u8, offset: u64, line: u64) -> Self {
        Self {
            source,
            buffer: Vec::new(),
            start: 0,
            at_end: false,
            offset,
            line,
            delimiter,
        }
    }

    /// Returns the byte offset of the next record.
    pub fn offset(&self) -> u64 {
        self.offset
    }

    /// Returns the line of the next record.
    pub fn line(&self) -> u64 {
        self.line
    }

    /// Reads the next record that is not an empty line; `false` at the end.
    pub fn read(&mut self, record: &mut Record) -> io::Result<bool> {
        loop {
            record.clear();
            record.line = self.line;
            if self.peek(0)?.is_none() {
                return Ok(false);
            }
            match self.scan(record)? {
                Ok((content, end)) => {
                    self.keep_raw(record, content);
                    if self.window(content).contains(&0) {
                        record.fault = Some(nul_byte());
                    }
                    self.advance(end);
                }
                Err(broken) => self.recover(record, &broken)?,
            }
            if !record.is_blank() {
                return Ok(true);
            }
        }
    }

    fn window(&self, len: usize) -> &[u8] {
        self.buffer
            .get(self.start..self.start + len)
            .unwrap_or_default()
    }

    fn keep_raw(&self, record: &mut Record, len: usize) {
        record.raw.extend_from_slice(self.window(len.min(KEPT)));
    }

    fn peek(&mut self, at: usize) -> io::Result<Option<u8>> {
        loop {
            if let Some(byte) = self.buffer.get(self.start + at) {
                return Ok(Some(*byte));
            }
            if self.at_end {
                return Ok(None);
            }
            self.fill()?;
        }
    }

    fn fill(&mut self) -> io::Result<()> {
        if self.start > 0 {
            self.buffer.drain(..self.start);
            self.start = 0;
        }
        let old = self.buffer.len();
        self.buffer.resize(old + BLOCK, 0);
        let read = loop {
            match self
                .source
                .read(self.buffer.get_mut(old..).unwrap_or_default())
            {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                other => break other?,
            }
        };
        self.buffer.truncate(old + read);
        self.at_end = read == 0;
        Ok(())
    }

    /// Moves past `len` bytes and counts the line ends among them.
    fn advance(&mut self, len: usize) {
        let passed = self.window(len);
        let mut lines = 0;
        let mut after_cr = false;
        for byte in passed {
            if *byte == b'\r' || (*byte == b'\n' && !after_cr) {
                lines += 1;
            }
            after_cr = *byte == b'\r';
        }
        self.line += lines;
        self.offset += len as u64;
        self.start += len;
    }

    /// Finds the record that begins here: length of its content and length with the line end.
    fn scan(&mut self, record: &mut Record) -> io::Result<Result<(usize, usize), Broken>> {
        let mut state = State::FieldStart;
        let mut at = 0;
        let mut field_from = 0;
        loop {
            let Some(byte) = self.peek(at)? else {
                if state == State::Quoted {
                    return Ok(Err(Broken::UnclosedQuote));
                }
                record.ends.push(record.bytes.len());
                return Ok(Ok((at, at)));
            };
            let is_line_end = byte == b'\n' || byte == b'\r';
            match state {
                State::Quoted if byte == b'"' => state = State::AfterQuote,
                State::Quoted => record.bytes.push(byte),
                State::AfterQuote if byte == b'"' => {
                    record.bytes.push(b'"');
                    state = State::Quoted;
                }
                _ if is_line_end => {
                    record.ends.push(record.bytes.len());
                    let pair = byte == b'\r' && self.peek(at + 1)? == Some(b'\n');
                    return Ok(Ok((at, at + 1 + usize::from(pair))));
                }
                _ if byte == self.delimiter => {
                    record.ends.push(record.bytes.len());
                    field_from = record.bytes.len();
                    state = State::FieldStart;
                }
                State::AfterQuote if byte == b' ' => {}
                State::AfterQuote => return Ok(Err(Broken::TextAfterQuote)),
                State::FieldStart if byte == b'"' => state = State::Quoted,
                State::FieldStart | State::Plain => {
                    record.bytes.push(byte);
                    state = State::Plain;
                }
            }
            at += 1;
            if record.bytes.len() - field_from > MAX_FIELD {
                return Ok(Err(if state == State::Quoted {
                    Broken::UnclosedQuote
                } else {
                    Broken::FieldTooLarge
                }));
            }
            if at > MAX_RECORD {
                return Ok(Err(Broken::RecordTooLarge));
            }
            if record.ends.len() >= MAX_COLUMNS {
                return Ok(Err(Broken::TooManyColumns));
            }
        }
    }

    /// Skips the line on which the broken record begins, without holding more than a block of it.
    fn recover(&mut self, record: &mut Record, broken: &Broken) -> io::Result<()> {
        record.clear();
        record.fault = Some(broken.refusal());
        loop {
            self.peek(0)?;
            let rest = self.buffer.get(self.start..).unwrap_or_default();
            let content = rest.iter().position(|byte| matches!(byte, b'\n' | b'\r'));
            let len = content.unwrap_or(rest.len());
            let kept = len.min(KEPT.saturating_sub(record.raw.len()));
            record
                .raw
                .extend_from_slice(rest.get(..kept).unwrap_or_default());
            if content.is_some() {
                let pair = self.peek(len)? == Some(b'\r') && self.peek(len + 1)? == Some(b'\n');
                self.advance(len + 1 + usize::from(pair));
                return Ok(());
            }
            self.advance(len);
            if self.peek(0)?.is_none() {
                return Ok(());
            }
        }
    }
}

impl Broken {
    fn refusal(&self) -> Refusal {
        match self {
            Self::UnclosedQuote => Refusal::new(
                "unclosed_quote",
                "a quote is opened on this line and never closed (or the field is over 1 MB)",
                "引用符（\"）がこの行で開いたまま閉じられていません（または1項目が1MBを超えています）",
            ),
            Self::TextAfterQuote => Refusal::new(
                "broken_quote",
                "text follows a closing quote; a quote inside a quoted field is written twice",
                "閉じ引用符の後に文字があります。項目内の引用符は2つ重ねて書いてください",
            ),
            Self::FieldTooLarge => Refusal::new(
                "field_too_large",
                "a field is over 1 MB",
                "1項目が1MBを超えています",
            ),
            Self::RecordTooLarge => Refusal::new(
                "row_too_large",
                "the row is over 4 MB",
                "1行が4MBを超えています",
            ),
            Self::TooManyColumns => Refusal::new(
                "too_many_columns",
                "the row has 1,000 columns or more",
                "列が1,000以上あります",
            ),
        }
    }
}

fn nul_byte() -> Refusal {
    Refusal::new(
        "nul_byte",
        "the row holds a NUL byte; the file may be binary or in another encoding",
        "行にNUL文字が含まれています。バイナリか、別の文字コードのファイルかもしれません",
    )
}

#[cfg(test)]
mod tests;
