//! How households first came to the web shop.
//!
//! The source does not say. For those who use the web shop a first view is made up on the day of their registration, so
//! that channels and sources have something to show; all others are known by their cards alone.

use kernel::time::Millis;

use crate::{dice::Dice, household::Household};

/// A made-up first view.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Arrival {
    /// Who came.
    pub household: u32,
    /// When: the instant of the registration.
    pub occurred_at: Millis,
    /// Source and medium of the campaign, where one brought them.
    pub campaign: Option<(&'static str, &'static str)>,
    /// The address that referred.
    pub referrer: Option<&'static str>,
}

/// Ways to come, so many of a hundred: campaign and referrer.
type Way = (
    u32,
    Option<(&'static str, &'static str)>,
    Option<&'static str>,
);

const WAYS: [Way; 9] = [
    (22, None, Some("https://www.google.com/")),
    (18, Some(("google", "cpc")), Some("https://www.google.com/")),
    (14, Some(("line", "message")), None),
    (10, None, Some("https://search.yahoo.co.jp/")),
    (10, Some(("flyer", "qr")), None),
    (
        9,
        Some(("instagram", "paid_social")),
        Some("https://l.instagram.com/"),
    ),
    (6, None, Some("https://www.instagram.com/")),
    (5, None, Some("https://recipe.example.com/")),
    (6, None, None),
];

/// Returns how a household came that uses the web shop.
pub(crate) fn of(seed: u64, household: &Household) -> Arrival {
    let mut left = Dice::new(seed, "arrival", u64::from(household.id)).between(0, 100);
    let mut ways = WAYS.iter().skip_while(|(share, ..)| {
        let is_past = left >= *share;
        left = left.saturating_sub(*share);
        is_past
    });
    let (campaign, referrer) = ways.next().map_or((None, None), |(_, campaign, referrer)| {
        (*campaign, *referrer)
    });
    Arrival {
        household: household.id,
        occurred_at: household.registered_at,
        campaign,
        referrer,
    }
}

#[cfg(test)]
mod tests {
    use super::WAYS;

    #[test]
    fn the_shares_are_of_a_hundred() {
        assert_eq!(WAYS.iter().map(|(share, ..)| share).sum::<u32>(), 100);
    }
}
