//! What makes two order lines the same line.
//!
//! A file with line numbers says it itself. One without gets a key out of the line's contents and a
//! counter for equal lines of one order: loading the file again finds every line present, while two
//! equal lines of one basket both count.

use std::collections::{HashMap, HashSet};

use super::OrderLineRow;

const MARK: char = '~';

/// The lines that an order has.
#[derive(Debug, Default)]
pub(super) struct Lines {
    keys: HashSet<String>,
    /// How many lines with the same contents this load has met in the order.
    met: HashMap<u64, u32>,
    /// Whether lines came from somewhere else that numbers them in its own way.
    has_foreign: bool,
}

impl Lines {
    /// Takes in a line that is stored. `is_ours` tells whether this load wrote it.
    pub(super) fn stored(&mut self, key: String, is_ours: bool) {
        match content_of(&key) {
            Some(hash) if is_ours => *self.met.entry(hash).or_default() += 1,
            Some(_) => {}
            None => self.has_foreign = true,
        }
        self.keys.insert(key);
    }

    /// Returns the key of a new line, `None` when the order has that line already.
    pub(super) fn add(&mut self, row: &OrderLineRow) -> Option<String> {
        let key = match &row.line_no {
            Some(number) => number.clone(),
            // Numbered lines are there: the order is known in full from another source.
            None if self.has_foreign => return None,
            None => {
                let hash = content_hash(row);
                let met = self.met.entry(hash).or_default();
                *met += 1;
                format!("{MARK}{hash:016x}.{met}")
            }
        };
        self.keys.insert(key.clone()).then_some(key)
    }
}

fn content_of(key: &str) -> Option<u64> {
    let (hash, _) = key.strip_prefix(MARK)?.split_once('.')?;
    u64::from_str_radix(hash, 16).ok()
}

/// FNV-1a, because the hash is stored for ever and the standard library promises no algorithm.
fn content_hash(row: &OrderLineRow) -> u64 {
    let product = row
        .sku
        .as_deref()
        .or(row.product_name.as_deref())
        .unwrap_or_default();
    let numbers = [row.quantity.to_le_bytes(), row.amount.to_le_bytes()];
    // 0xff stands in no UTF-8 text: it ends the product's name.
    product
        .bytes()
        .chain([0xff])
        .chain(numbers.into_iter().flatten())
        .fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
        })
}

#[cfg(test)]
mod tests {
    use kernel::{money::Currency, time::Millis};

    use super::*;
    use crate::bulk::CustomerKey;

    fn line(sku: &str, amount: i64) -> OrderLineRow {
        OrderLineRow {
            order_no: "1".to_owned(),
            line_no: None,
            customer: CustomerKey::ExternalId("c".to_owned()),
            occurred_at: Millis(0),
            sku: Some(sku.to_owned()),
            product_name: None,
            category: None,
            quantity: 1,
            amount,
            currency: Currency::JPY,
        }
    }

    #[test]
    fn equal_lines_of_one_load_both_count_and_a_second_load_adds_none() {
        let mut first = Lines::default();
        let keys: Vec<String> = [("a", 1), ("a", 1), ("b", 1)]
            .iter()
            .filter_map(|(s, a)| first.add(&line(s, *a)))
            .collect();
        assert_eq!(keys.len(), 3);

        let mut again = Lines::default();
        for key in &keys {
            again.stored(key.clone(), false);
        }
        assert_eq!(again.add(&line("a", 1)), None);
        assert_eq!(again.add(&line("a", 1)), None);
        assert!(again.add(&line("a", 1)).is_some(), "a third one is new");

        let mut resumed = Lines::default();
        for key in &keys {
            resumed.stored(key.clone(), true);
        }
        assert!(
            resumed.add(&line("a", 1)).is_some(),
            "a later chunk of the same load goes on counting"
        );
    }

    #[test]
    fn an_order_whose_lines_are_numbered_elsewhere_is_left_alone() {
        let mut lines = Lines::default();
        lines.stored("1".to_owned(), false);
        assert_eq!(lines.add(&line("a", 1)), None);
        let numbered = |number: &str| OrderLineRow {
            line_no: Some(number.to_owned()),
            ..line("a", 1)
        };
        assert_eq!(lines.add(&numbered("1")), None);
        assert!(lines.add(&numbered("2")).is_some());
    }

    #[test]
    fn the_content_key_never_changes() {
        assert_eq!(
            Lines::default().add(&line("4901", 128)).as_deref(),
            Some("~b2590e41c6537f4b.1")
        );
    }
}
