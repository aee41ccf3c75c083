//! One campaign told to its end: sent by mail, read, clicked, redeemed.
//!
//! Who was chosen and who redeemed comes from the source (campaign 18: 1,133 households, 214 of whom
//! redeemed 653 coupons). What lies between - opens, clicks, bounces - is derived: whoever redeemed
//! clicked, and some others opened or clicked without redeeming.

use kernel::time::{HOUR, MINUTE, Millis, SECOND};

use crate::{campaign::Campaign, dice::Dice, household::Household};

/// The source's number of the campaign that is told.
pub const STORY_CAMPAIGN: u32 = 18;

/// What became of one chosen household.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// Not sent: no consent to marketing mail.
    NoConsent,
    /// Sent; the address does not exist.
    HardBounce,
    /// Sent and accepted.
    Delivered,
}

/// One row of the finished campaign's ledger.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recipient {
    /// The household.
    pub household: u32,
    /// What became of it.
    pub outcome: Outcome,
    /// When the mail was handed over (also set for the ones not sent: when it was decided).
    pub sent_at: Millis,
    /// A mail program fetched the pictures by itself.
    pub machine_opened_at: Option<Millis>,
    /// The person opened.
    pub opened_at: Option<Millis>,
    /// The person clicked; always after `opened_at`.
    pub clicked_at: Option<Millis>,
    /// The person unsubscribed.
    pub unsubscribed_at: Option<Millis>,
    /// Orders in which a coupon of the campaign was redeemed, oldest first, each once.
    pub orders: Vec<(String, Millis)>,
}

/// The finished campaign.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Story {
    /// The campaign it is made from.
    pub campaign: u32,
    /// When sending began: 10:00 of the first day.
    pub started_at: Millis,
    /// When the last mail was handed over.
    pub finished_at: Millis,
    /// When the coupons ended.
    pub coupons_end_at: Millis,
    /// Everyone chosen, in the order of sending.
    pub recipients: Vec<Recipient>,
}

/// Mails handed over in a second.
const RATE: i64 = 20;

pub(crate) fn tell(seed: u64, campaign: &Campaign, households: &[Household]) -> Story {
    let started_at = campaign.starts_at.plus(10 * HOUR);
    let mut recipients = Vec::with_capacity(campaign.households.len());
    let mut sent_at = started_at;
    for id in &campaign.households {
        let Some(household) = households.iter().find(|household| household.id == *id) else {
            continue;
        };
        let orders = orders(campaign, *id);
        let recipient = recipient(seed, household, sent_at, orders);
        if recipient.outcome != Outcome::NoConsent {
            sent_at = sent_at.plus(SECOND / RATE);
        }
        recipients.push(recipient);
    }
    Story {
        campaign: campaign.id,
        started_at,
        finished_at: sent_at,
        coupons_end_at: campaign.ends_at,
        recipients,
    }
}

fn orders(campaign: &Campaign, household: u32) -> Vec<(String, Millis)> {
    let mut orders: Vec<(String, Millis)> = Vec::new();
    for redemption in campaign
        .redemptions
        .iter()
        .filter(|used| used.household == household)
    {
        let Some(number) = &redemption.order_number else {
            continue;
        };
        if !orders.iter().any(|(seen, _)| seen == number) {
            orders.push((number.clone(), redemption.occurred_at));
        }
    }
    orders.sort_by_key(|(_, at)| *at);
    orders
}

fn recipient(
    seed: u64,
    household: &Household,
    sent_at: Millis,
    orders: Vec<(String, Millis)>,
) -> Recipient {
    let mut dice = Dice::new(seed, "story", u64::from(household.id));
    let redeemed_at = orders.first().map(|(_, at)| *at);
    let mut recipient = Recipient {
        household: household.id,
        outcome: Outcome::Delivered,
        sent_at,
        machine_opened_at: None,
        opened_at: None,
        clicked_at: None,
        unsubscribed_at: None,
        orders,
    };
    if !household.accepts_email {
        recipient.outcome = Outcome::NoConsent;
        return recipient;
    }
    if redeemed_at.is_none() && dice.chance(11) {
        recipient.outcome = Outcome::HardBounce;
        return recipient;
    }
    if dice.chance(90) {
        recipient.machine_opened_at = Some(sent_at.plus(i64::from(dice.between(2, 9)) * SECOND));
    }
    if redeemed_at.is_some() || dice.chance(310) {
        let opened_at = opened_at(&mut dice, sent_at, redeemed_at);
        recipient.opened_at = Some(opened_at);
        let later = |seconds: u32| Some(opened_at.plus(i64::from(seconds) * SECOND));
        if redeemed_at.is_some() || dice.chance(140) {
            recipient.clicked_at = later(dice.between(8, 240));
        } else if dice.chance(14) {
            recipient.unsubscribed_at = later(dice.between(15, 120));
        }
    }
    recipient
}

/// Most open within hours, some within two days; a redeemer opened before the till.
fn opened_at(dice: &mut Dice, sent_at: Millis, redeemed_at: Option<Millis>) -> Millis {
    let minutes = if dice.chance(650) {
        dice.between(3, 360)
    } else {
        dice.between(360, 2_880)
    };
    let opened_at = sent_at.plus(i64::from(minutes) * MINUTE);
    match redeemed_at {
        Some(till) => opened_at.min(till.plus(-i64::from(dice.between(20, 180)) * MINUTE)),
        None => opened_at,
    }
}
