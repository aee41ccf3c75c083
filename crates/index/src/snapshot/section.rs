//! Sections of the file: number, length, checksum, contents.

use std::{
    io::{self, Read, Write},
    path::{Path, PathBuf},
};

use kernel::feed::Cursor;
use xxhash_rust::xxh3::xxh3_64;

use super::{Header, VERSION, field, io_fault};
use crate::SnapshotError;

const MAGIC: &[u8; 8] = b"ENISHIAI";
/// Written as a number: a machine that orders bytes otherwise reads another one.
const ORDER: u32 = 0x0102_0304;
const HEADER: usize = 8 + 4 + 4 + 8 * 4 + 8;

/// Where sections are written.
pub(super) struct Output<W> {
    writer: W,
    number: u32,
}

impl<W: Write> Output<W> {
    pub(super) const fn new(writer: W) -> Self {
        Self { writer, number: 0 }
    }

    pub(super) fn header(&mut self, header: &Header) -> io::Result<()> {
        let mut bytes = MAGIC.to_vec();
        bytes.extend(VERSION.to_ne_bytes());
        bytes.extend(ORDER.to_ne_bytes());
        for number in [
            header.workspace,
            header.position.xid,
            header.position.id,
            header.version.cast_signed(),
        ] {
            bytes.extend(number.to_ne_bytes());
        }
        bytes.extend(xxh3_64(&bytes).to_ne_bytes());
        self.writer.write_all(&bytes)
    }

    /// Writes a section.
    pub(super) fn section(&mut self, contents: &field::Writer) -> io::Result<()> {
        let bytes = contents.bytes();
        self.number += 1;
        self.writer.write_all(&self.number.to_ne_bytes())?;
        self.writer.write_all(&(bytes.len() as u64).to_ne_bytes())?;
        // The number belongs to the checksum, so that sections can not change places.
        let sum = xxh3_64(bytes) ^ u64::from(self.number);
        self.writer.write_all(&sum.to_ne_bytes())?;
        self.writer.write_all(bytes)
    }

    pub(super) fn into_inner(self) -> W {
        self.writer
    }
}

/// Where sections are read from.
pub(super) struct Input<R> {
    reader: R,
    /// Bytes of the file that were not read yet.
    left: u64,
    number: u32,
    path: PathBuf,
    buffer: Vec<u8>,
}

impl<R: Read> Input<R> {
    pub(super) fn new(reader: R, length: u64, path: &Path) -> Self {
        Self {
            reader,
            left: length,
            number: 0,
            path: path.to_owned(),
            buffer: Vec::new(),
        }
    }

    pub(super) fn header(&mut self) -> Result<Header, SnapshotError> {
        self.take(HEADER as u64)?;
        let bytes = std::mem::take(&mut self.buffer);
        let mut reader = field::Reader::new(&bytes);
        if reader.take(8) != Some(MAGIC) {
            return Err(SnapshotError::Foreign);
        }
        let found = reader.u32().unwrap_or(0);
        if found != VERSION {
            return Err(SnapshotError::Version {
                found,
                expected: VERSION,
            });
        }
        let damaged = SnapshotError::Damaged { section: 0 };
        let is_ours = reader.u32() == Some(ORDER);
        let mut number = || reader.i64().unwrap_or(0);
        let header = Header {
            workspace: number(),
            position: Cursor {
                xid: number(),
                id: number(),
            },
            version: number().cast_unsigned(),
        };
        let sum = number().cast_unsigned();
        let summed = bytes.get(..HEADER - 8).unwrap_or_default();
        if is_ours && sum == xxh3_64(summed) {
            Ok(header)
        } else {
            Err(damaged)
        }
    }

    /// Reads the next section and makes something of it.
    pub(super) fn section<T>(
        &mut self,
        decode: impl FnOnce(&mut field::Reader<'_>) -> Option<T>,
    ) -> Result<T, SnapshotError> {
        self.number += 1;
        let section = self.number;
        self.take(20)?;
        let (number, length, sum) = {
            let mut reader = field::Reader::new(&self.buffer);
            (reader.u32(), reader.u64(), reader.u64())
        };
        let damaged = || SnapshotError::Damaged { section };
        let length = length
            .filter(|_| number == Some(section))
            .ok_or_else(damaged)?;
        self.take(length)?;
        let is_whole = sum == Some(xxh3_64(&self.buffer) ^ u64::from(section));
        let mut reader = field::Reader::new(&self.buffer);
        let made = is_whole.then(|| decode(&mut reader)).flatten();
        made.filter(|_| reader.is_at_end()).ok_or_else(damaged)
    }

    /// Fails unless everything was read.
    pub(super) const fn end(&self) -> Result<(), SnapshotError> {
        if self.left == 0 {
            return Ok(());
        }
        Err(SnapshotError::Damaged {
            section: self.number + 1,
        })
    }

    /// Fills the buffer with the next bytes; never asks for more memory than the file is long.
    fn take(&mut self, n: u64) -> Result<(), SnapshotError> {
        let cut = || SnapshotError::Cut {
            section: self.number,
        };
        if n > self.left {
            return Err(cut());
        }
        let length = usize::try_from(n).map_err(|_| cut())?;
        self.buffer.clear();
        self.buffer.resize(length, 0);
        self.reader
            .read_exact(&mut self.buffer)
            .map_err(|source| io_fault(&self.path, source))?;
        self.left -= n;
        Ok(())
    }
}
