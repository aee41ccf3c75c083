#![doc = include_str!("../README.md")]

mod arrival;
mod basket;
mod calendar;
mod campaign;
mod category;
pub mod content;
mod dice;
mod embedded;
mod household;
pub mod idea;
mod label;
mod naming;
mod product;
pub mod story;
pub mod visit;

use std::collections::{HashMap, HashSet};

use anyhow::{Context, Result};
use kernel::time::Millis;

pub use crate::{
    arrival::Arrival,
    basket::{Basket, Line},
    campaign::{Campaign, CampaignKind, Coupon, Redemption},
    category::{CategoryPath, Level},
    household::{Attributes, Gender, Household},
    label::Label,
    product::{Product, ProductIndex, ProductKind},
};
use crate::{
    basket::Receipts, calendar::Calendar, category::Shelves, idea::SegmentIdea, story::Story,
    visit::Visit,
};

/// The Japanese name of the sample company.
pub const COMPANY_NAME: &str = "青葉ストア";
/// The English name of the sample company.
pub const COMPANY_NAME_EN: &str = "Aoba Store";
/// The zone in which the company's wall clocks tick.
pub const TIME_ZONE: &str = "Asia/Tokyo";
/// The currency of every amount; the source's cents are read as yen.
pub const CURRENCY: &str = "JPY";

/// The sample company at one moment: the same seed and the same `now` give the same company.
#[derive(Debug)]
pub struct Company {
    seed: u64,
    calendar: Calendar,
    products: Vec<Product>,
    receipts: Receipts,
    campaigns: Vec<Campaign>,
    households: Vec<Household>,
}

impl Company {
    /// Unpacks the company and moves its dates so that its last basket lies in the week before `now`.
    ///
    /// # Errors
    ///
    /// Fails only when an embedded file is damaged, which the tests of this crate rule out.
    pub fn load(seed: u64, now: Millis) -> Result<Self> {
        let calendar = Calendar::new(now);
        let mut shelves = Shelves::load()?;
        let products = product::load(seed, &mut shelves)?;
        let receipts = Receipts::load(&products)?;
        let campaigns = campaign::load(calendar, &shelves, &receipts)?;
        let story = campaigns
            .iter()
            .find(|campaign| campaign.id == story::STORY_CAMPAIGN);
        let redeemers = story.map(Campaign::redeemers).unwrap_or_default();
        let households = household::load(seed, calendar, &receipts, &redeemers)?;
        Ok(Self {
            seed,
            calendar,
            products,
            receipts,
            campaigns,
            households,
        })
    }

    /// Returns the weeks by which every date of the source was moved.
    pub fn weeks_moved(&self) -> i64 {
        self.calendar.weeks()
    }

    /// Returns the midnight in Tokyo that ends the last day with baskets.
    pub fn data_end(&self) -> Millis {
        self.calendar.end()
    }

    /// Returns the 2,469 customers by number.
    pub fn households(&self) -> &[Household] {
        &self.households
    }

    /// Returns everything that lines may point to: the 92,331 listed products and the 17 that are
    /// sold but listed nowhere.
    pub fn products(&self) -> &[Product] {
        &self.products
    }

    /// Returns the products to show: goods that somebody bought in the year.
    pub fn catalogue(&self) -> impl Iterator<Item = &Product> {
        self.products.iter().filter(|product| product.is_goods())
    }

    /// Returns the product of a line.
    ///
    /// # Panics
    ///
    /// Never: an index is made beside its product only, and every company holds the same ones.
    pub fn product(&self, index: ProductIndex) -> &Product {
        self.products
            .get(index.0 as usize)
            .expect("an index is only made beside its product")
    }

    /// Returns the 155,848 baskets by household, each household's oldest first.
    pub fn baskets(&self) -> impl Iterator<Item = Basket<'_>> {
        self.receipts.iter(self.calendar)
    }

    /// Returns the baskets of one household, oldest first.
    pub fn baskets_of(&self, household: u32) -> impl Iterator<Item = Basket<'_>> {
        self.receipts.of(self.calendar, household)
    }

    /// Returns the 27 coupon campaigns.
    pub fn campaigns(&self) -> &[Campaign] {
        &self.campaigns
    }

    /// Returns the derived web visits by household; within one household they follow its baskets, so
    /// the looks before two close baskets may overlap in time.
    pub fn visits(&self) -> impl Iterator<Item = Visit> {
        let web: HashMap<u32, &Household> = self
            .households
            .iter()
            .filter(|household| visit::uses_web(self.seed, household.id))
            .map(|household| (household.id, household))
            .collect();
        self.baskets()
            .flat_map(move |basket| match web.get(&basket.household) {
                Some(household) => visit::before(self.seed, household, &basket, &self.products),
                None => Vec::new(),
            })
    }

    /// Returns how the households that use the web shop first came to it.
    pub fn arrivals(&self) -> impl Iterator<Item = Arrival> {
        self.households
            .iter()
            .filter(|household| visit::uses_web(self.seed, household.id))
            .map(|household| arrival::of(self.seed, household))
    }

    /// Returns the campaign that is told to its end.
    ///
    /// # Errors
    ///
    /// Fails only when the embedded campaigns lack it.
    pub fn story(&self) -> Result<Story> {
        let campaign = self
            .campaigns
            .iter()
            .find(|campaign| campaign.id == story::STORY_CAMPAIGN);
        Ok(story::tell(
            self.seed,
            campaign.context("the campaign of the story is missing")?,
            &self.households,
        ))
    }

    /// Returns who is in a segment idea at `as_of`, counted straight from the baskets.
    pub fn members(&self, idea: &SegmentIdea, as_of: Millis) -> HashSet<u32> {
        idea::members(idea, as_of, &self.products, self.baskets())
    }
}
