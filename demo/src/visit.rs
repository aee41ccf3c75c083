//! Web visits, derived from the baskets.
//!
//! The source knows no web shop. For four households in ten, looks at products that are bought within
//! the next day and a half are made up, so that the timeline, the segments and the triggers have
//! something to show. Every one says so in [`SOURCE`].

use kernel::time::{HOUR, MINUTE, Millis, SECOND};

use crate::{
    basket::Basket,
    calendar,
    dice::Dice,
    household::Household,
    product::{Product, ProductIndex},
};

/// What the property `source` of a derived event says.
pub const SOURCE: &str = "derived";
/// Households in a thousand that look at the web shop at all.
const WEB_HOUSEHOLDS: u32 = 400;

/// What was looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum VisitEvent {
    /// `Page Viewed`: a page that is not a product.
    PageViewed {
        /// Path below `https://shop.example.jp`.
        path: &'static str,
        /// Title of the page.
        title: &'static str,
    },
    /// `Product Viewed`.
    ProductViewed {
        /// The product.
        product: ProductIndex,
    },
}

impl VisitEvent {
    /// Returns the name of the event as the e-commerce specification of Segment spells it.
    pub fn name(&self) -> &'static str {
        match self {
            Self::PageViewed { .. } => "Page Viewed",
            Self::ProductViewed { .. } => "Product Viewed",
        }
    }
}

/// One derived look.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Visit {
    /// Unique and stable: order number and running number, such as `derived-0900-0012-1`.
    pub message_id: String,
    /// Who looked.
    pub household: u32,
    /// When.
    pub occurred_at: Millis,
    /// At what.
    pub event: VisitEvent,
    /// Always [`SOURCE`].
    pub source: &'static str,
}

const PAGES: [(&str, &str); 5] = [
    ("/", "青葉ストア ネットチラシ"),
    ("/flyer", "今週のチラシ"),
    ("/coupons", "クーポン一覧"),
    ("/recipes", "今日の献立"),
    ("/stores", "店舗・営業時間"),
];

/// Returns true for the households that use the web shop.
pub(crate) fn uses_web(seed: u64, household: u32) -> bool {
    Dice::new(seed, "web", u64::from(household)).chance(WEB_HOUSEHOLDS)
}

/// Returns what the household looked at before this basket, oldest first; none before its card.
pub(crate) fn before(
    seed: u64,
    household: &Household,
    basket: &Basket<'_>,
    products: &[Product],
) -> Vec<Visit> {
    let goods: Vec<ProductIndex> = basket
        .lines
        .iter()
        .map(|line| line.product)
        .filter(|index| {
            products
                .get(index.0 as usize)
                .is_some_and(Product::is_goods)
        })
        .collect();
    let id = basket.occurred_at.0.unsigned_abs() ^ u64::from(household.id).rotate_left(40);
    let mut dice = Dice::new(seed, "visit", id);
    let mut events = Vec::new();
    if dice.chance(600) {
        let (path, title) = *dice.pick(&PAGES);
        events.push(VisitEvent::PageViewed { path, title });
    }
    for share in [850, 400, 150] {
        if !goods.is_empty() && dice.chance(share) {
            let product = *dice.pick(&goods);
            let event = VisitEvent::ProductViewed { product };
            if !events.contains(&event) {
                events.push(event);
            }
        }
    }
    let mut at = session_start(&mut dice, basket.occurred_at);
    if at < household.registered_at {
        return Vec::new();
    }
    let mut visits = Vec::with_capacity(events.len());
    for (number, event) in events.into_iter().enumerate() {
        visits.push(Visit {
            message_id: format!("{SOURCE}-{}-{}", basket.order_number, number + 1),
            household: household.id,
            occurred_at: at,
            event,
            source: SOURCE,
        });
        at = at.plus(i64::from(dice.between(12, 150)) * SECOND);
    }
    visits
}

/// Half an hour to 36 hours before the basket, and not between midnight and six.
fn session_start(dice: &mut Dice, basket: Millis) -> Millis {
    let start = basket.plus(-i64::from(dice.between(30, 36 * 60)) * MINUTE);
    if calendar::hour(start) < 6 {
        start.plus(-6 * HOUR)
    } else {
        start
    }
}
