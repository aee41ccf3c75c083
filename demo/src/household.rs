//! The people: the source's households with made-up names, places and addresses.

use std::collections::HashSet;

use anyhow::{Context, Result};
use chrono::NaiveDate;
use kernel::time::{DAY, MINUTE, Millis};

use crate::{
    basket::Receipts,
    calendar::Calendar,
    dice::Dice,
    embedded::{self, Row, each_row, unpack},
    label::{self, Label},
};

/// Cities near one another, as a regional supermarket has its customers.
const PLACES: [(&str, &str); 20] = [
    ("神奈川県", "横浜市青葉区"),
    ("神奈川県", "横浜市港北区"),
    ("神奈川県", "横浜市都筑区"),
    ("神奈川県", "横浜市緑区"),
    ("神奈川県", "川崎市宮前区"),
    ("神奈川県", "川崎市高津区"),
    ("神奈川県", "川崎市麻生区"),
    ("神奈川県", "相模原市南区"),
    ("神奈川県", "大和市"),
    ("神奈川県", "藤沢市"),
    ("東京都", "町田市"),
    ("東京都", "多摩市"),
    ("東京都", "八王子市"),
    ("東京都", "世田谷区"),
    ("東京都", "稲城市"),
    ("埼玉県", "さいたま市浦和区"),
    ("埼玉県", "所沢市"),
    ("千葉県", "柏市"),
    ("千葉県", "船橋市"),
    ("静岡県", "熱海市"),
];
/// Domains that nobody can own (RFC 2606 and the registry of .jp).
const DOMAINS: [&str; 3] = ["example.jp", "example.com", "example.net"];

/// The gender of the made-up given name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Gender {
    /// A woman's name.
    Female,
    /// A man's name.
    Male,
}

/// What the source knows of 801 households, in labels; nothing for the others.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Attributes {
    /// Age band (年代).
    pub age_band: Option<Label>,
    /// Income band (世帯年収).
    pub income_band: Option<Label>,
    /// Home ownership (住居).
    pub home_ownership: Option<Label>,
    /// Marital status (婚姻).
    pub marital_status: Option<Label>,
    /// Household size (世帯人数).
    pub household_size: Option<Label>,
    /// Number of children (子ども).
    pub kids: Option<Label>,
}

/// One customer: the person of a household who holds the store's card.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Household {
    /// The source's number, 1 to 2,500.
    pub id: u32,
    /// The card number, such as `A-0900`.
    pub external_id: String,
    /// Family name.
    pub family_name: &'static str,
    /// Given name.
    pub given_name: &'static str,
    /// Family name in hiragana.
    pub family_kana: &'static str,
    /// Given name in hiragana.
    pub given_kana: &'static str,
    /// Prefecture.
    pub prefecture: &'static str,
    /// City or ward.
    pub city: &'static str,
    /// Unique address under a reserved example domain.
    pub email: String,
    /// True when the person agreed to marketing mail.
    pub accepts_email: bool,
    /// Gender, given only where the source has demographics.
    pub gender: Option<Gender>,
    /// Birthday, within the source's age band where it has one.
    pub birthday: Option<NaiveDate>,
    /// When the card was issued, before the first basket.
    pub registered_at: Millis,
    /// Demographics.
    pub attributes: Attributes,
}

impl Household {
    /// Returns family and given name as written in Japanese.
    pub fn full_name(&self) -> String {
        format!("{} {}", self.family_name, self.given_name)
    }

    /// Returns the reading of the full name.
    pub fn full_kana(&self) -> String {
        format!("{} {}", self.family_kana, self.given_kana)
    }
}

#[derive(Debug, Clone, Copy)]
struct Name {
    surface: &'static str,
    kana: &'static str,
    romaji: &'static str,
}

fn names(kind: &str) -> Vec<Name> {
    let rows = embedded::NAMES
        .lines()
        .filter_map(|line| line.strip_prefix(kind)?.strip_prefix(','));
    rows.filter_map(|row| {
        let mut cells = row.split(',');
        Some(Name {
            surface: cells.next()?,
            kana: cells.next()?,
            romaji: cells.next()?,
        })
    })
    .collect()
}

