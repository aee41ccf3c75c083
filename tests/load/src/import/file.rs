//! The year of The Complete Journey as a shop's till would export it: one line a product, by time.

use std::{
    fs::File,
    io::{BufWriter, Write},
    path::Path,
};

use anyhow::Context;
use chrono::{FixedOffset, TimeZone};
use demo::{Basket, Company};
use kernel::time::{Clock, SystemClock};

/// Writes up to `limit` lines; returns how many there are.
pub(crate) fn write(path: &Path, limit: usize) -> anyhow::Result<usize> {
    let company = Company::load(1, SystemClock.now())?;
    let mut baskets: Vec<Basket<'_>> = company.baskets().collect();
    baskets.sort_by_key(|basket| basket.occurred_at);
    let tokyo = FixedOffset::east_opt(9 * 3_600).context("nine hours are an offset")?;
    let file =
        File::create(path).with_context(|| format!("failed to create {}", path.display()))?;
    let mut file = BufWriter::new(file);
    writeln!(
        file,
        "注文番号,会員番号,購入日時,商品コード,カテゴリ,数量,金額"
    )?;
    let mut written = 0;
    for basket in &baskets {
        let at = tokyo.from_utc_datetime(&basket.occurred_at.to_utc().naive_utc());
        let at = at.format("%Y-%m-%d %H:%M:%S").to_string();
        for line in basket.lines {
            if written == limit {
                file.flush()?;
                return Ok(written);
            }
            let product = company.product(line.product);
            writeln!(
                file,
                "{},{},{at},{},{},{},{}",
                basket.order_number,
                basket.household,
                product.sku,
                product.path.display_ja(),
                line.quantity,
                line.amount()
            )?;
            written += 1;
        }
    }
    file.flush()?;
    Ok(written)
}
