//! The catalogue.

use std::sync::Arc;

use anyhow::Result;

use crate::{
    category::{CategoryPath, Shelves},
    dice::Dice,
    embedded::{self, Row, each_row, unpack},
};

/// Departments that take money but hold no goods one could recommend (fuel is measured in
/// thousandths of a unit, coupons and miscellany are book-keeping).
const NO_GOODS: [&str; 3] = ["FUEL", "COUPON", "MISCELLANEOUS"];
/// The same, found in categories of other departments.
const NO_GOODS_CATEGORIES: [&str; 4] = [
    "COUPON/MISC ITEMS",
    "COUPONS/STORE & MFG",
    "COUPON",
    "BOTTLE DEPOSITS",
];

/// Made-up brands in place of the makers, of whom the source knows only numbers.
const BRANDS: [&str; 64] = [
    "こもれび",
    "ひなたぼっこ",
    "朝つゆ",
    "小麦日和",
    "やまびこ便",
    "しずくの里",
    "海鳴り",
    "夕なぎ",
    "はなうた",
    "みのり畑",
    "そよ風",
    "つきあかり",
    "ほしぞら",
    "たんぽぽ坂",
    "すずらん",
    "くるみの木",
    "どんぐり村",
    "こがね色",
    "あさやけ",
    "ゆきどけ",
    "春かすみ",
    "夏しぐれ",
    "秋びより",
    "冬ごもり",
    "ことり",
    "うさぎ雲",
    "きつね雨",
    "ふくろう",
    "つばめ便",
    "みつばち",
    "てんとう虫",
    "かえるの歌",
    "石だたみ",
    "路地うら",
    "縁がわ",
    "土間",
    "かまど",
    "井戸ばた",
    "のれん",
    "ちゃぶ台",
    "ひだまり",
    "木漏れ日",
    "青い鳥",
    "赤い屋根",
    "白い帆",
    "緑の丘",
    "黄金の穂",
    "藍のれん",
    "おやつ時間",
    "お弁当日和",
    "晩ごはん",
    "朝ごはん",
    "三時の鐘",
    "日曜日",
    "週末",
    "休み時間",
    "まんまる",
    "さんかく",
    "しましま",
    "みずたま",
    "ぐるぐる",
    "きらきら",
    "ふわふわ",
    "ほくほく",
];
/// The store's own brand.
const OWN_BRAND: &str = "青葉セレクト";

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
    /// Japanese name: brand, type, size.
    pub name: String,
    /// English name: the source's type.
    pub name_en: String,
    /// Where it stands in the store.
    pub path: Arc<CategoryPath>,
    /// Made-up brand.
    pub brand: Option<&'static str>,
    /// True for the store's own brand.
    pub is_own_brand: bool,
    /// Package size as a shelf label says it, such as `3.8L`.
    pub size: Option<String>,
    /// Price in yen: the median of what was paid for one.
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
    each_row("products.csv", unpack(embedded::PRODUCTS)?, |row| {
        let index = ProductIndex(u32::try_from(products.len())?);
        products.push(product(index, row, seed, shelves)?);
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
    let brand = match (is_own_brand, row.optional::<usize>(5)?) {
        _ if kind != ProductKind::Goods => None,
        (true, _) => Some(OWN_BRAND),
        (false, maker) => maker.and_then(|maker| BRANDS.get(maker)).copied(),
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
        path,
        brand,
        is_own_brand,
        size,
        price,
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
