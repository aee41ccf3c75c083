//! Numbers, texts and arrays within a section.

use bytemuck::{NoUninit, Pod};
use roaring::RoaringBitmap;

use crate::{column::Codes, packed::Packed, texts::Texts};

/// Writes the contents of a section.
#[derive(Default)]
pub(super) struct Writer(Vec<u8>);

impl Writer {
    pub(super) fn bytes(&self) -> &[u8] {
        &self.0
    }

    pub(super) fn u8(&mut self, n: u8) {
        self.0.push(n);
    }

    pub(super) fn u32(&mut self, n: u32) {
        self.0.extend(n.to_ne_bytes());
    }

    pub(super) fn u64(&mut self, n: u64) {
        self.0.extend(n.to_ne_bytes());
    }

    pub(super) fn i64(&mut self, n: i64) {
        self.0.extend(n.to_ne_bytes());
    }

    /// Writes an array with its length.
    pub(super) fn array<T: NoUninit>(&mut self, array: &[T]) {
        self.u64(array.len() as u64);
        self.0.extend_from_slice(bytemuck::cast_slice(array));
    }

    pub(super) fn text(&mut self, text: &str) {
        self.array(text.as_bytes());
    }

    pub(super) fn texts(&mut self, texts: &Texts) {
        self.text(&texts.buffer);
        self.array(&texts.ends);
    }

    /// Writes a number that may be absent.
    pub(super) fn maybe(&mut self, n: Option<i64>) {
        self.u8(u8::from(n.is_some()));
        self.i64(n.unwrap_or(0));
    }

    pub(super) fn bitmap(&mut self, bitmap: &RoaringBitmap) {
        let members: Vec<u32> = bitmap.iter().collect();
        self.array(&members);
    }

    pub(super) fn codes(&mut self, codes: &Codes) {
        match codes {
            Codes::Narrow8(codes) => {
                self.u8(1);
                self.array(codes);
            }
            Codes::Narrow16(codes) => {
                self.u8(2);
                self.array(codes);
            }
            Codes::Wide(codes) => {
                self.u8(4);
                self.array(codes);
            }
        }
    }

    pub(super) fn packed(&mut self, packed: &Packed) {
        match packed {
            Packed::Same { n, value } => {
                self.u8(0);
                self.u32(*n);
                self.maybe(*value);
            }
            Packed::Narrow8 { base, data } => {
                self.u8(1);
                self.i64(*base);
                self.array(data);
            }
            Packed::Narrow16 { base, data } => {
                self.u8(2);
                self.i64(*base);
                self.array(data);
            }
            Packed::Narrow32 { base, data } => {
                self.u8(4);
                self.i64(*base);
                self.array(data);
            }
            Packed::Wide { data } => {
                self.u8(8);
                self.array(data);
            }
            Packed::Sparse { n, rows, values } => {
                self.u8(9);
                self.u32(*n);
                self.array(rows);
                self.array(values);
            }
        }
    }
}

/// The section ended before the number.
pub(super) struct Missing;

/// Reads the contents of a section. `None` when they are not what was expected.
pub(super) struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    pub(super) const fn new(bytes: &'a [u8]) -> Self {
        Self(bytes)
    }

    pub(super) const fn is_at_end(&self) -> bool {
        self.0.is_empty()
    }

    pub(super) fn take(&mut self, n: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.0.split_at_checked(n)?;
        self.0 = rest;
        Some(taken)
    }

    fn number<const N: usize>(&mut self) -> Option<[u8; N]> {
        self.take(N)?.try_into().ok()
    }

    pub(super) fn u8(&mut self) -> Option<u8> {
        self.number().map(u8::from_ne_bytes)
    }

    pub(super) fn u32(&mut self) -> Option<u32> {
        self.number().map(u32::from_ne_bytes)
    }

    pub(super) fn u64(&mut self) -> Option<u64> {
        self.number().map(u64::from_ne_bytes)
    }

    pub(super) fn i64(&mut self) -> Option<i64> {
        self.number().map(i64::from_ne_bytes)
    }

    pub(super) fn array<T: Pod>(&mut self) -> Option<Vec<T>> {
        let n = usize::try_from(self.u64()?).ok()?;
        let bytes = self.take(n.checked_mul(size_of::<T>())?)?;
        let mut array = vec![T::zeroed(); n];
        bytemuck::cast_slice_mut(&mut array).copy_from_slice(bytes);
        Some(array)
    }

    pub(super) fn text(&mut self) -> Option<String> {
        String::from_utf8(self.array()?).ok()
    }

    pub(super) fn texts(&mut self) -> Option<Texts> {
        Some(Texts {
            buffer: self.text()?,
            ends: self.array()?,
        })
    }

    /// Reads a number that may be absent.
    pub(super) fn maybe(&mut self) -> Result<Option<i64>, Missing> {
        let is_some = self.u8().ok_or(Missing)? == 1;
        let n = self.i64().ok_or(Missing)?;
        Ok(is_some.then_some(n))
    }

    pub(super) fn bitmap(&mut self) -> Option<RoaringBitmap> {
        RoaringBitmap::from_sorted_iter(self.array::<u32>()?).ok()
    }

    pub(super) fn codes(&mut self) -> Option<Codes> {
        Some(match self.u8()? {
            1 => Codes::Narrow8(self.array()?),
            2 => Codes::Narrow16(self.array()?),
            4 => Codes::Wide(self.array()?),
            _ => return None,
        })
    }

    pub(super) fn packed(&mut self) -> Option<Packed> {
        Some(match self.u8()? {
            0 => Packed::Same {
                n: self.u32()?,
                value: self.maybe().ok()?,
            },
            1 => Packed::Narrow8 {
                base: self.i64()?,
                data: self.array()?,
            },
            2 => Packed::Narrow16 {
                base: self.i64()?,
                data: self.array()?,
            },
            4 => Packed::Narrow32 {
                base: self.i64()?,
                data: self.array()?,
            },
            8 => Packed::Wide {
                data: self.array()?,
            },
            9 => Packed::Sparse {
                n: self.u32()?,
                rows: self.array()?,
                values: self.array()?,
            },
            _ => return None,
        })
    }
}
