//! A year of baskets.

use std::{collections::HashMap, io::Read, ops::Range};

use anyhow::{Context, Result, bail};
use kernel::time::Millis;

use crate::{
    calendar::Calendar,
    embedded::{self, unpack},
    product::{Product, ProductIndex, ProductKind},
};

/// One line of a receipt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Line {
    /// What was bought.
    pub product: ProductIndex,
    /// Units, at least 1; see the README for fuel and for lines whose source says 0.
    pub quantity: u32,
    /// The source's own quantity.
    pub source_quantity: u32,
    amount: u32,
}

impl Line {
    /// Returns what was paid for the line, in yen.
    pub fn amount(self) -> i64 {
        i64::from(self.amount)
    }
}

/// One visit to the till.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Basket<'a> {
    /// The household's number in the source.
    pub household: u32,
    /// Unique in the company: household and running number, such as `0900-0012`.
    pub order_number: String,
    /// When it was paid.
    pub occurred_at: Millis,
    /// What was in it, the more popular products first.
    pub lines: &'a [Line],
}

impl Basket<'_> {
    /// Returns the sum of the lines in yen.
    pub fn total(&self) -> i64 {
        self.lines.iter().map(|line| line.amount()).sum()
    }
}

#[derive(Debug, Clone)]
struct Head {
    household: u32,
    sequence: u32,
    minute: i64,
    lines: Range<usize>,
}

/// All baskets, by household and then by time: 28 MB.
#[derive(Debug)]
pub(crate) struct Receipts {
    heads: Vec<Head>,
    lines: Vec<Line>,
    of_household: HashMap<u32, Range<usize>>,
}

impl Receipts {
    pub(crate) fn load(products: &[Product]) -> Result<Self> {
        let mut text = Vec::with_capacity(16 << 20);
        unpack(embedded::LINES)?
            .read_to_end(&mut text)
            .context("failed to unpack the lines")?;
        let mut receipts = Self {
            heads: Vec::with_capacity(155_848),
            lines: Vec::with_capacity(1_469_307),
            of_household: HashMap::with_capacity(2_469),
        };
        // The csv crate would take three times as long in a build without optimisation, and this
        // file, made by our own script, holds digits, commas and line ends only.
        for row in text
            .split(|byte| *byte == b'\n')
            .skip(1)
            .filter(|row| !row.is_empty())
        {
            let cells = cells(row)?;
            receipts.open_basket(cells);
            receipts.push_line(cells, products)?;
        }
        receipts.index_households();
        Ok(receipts)
    }

    fn open_basket(&mut self, [household, minutes, ..]: [Option<u32>; 5]) {
        let Some(minutes) = minutes else { return };
        let minutes = i64::from(minutes);
        let start = self.lines.len();
        let head = match (household, self.heads.last()) {
            (None, Some(last)) => Head {
                household: last.household,
                sequence: last.sequence + 1,
                minute: last.minute + minutes,
                lines: start..start,
            },
            (household, _) => Head {
                household: household.unwrap_or(0),
                sequence: 1,
                minute: minutes,
                lines: start..start,
            },
        };
        self.heads.push(head);
    }

    fn push_line(&mut self, cells: [Option<u32>; 5], products: &[Product]) -> Result<()> {
        let [_, _, Some(index), Some(amount), quantity] = cells else {
            bail!("a line without product or amount");
        };
        let product = products
            .get(index as usize)
            .context("a line of an unknown product")?;
        let source_quantity = quantity.unwrap_or(1);
        // Fuel counts thousandths of a gallon and the till's miscellany counts cents: one unit each.
        let quantity = match product.kind {
            ProductKind::MoneyOnly | ProductKind::Unlisted => 1,
            ProductKind::Goods | ProductKind::NeverBought => source_quantity.max(1),
        };
        self.lines.push(Line {
            product: product.index,
            quantity,
            source_quantity,
            amount,
        });
        let end = self.lines.len();
        self.heads
            .last_mut()
            .context("a line before the first basket")?
            .lines
            .end = end;
        Ok(())
    }

    fn index_households(&mut self) {
        for (place, head) in self.heads.iter().enumerate() {
            let range = self
                .of_household
                .entry(head.household)
                .or_insert(place..place);
            range.end = place + 1;
        }
    }

    pub(crate) fn iter(&self, calendar: Calendar) -> impl Iterator<Item = Basket<'_>> {
        self.heads
            .iter()
            .map(move |head| self.basket(calendar, head))
    }

    /// Returns the baskets of one household, oldest first.
    pub(crate) fn of(
        &self,
        calendar: Calendar,
        household: u32,
    ) -> impl Iterator<Item = Basket<'_>> {
        let range = self
            .of_household
            .get(&household)
            .cloned()
            .unwrap_or_default();
        let heads = self.heads.get(range).unwrap_or_default();
        heads.iter().map(move |head| self.basket(calendar, head))
    }

    fn basket(&self, calendar: Calendar, head: &Head) -> Basket<'_> {
        Basket {
            household: head.household,
            order_number: format!("{:04}-{:04}", head.household, head.sequence),
            occurred_at: calendar.minute(head.minute),
            lines: self.lines.get(head.lines.clone()).unwrap_or_default(),
        }
    }
}

/// Reads five numbers, each of which may be blank.
fn cells(row: &[u8]) -> Result<[Option<u32>; 5]> {
    let mut cells = [None; 5];
    let mut slots = cells.iter_mut();
    for cell in row.split(|byte| *byte == b',') {
        let slot = slots.next().context("more than five cells")?;
        for byte in cell {
            let digit = match byte {
                b'0'..=b'9' => u32::from(byte - b'0'),
                _ => bail!(
                    "a cell that is not a number: {}",
                    String::from_utf8_lossy(row)
                ),
            };
            *slot = Some(
                slot.unwrap_or(0_u32)
                    .saturating_mul(10)
                    .saturating_add(digit),
            );
        }
    }
    Ok(cells)
}

#[cfg(test)]
mod tests {
    #[test]
    fn reads_blank_cells_as_nothing() {
        let cells = super::cells(b",,12,199,").unwrap();
        assert_eq!(cells, [None, None, Some(12), Some(199), None]);
        assert!(super::cells(b"1,2,x,4,5").is_err());
        assert!(super::cells(b"1,2,3,4,5,6").is_err());
    }
}
