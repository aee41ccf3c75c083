//! The 27 coupon campaigns.

use std::collections::HashSet;

use anyhow::{Context, Result};
use chrono::Datelike;
use kernel::time::{HOUR, Millis};

use crate::{
    basket::Receipts,
    calendar::{self, Calendar},
    category::{Level, Shelves},
    embedded::{self, each_row, unpack},
};

/// How the source chose who gets which coupons.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum CampaignKind {
    /// Type A: sixteen coupons for each household, chosen by what it bought before.
    Personal,
    /// Type B: the same coupons for everyone, for about a month.
    Regular,
    /// Type C: the same coupons for everyone, for longer.
    Long,
}

/// One coupon of a campaign.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Coupon {
    /// The number on it, such as `CP-0042`.
    pub code: String,
    /// The category of most of its products.
    pub main_category: Option<Level>,
    /// How many products it is good for.
    pub n_products: u32,
}

/// One coupon handed in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Redemption {
    /// Who used it.
    pub household: u32,
    /// The coupon's code.
    pub coupon: String,
    /// When: the time of the basket, or noon where that day has none.
    pub occurred_at: Millis,
    /// The first basket of the household on that day.
    pub order_number: Option<String>,
}

/// One coupon campaign.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Campaign {
    /// The source's number, 1 to 27.
    pub id: u32,
    /// How households and coupons were matched.
    pub kind: CampaignKind,
    /// Japanese name, unique within the company.
    pub name: String,
    /// English name.
    pub name_en: String,
    /// Midnight at the start of the first day.
    pub starts_at: Millis,
    /// Midnight after the last day.
    pub ends_at: Millis,
    /// Who received it, by number.
    pub households: Vec<u32>,
    /// Its coupons.
    pub coupons: Vec<Coupon>,
    /// What was redeemed, by household and day.
    pub redemptions: Vec<Redemption>,
}

impl Campaign {
    /// Returns the households that redeemed at least one coupon.
    pub fn redeemers(&self) -> HashSet<u32> {
        self.redemptions
            .iter()
            .map(|redemption| redemption.household)
            .collect()
    }
}

pub(crate) fn load(
    calendar: Calendar,
    shelves: &Shelves,
    receipts: &Receipts,
) -> Result<Vec<Campaign>> {
    let mut campaigns: Vec<Campaign> = Vec::with_capacity(27);
    each_row("campaigns.csv", embedded::CAMPAIGNS, |row| {
        let kind = match row.text(1) {
            "A" => CampaignKind::Personal,
            "B" => CampaignKind::Regular,
            _ => CampaignKind::Long,
        };
        campaigns.push(Campaign {
            id: row.number(0)?,
            kind,
            name: String::new(),
            name_en: String::new(),
            starts_at: calendar.day(row.number(2)?),
            ends_at: calendar.day(row.number::<i64>(3)? + 1),
            households: Vec::new(),
            coupons: Vec::new(),
            redemptions: Vec::new(),
        });
        Ok(())
    })?;
    each_row(
        "campaign_households.csv",
        unpack(embedded::CAMPAIGN_HOUSEHOLDS)?,
        |row| {
            find(&mut campaigns, row.number(0)?)?
                .households
                .push(row.number(1)?);
            Ok(())
        },
    )?;
    each_row("coupons.csv", unpack(embedded::COUPONS)?, |row| {
        let coupon = Coupon {
            code: code(row.number(1)?),
            main_category: shelves.level('c', row.text(2)),
            n_products: row.number(3)?,
        };
        find(&mut campaigns, row.number(0)?)?.coupons.push(coupon);
        Ok(())
    })?;
    each_row("redemptions.csv", unpack(embedded::REDEMPTIONS)?, |row| {
        let (household, day) = (row.number(1)?, row.number(2)?);
        let (occurred_at, order_number) = at_the_till(calendar, receipts, household, day);
        let coupon = code(row.number(3)?);
        let redemption = Redemption {
            household,
            coupon,
            occurred_at,
            order_number,
        };
        find(&mut campaigns, row.number(0)?)?
            .redemptions
            .push(redemption);
        Ok(())
    })?;
    for campaign in &mut campaigns {
        (campaign.name, campaign.name_en) = name(campaign);
    }
    Ok(campaigns)
}

fn code(number: u32) -> String {
    format!("CP-{number:04}")
}

fn find(campaigns: &mut [Campaign], id: u32) -> Result<&mut Campaign> {
    campaigns
        .iter_mut()
        .find(|campaign| campaign.id == id)
        .context("a campaign that is not listed")
}

/// The source names the day of a redemption only; the household's first basket of it is taken.
fn at_the_till(
    calendar: Calendar,
    receipts: &Receipts,
    household: u32,
    day: i64,
) -> (Millis, Option<String>) {
    let found = receipts
        .of(calendar, household)
        .find(|basket| calendar.day_of(basket.occurred_at) == day);
    match found {
        Some(basket) => (basket.occurred_at, Some(basket.order_number)),
        None => (calendar.day(day).plus(12 * HOUR), None),
    }
}

/// The source has no names: month, kind, number and the two categories with the most coupons make
/// one. Personal coupons go through the whole store and name no category.
fn name(campaign: &Campaign) -> (String, String) {
    let starts = calendar::date(campaign.starts_at);
    let (number, month, month_en) = (campaign.id, starts.month(), starts.format("%B"));
    let (ja, en) = match campaign.kind {
        CampaignKind::Personal => ("あなたの16枚クーポン", "Your sixteen coupons"),
        CampaignKind::Regular => ("売場のクーポン", "Store coupons"),
        CampaignKind::Long => ("じっくり使えるクーポン", "Long-running coupons"),
    };
    let (ja, en) = (format!("{ja} 第{number}回"), format!("{en} no. {number}"));
    if campaign.kind == CampaignKind::Personal {
        return (ja, en);
    }
    let top = main_categories(&campaign.coupons);
    let ja_top = top
        .iter()
        .map(|level| level.ja.as_str())
        .collect::<Vec<_>>()
        .join("、");
    let en_top = top
        .iter()
        .map(|level| level.en.as_str())
        .collect::<Vec<_>>()
        .join(", ");
    (
        format!("{month}月の{ja}（{ja_top}ほか）"),
        format!("{en}, {month_en} ({en_top} and more)"),
    )
}

/// Returns up to two categories, the one with the most coupons first.
fn main_categories(coupons: &[Coupon]) -> Vec<&Level> {
    let mut categories: Vec<(usize, &Level)> = Vec::new();
    for level in coupons
        .iter()
        .filter_map(|coupon| coupon.main_category.as_ref())
    {
        match categories
            .iter_mut()
            .find(|(_, seen)| seen.code == level.code)
        {
            Some((count, _)) => *count += 1,
            None => categories.push((1, level)),
        }
    }
    categories.sort_by(|a, b| b.0.cmp(&a.0).then_with(|| a.1.code.cmp(&b.1.code)));
    categories
        .into_iter()
        .take(2)
        .map(|(_, level)| level)
        .collect()
}
