//! The files of `data/`, inside the binary, and how they are read.

use std::io::Read;

use anyhow::{Context, Result};
use csv::StringRecord;

pub(crate) const LINES: &[u8] = include_bytes!("../data/lines.csv.zst");
pub(crate) const PRODUCTS: &[u8] = include_bytes!("../data/products.csv.zst");
pub(crate) const HOUSEHOLDS: &[u8] = include_bytes!("../data/households.csv.zst");
pub(crate) const CAMPAIGNS: &[u8] = include_bytes!("../data/campaigns.csv");
pub(crate) const CAMPAIGN_HOUSEHOLDS: &[u8] = include_bytes!("../data/campaign_households.csv.zst");
pub(crate) const COUPONS: &[u8] = include_bytes!("../data/coupons.csv.zst");
pub(crate) const REDEMPTIONS: &[u8] = include_bytes!("../data/redemptions.csv.zst");
pub(crate) const TRANSLATIONS: &[u8] = include_bytes!("../data/translations.csv");
pub(crate) const NAMES: &str = include_str!("../data/names.csv");

/// Returns the bytes of a compressed file as a stream.
pub(crate) fn unpack(packed: &'static [u8]) -> Result<impl Read> {
    zstd::Decoder::new(packed).context("failed to open an embedded file")
}

/// Calls `visit` with each row of a CSV.
pub(crate) fn each_row(
    file: &'static str,
    source: impl Read,
    mut visit: impl FnMut(&Row<'_>) -> Result<()>,
) -> Result<()> {
    let mut reader = csv::ReaderBuilder::new().from_reader(source);
    let mut record = StringRecord::new();
    while reader
        .read_record(&mut record)
        .with_context(|| format!("failed to read {file}"))?
    {
        let line = record.position().map_or(0, csv::Position::line);
        visit(&Row(&record)).with_context(|| format!("bad row in {file}, line {line}"))?;
    }
    Ok(())
}

/// One row of an embedded CSV.
pub(crate) struct Row<'a>(&'a StringRecord);

impl Row<'_> {
    /// Returns a cell; an absent one is blank.
    pub(crate) fn text(&self, column: usize) -> &str {
        self.0.get(column).unwrap_or("")
    }

    /// Returns a cell as a number.
    pub(crate) fn number<T: std::str::FromStr>(&self, column: usize) -> Result<T> {
        let text = self.text(column);
        text.parse()
            .ok()
            .with_context(|| format!("column {column} is not a number: {text:?}"))
    }

    /// Returns a cell as a number, or nothing where it is blank.
    pub(crate) fn optional<T: std::str::FromStr>(&self, column: usize) -> Result<Option<T>> {
        if self.text(column).is_empty() {
            Ok(None)
        } else {
            self.number(column).map(Some)
        }
    }
}
