//! The catalogue.

use std::collections::BTreeSet;

use demo::{Company, Product};
use kernel::money::Currency;
use kernel::time::Millis;
use offers::ProductCatalogue;
use profiles::{bulk::Catalogue, import::ProductRow};

use super::load::Load;

const CHUNK: usize = 5_000;

/// Tells whether a product is goods of the catalogue; fuel, coupons and the like are money only.
pub(super) fn is_listed(product: &Product) -> bool {
    product.is_goods()
}

/// Returns the category path that a product's events carry: department and category.
pub(super) fn category(product: &Product) -> String {
    let names: Vec<&str> = product
        .path
        .levels
        .iter()
        .take(2)
        .map(|level| level.ja.as_str())
        .collect();
    names.join(" > ")
}

/// Returns the paths of categories given by English name.
pub(super) fn paths(company: &Company, english: &[&str]) -> Vec<String> {
    let found: BTreeSet<String> = company
        .catalogue()
        .filter(|product| {
            product
                .path
                .category()
                .is_some_and(|level| english.contains(&level.en.as_str()))
        })
        .map(category)
        .collect();
    found.into_iter().collect()
}

pub(super) async fn load(load: &mut Load<'_>, company: &Company) -> anyhow::Result<()> {
    let now = load.app.now();
    let rows: Vec<ProductRow> = company
        .catalogue()
        .map(|product| row(product, now))
        .collect();
    for chunk in rows.chunks(CHUNK) {
        let tx = load.app.db.begin().await?;
        let ctx = load.ctx(&tx);
        ProductCatalogue.load(ctx, chunk).await?;
        tx.commit().await?;
    }
    Ok(())
}

fn row(product: &Product, now: Millis) -> ProductRow {
    ProductRow {
        sku: product.sku.clone(),
        name: Some(product.name.clone()),
        category: Some(category(product)),
        price: product.price,
        currency: Some(Currency::JPY),
        url: Some(product.url()),
        stock: product.stock.map(i64::from),
        image_url: None,
        is_active: Some(true),
        attributes: serde_json::Map::new(),
        at: now,
    }
}
