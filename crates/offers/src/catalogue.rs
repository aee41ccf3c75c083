//! The catalogue as files and order lines see it.

use std::collections::HashMap;

use kernel::id::ProductId;
use profiles::{
    Ctx,
    bulk::{Catalogue, MetProduct, RowOutcome, Terms},
    import::ProductRow,
};
use sea_orm::{DbErr, prelude::async_trait::async_trait};
use serde_json::Map;
use storage::bulk::Bulk;

use crate::{
    product::Product,
    store::{self, PRODUCT_COLUMNS},
};

const ADD: Bulk = Bulk {
    table: "product",
    columns: PRODUCT_COLUMNS,
    suffix: "ON CONFLICT (id) DO NOTHING",
};

/// Takes products out of files and order lines into the `product` table.
#[derive(Debug, Clone, Copy, Default)]
pub struct ProductCatalogue;

#[async_trait]
impl Catalogue for ProductCatalogue {
    async fn meet(&self, ctx: Ctx<'_>, products: &[MetProduct]) -> Result<(), DbErr> {
        let mut terms = Terms::default();
        let pairs: Vec<_> = products
            .iter()
            .map(|met| (None, met.category.as_deref()))
            .collect();
        terms.learn(ctx, &pairs).await?;
        let rows = products
            .iter()
            .map(|met| {
                let product = Product {
                    name: met.name.clone().unwrap_or_else(|| met.sku.clone()),
                    category: met.category.clone(),
                    price: met.price,
                    currency: met.price.map(|_| met.currency),
                    ..unknown(ctx, met.term, &met.sku)
                };
                store::values(ctx, &terms, &product)
            })
            .collect();
        ADD.insert(ctx.tx, rows).await.map(|_| ())
    }

    async fn load(&self, ctx: Ctx<'_>, rows: &[ProductRow]) -> Result<Vec<RowOutcome>, DbErr> {
        let mut terms = Terms::default();
        let pairs: Vec<_> = rows
            .iter()
            .map(|row| (Some(row.sku.as_str()), None))
            .collect();
        terms.learn(ctx, &pairs).await?;
        let skus: Vec<&str> = rows.iter().map(|row| row.sku.as_str()).collect();
        let mut held: HashMap<String, Product> = store::by_sku(ctx, &skus)
            .await?
            .into_iter()
            .map(|product| (product.sku.clone(), product))
            .collect();
        let mut changed: HashMap<String, ()> = HashMap::new();
        let mut outcomes = Vec::with_capacity(rows.len());
        for row in rows {
            let is_new = !held.contains_key(&row.sku);
            let id = terms
                .product(&row.sku)
                .map(|(id, _)| id)
                .unwrap_or_default();
            let product = held
                .entry(row.sku.clone())
                .or_insert_with(|| unknown(ctx, id, &row.sku));
            let before = product.clone();
            apply(product, row);
            outcomes.push(if is_new || *product != before {
                product.updated_at = ctx.now;
                changed.insert(row.sku.clone(), ());
                RowOutcome::Taken
            } else {
                RowOutcome::Repeated
            });
        }
        let mut written: Vec<Product> = held
            .into_values()
            .filter(|product| changed.contains_key(&product.sku))
            .collect();
        written.sort_unstable_by_key(|product| product.id);
        store::write(ctx, &mut terms, &written).await?;
        Ok(outcomes)
    }
}

fn unknown(ctx: Ctx<'_>, id: i64, sku: &str) -> Product {
    Product {
        id: ProductId::from_raw(id),
        sku: sku.to_owned(),
        name: sku.to_owned(),
        category: None,
        price: None,
        currency: None,
        image_url: None,
        url: None,
        stock: None,
        is_active: true,
        attributes: Map::new(),
        created_at: ctx.now,
        updated_at: ctx.now,
        version: 1,
    }
}

/// What a row does not say stays as it is.
fn apply(product: &mut Product, row: &ProductRow) {
    if let Some(name) = &row.name {
        product.name.clone_from(name);
    }
    for (held, given) in [
        (&mut product.category, &row.category),
        (&mut product.image_url, &row.image_url),
        (&mut product.url, &row.url),
    ] {
        if given.is_some() {
            held.clone_from(given);
        }
    }
    if row.price.is_some() {
        product.price = row.price;
        product.currency = row.currency;
    }
    product.stock = row.stock.or(product.stock);
    product.is_active = row.is_active.unwrap_or(product.is_active);
    for (key, value) in &row.attributes {
        product.attributes.insert(key.clone(), value.clone());
    }
}