/// Makes the households; `redeemers` used a coupon of the campaign that is told as sent by mail, so
/// they agreed to mail.
pub(crate) fn load(
    seed: u64,
    calendar: Calendar,
    receipts: &Receipts,
    redeemers: &HashSet<u32>,
) -> Result<Vec<Household>> {
    let maker = Maker {
        seed,
        calendar,
        family: names("family"),
        female: names("female"),
        male: names("male"),
    };
    let mut households = Vec::with_capacity(2_469);
    each_row("households.csv", unpack(embedded::HOUSEHOLDS)?, |row| {
        let id = row.number(0)?;
        let first = receipts
            .of(calendar, id)
            .next()
            .context("a household without baskets")?;
        let mut household = maker.household(id, attributes(row), first.occurred_at);
        household.accepts_email |= redeemers.contains(&id);
        households.push(household);
        Ok(())
    })?;
    Ok(households)
}

fn attributes(row: &Row<'_>) -> Attributes {
    let find = |table, column| label::find(table, row.text(column));
    Attributes {
        age_band: find(&label::AGE, 1),
        income_band: find(&label::INCOME, 2),
        home_ownership: find(&label::HOME, 3),
        marital_status: find(&label::MARITAL, 4),
        household_size: find(&label::SIZE, 5),
        kids: find(&label::KIDS, 6),
    }
}

struct Maker {
    seed: u64,
    calendar: Calendar,
    family: Vec<Name>,
    female: Vec<Name>,
    male: Vec<Name>,
}

impl Maker {
    fn household(&self, id: u32, attributes: Attributes, first_basket: Millis) -> Household {
        let dice = |purpose| Dice::new(self.seed, purpose, u64::from(id));
        let gender = if dice("gender").chance(720) {
            Gender::Female
        } else {
            Gender::Male
        };
        let given = match gender {
            Gender::Female => &self.female,
            Gender::Male => &self.male,
        };
        let family = *dice("family").pick(&self.family);
        let given = *dice("given").pick(given);
        let (prefecture, city) = *dice("place").pick(&PLACES);
        let domain = dice("domain").pick(&DOMAINS).to_owned();
        // The household's number makes the address unique, whatever the name.
        let email = format!("{}.{}{id}@{domain}", family.romaji, given.romaji);
        Household {
            id,
            external_id: format!("A-{id:04}"),
            family_name: family.surface,
            given_name: given.surface,
            family_kana: family.kana,
            given_kana: given.kana,
            prefecture,
            city,
            email,
            accepts_email: dice("email consent").chance(880),
            gender: attributes.age_band.map(|_| gender),
            birthday: self.birthday(&mut dice("birthday"), attributes.age_band),
            registered_at: registered_at(&mut dice("registered"), first_basket),
            attributes,
        }
    }

    /// Seven in ten of those of whom the source knows nothing told their birthday to the store.
    fn birthday(&self, dice: &mut Dice, age_band: Option<Label>) -> Option<NaiveDate> {
        let (youngest, oldest) = match age_band.map(|label| label.en) {
            Some("19-24") => (19, 24),
            Some("25-34") => (25, 34),
            Some("35-44") => (35, 44),
            Some("45-54") => (45, 54),
            Some("55-64") => (55, 64),
            Some(_) => (65, 84),
            None if dice.chance(700) => (20, 79),
            None => return None,
        };
        let age = dice.between(youngest, oldest + 1);
        Some(self.calendar.birthday(age, dice.between(0, 365)))
    }
}

/// A third signed up at the till; the others up to three years before.
fn registered_at(dice: &mut Dice, first_basket: Millis) -> Millis {
    let minutes = i64::from(dice.between(2, 15)) * MINUTE;
    let days = if dice.chance(333) {
        0
    } else {
        i64::from(dice.between(1, 1_095))
    };
    first_basket.plus(-(days * DAY + minutes))
}
