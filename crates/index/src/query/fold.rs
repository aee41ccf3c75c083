//! What is gathered for the customers of one block: an array with a place for each.

mod count;
mod value;

use std::ops::Range as Span;

use super::{Range, scan::Gather};
use crate::{event::Bucket, number::BLOCK};

pub(super) use count::{Lines, Seen, Times};
pub(super) use value::{Edge, Sum};

/// A gathered value of each customer of a block.
pub(super) trait Fold: Gather + Send {
    /// Returns who of 64 customers has events.
    fn seen(&self, word: usize) -> u64;
    /// Returns the value of a customer who has events.
    fn value(&self, person: u16) -> i64;
    /// Judges 64 customers: of whom it holds, and who has no events.
    fn judge(&self, word: usize, range: Range) -> (u64, u64);
    /// Puts in order what came, before values are asked for.
    fn settle(&mut self) {}
    /// Forgets everything.
    fn reset(&mut self);
    /// Tells whether anything came.
    fn is_touched(&self) -> bool;
}

/// Judges 64 numbers, of which `none` means that there was no event.
fn judge<N: Copy + Ord>(
    numbers: &[N],
    none: N,
    stretch: Option<(N, N)>,
    is_outside: bool,
) -> (u64, u64) {
    let (mut inside, mut absent) = (0u64, 0u64);
    for (bit, number) in numbers.iter().enumerate() {
        let is_inside = stretch.is_some_and(|(low, high)| low <= *number && *number <= high);
        inside |= u64::from(is_inside) << bit;
        absent |= u64::from(*number == none) << bit;
    }
    let holds = if is_outside { !inside } else { inside };
    (holds & !absent, absent)
}

/// The numbers of 64 customers.
fn of_word<N>(numbers: &[N], word: usize) -> &[N] {
    numbers.get(word * 64..word * 64 + 64).unwrap_or_default()
}

/// Tells which of 64 numbers are not `none`.
fn others<N: Copy + Eq>(numbers: &[N], none: N) -> u64 {
    let bits = numbers.iter().enumerate();
    bits.fold(0, |word, (bit, number)| {
        word | (u64::from(*number != none) << bit)
    })
}

/// Makes an array with a place for each customer of a block.
#[expect(
    clippy::unnecessary_box_returns,
    reason = "half a megabyte must not travel over the stack"
)]
fn of_block<N: Copy>(number: N) -> Box<[N; BLOCK]> {
    let all = vec![number; BLOCK].into_boxed_slice();
    // As long as it was just made.
    all.try_into().unwrap_or_else(|_| Box::new([number; BLOCK]))
}

fn people(bucket: &Bucket, span: Span<usize>) -> &[u16] {
    bucket.people.get(span).unwrap_or_default()
}

fn person(bucket: &Bucket, row: u32) -> u16 {
    bucket.people.get(row as usize).copied().unwrap_or(0)
}
