//! The catalogue.

use std::{collections::HashMap, sync::Arc};

use anyhow::Result;

use crate::{
    category::{CategoryPath, Shelves},
    dice::Dice,
    embedded::{self, Row, each_row, unpack},
    naming,
};

/// Departments that take money but hold no goods one could recommend (fuel is measured in
/// thousandths of a unit, coupons and miscellany are book-keeping).
const NO_GOODS: [&str; 3] = ["FUEL", "COUPON", "MISCELLANEOUS"];
/// Categories that the law lets nobody sell to minors, and that mails had better leave out.
const AGE_RESTRICTED: [&str; 8] = [
    "CIGARETTES",
    "TOBACCO OTHER",
    "CIGARS",
    "BEERS/ALES",
    "DOMESTIC WINE",
    "IMPORTED WINE",
    "MISC WINE",
    "LIQUOR",
];
/// The same as [`NO_GOODS`], found in categories of other departments.
const NO_GOODS_CATEGORIES: [&str; 4] = [
    "COUPON/MISC ITEMS",
    "COUPONS/STORE & MFG",
    "COUPON",
    "BOTTLE DEPOSITS",
];

/// Where a product stands among the rows of the source; lines point to products by it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ProductIndex(pub(crate) u32);

impl ProductIndex {
    /// Returns the plain number, 0 for the most bought product.
    pub fn get(self) -> u32 {
        self.0
    }
}

/// What a product is good for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ProductKind {
    /// Goods with a name, a shelf and a price.
    Goods,
    /// Fuel, coupons, deposits, miscellany: in orders and totals, never in product work.
    MoneyOnly,
    /// Bought, but missing from the source's list of products.
    Unlisted,
    /// Listed, but bought by nobody in the year: no name, price or stock.
    NeverBought,
}

/// One product.
#[derive(Debug, Clone, PartialEq)]
pub struct Product {
    /// The place that lines refer to.
    pub index: ProductIndex,
    /// The source's product number.
    pub sku: String,
    /// What it is good for.
    pub kind: ProductKind,
    /// Japanese name: brand, type, size; unique among goods.
    pub name: String,
    /// English name: the source's type.
    pub name_en: String,
    /// Where it stands in the store.
    pub path: Arc<CategoryPath>,
    /// Made-up brand.
    pub brand: Option<&'static str>,
    /// True for the store's own brand.
    pub is_own_brand: bool,
    /// True for tobacco and alcohol.
    pub is_age_restricted: bool,
    /// Package size as a shelf label says it, such as `3.8L`.
    pub size: Option<String>,
    /// Price in yen: the median of what was paid for one; goods only.
    pub price: Option<i64>,
    /// Made-up stock.
    pub stock: Option<u32>,
}

impl Product {
    /// Returns the page of the product in the (not existing) web shop.
    pub fn url(&self) -> String {
        format!("https://shop.example.jp/p/{}", self.sku)
    }

    /// Returns true when the product may be shown, recommended and put into segments.
    pub fn is_goods(&self) -> bool {
        self.kind == ProductKind::Goods
    }
}

pub(crate) fn load(seed: u64, shelves: &mut Shelves) -> Result<Vec<Product>> {
    let mut products = Vec::with_capacity(92_348);
    let mut namesakes: HashMap<String, usize> = HashMap::new();
    each_row("products.csv", unpack(embedded::PRODUCTS)?, |row| {
        let index = ProductIndex(u32::try_from(products.len())?);
        let mut product = product(index, row, seed, shelves)?;
        if product.is_goods() {
            let earlier = namesakes.entry(product.name.clone()).or_default();
            product.name.push_str(&naming::variant(*earlier));
            *earlier += 1;
        }
        products.push(product);
        Ok(())
    })?;
    Ok(products)
}

fn product(
    index: ProductIndex,
    row: &Row<'_>,
    seed: u64,
    shelves: &mut Shelves,
) -> Result<Product> {
    let path = shelves.path(row.text(1), row.text(2), row.text(3));
    let price = row.optional::<i64>(7)?;
    let kind = kind(&path, price);
    let is_own_brand = row.text(4) == "p";
    let brand = match kind {
        ProductKind::Goods => naming::brand(is_own_brand, row.optional(5)?),
        _ => None,
    };
    let size = Some(row.text(6))
        .filter(|size| !size.is_empty())
        .map(str::to_owned);
    let shelf = path.narrowest();
    let mut name = shelf.map_or_else(|| "品名なし".to_owned(), |level| level.ja.clone());
    if let Some(brand) = brand {
        name = format!("{brand} {name}");
    }
    if let Some(size) = &size {
        name = format!("{name} {size}");
    }
    let name_en = shelf.map_or_else(|| "Unlisted item".to_owned(), |level| level.en.clone());
    let stock = (kind == ProductKind::Goods).then(|| stock(seed, index));
    Ok(Product {
        index,
        sku: row.text(0).to_owned(),
        kind,
        name,
        name_en,
        brand,
        is_own_brand,
        is_age_restricted: path
            .category()
            .is_some_and(|level| AGE_RESTRICTED.contains(&level.en.as_str())),
        path,
        size,
        price: price.filter(|_| kind == ProductKind::Goods),
        stock,
    })
}

fn kind(path: &CategoryPath, price: Option<i64>) -> ProductKind {
    let Some(department) = path.department() else {
        return ProductKind::Unlisted;
    };
    let no_goods = NO_GOODS.contains(&department.en.as_str())
        || path
            .category()
            .is_none_or(|level| NO_GOODS_CATEGORIES.contains(&level.en.as_str()));
    match (price, no_goods) {
        (None, _) => ProductKind::NeverBought,
        (_, true) => ProductKind::MoneyOnly,
        (_, false) => ProductKind::Goods,
    }
}

/// One in twenty-five is sold out; what sells more is stocked deeper.
fn stock(seed: u64, index: ProductIndex) -> u32 {
    let mut dice = Dice::new(seed, "stock", u64::from(index.0));
    if dice.chance(40) {
        return 0;
    }
    let depth = if index.0 < 2_000 { 240 } else { 40 };
    dice.between(1, depth)
}
