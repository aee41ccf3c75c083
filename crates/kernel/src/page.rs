//! Keyset paging: a page is asked for by the position after which it begins.

use serde::{Deserialize, Serialize};

/// The most rows a page may have.
pub const MAX_LIMIT: u32 = 100;
/// The rows of a page when nothing is asked.
pub const DEFAULT_LIMIT: u32 = 50;

/// Which page is wanted.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PageRequest {
    /// The opaque position given as `next` by the page before.
    pub after: Option<String>,
    /// How many rows, at most [`MAX_LIMIT`].
    pub limit: Option<u32>,
}

impl PageRequest {
    /// Returns the number of rows to read, within bounds.
    pub fn limit(&self) -> u64 {
        u64::from(self.limit.unwrap_or(DEFAULT_LIMIT).clamp(1, MAX_LIMIT))
    }

    /// Returns the position as the `N` parts that this list's positions have; `None` at the start.
    ///
    /// # Errors
    /// [`BadCursor`] for a text that no list wrote, and for the position of a list with more or fewer parts.
    pub fn position<const N: usize>(&self) -> Result<Option<[i64; N]>, BadCursor> {
        self.after.as_deref().map(decode).transpose()
    }
}

/// A page of rows and where the next one begins.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Page<T> {
    /// The rows.
    pub items: Vec<T>,
    /// The position to ask for next; `None` on the last page.
    pub next: Option<String>,
}

impl<T> Page<T> {
    /// Makes a page out of up to `limit + 1` rows: the surplus row only tells that there is more.
    pub fn cut(mut rows: Vec<T>, limit: u64, position: impl Fn(&T) -> Vec<i64>) -> Self {
        let limit = usize::try_from(limit).unwrap_or(usize::MAX);
        let next = if rows.len() > limit {
            rows.truncate(limit);
            rows.last().map(|row| encode(&position(row)))
        } else {
            None
        };
        Self { items: rows, next }
    }

    /// Changes every row, keeping the position.
    pub fn map<U>(self, change: impl FnMut(T) -> U) -> Page<U> {
        Page {
            items: self.items.into_iter().map(change).collect(),
            next: self.next,
        }
    }
}

/// The `after` value was not made by this server.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("`after` is not a position given by an earlier page")]
pub struct BadCursor;

/// Writes a position as a short opaque text.
pub fn encode(parts: &[i64]) -> String {
    parts
        .iter()
        .map(|part| format!("{:x}", part.cast_unsigned()))
        .collect::<Vec<_>>()
        .join("-")
}

/// Reads a position of `N` parts written by [`encode`], and nothing that only looks like one.
///
/// # Errors
/// [`BadCursor`] when it was not written so.
pub fn decode<const N: usize>(text: &str) -> Result<[i64; N], BadCursor> {
    let mut parts = text.split('-');
    let mut read = [0; N];
    for slot in &mut read {
        let part = parts.next().ok_or(BadCursor)?;
        let number = u64::from_str_radix(part, 16).map_err(|_| BadCursor)?;
        // A sign, a capital or a zero in front is read too, but never written.
        if format!("{number:x}") != part {
            return Err(BadCursor);
        }
        *slot = number.cast_signed();
    }
    match parts.next() {
        None => Ok(read),
        Some(_) => Err(BadCursor),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_position_reads_back_and_rubbish_is_refused() {
        assert_eq!(decode(&encode(&[-5, 0, i64::MAX])), Ok([-5, 0, i64::MAX]));
        for rubbish in [
            "",
            "1",
            "1-2-3",
            "1-",
            "-1",
            "1--2",
            "1-+2",
            "1-02",
            "1-F",
            "1-2 ",
            "1-10000000000000000",
            "'; drop table",
        ] {
            assert_eq!(decode::<2>(rubbish), Err(BadCursor), "{rubbish}");
        }
    }

    #[test]
    fn the_surplus_row_only_says_that_there_is_more() {
        let page = Page::cut(vec![1, 2, 3], 2, |row| vec![*row]);
        assert_eq!((page.items, page.next.is_some()), (vec![1, 2], true));
        assert_eq!(Page::cut(vec![1, 2], 2, |row| vec![*row]).next, None);
    }
}
