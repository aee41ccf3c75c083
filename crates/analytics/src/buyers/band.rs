//! Bands of lifetime value: buyers by the money they have brought, between fixed amounts. Few stand above, many below.
//!
//! The value is what was bought less refunds, in the window asked for: what has happened, not a forecast. With a margin
//! it is told as gross profit too: money x margin, the simple form of lifetime value without acquisition cost.

use kernel::{
    id::WorkspaceId,
    invalid::{FieldError, Invalid},
    time::Millis,
};
use sea_orm::ConnectionTrait;
use segmentation::{
    At,
    language::{Basis, Cut, Document, VERSION, Window, read},
    standing,
};

use super::{
    Frame, Method, Question, frame,
    rfm::{Sum, sum},
};
use crate::{AnalyticsError, Table};

/// The most breaks.
const MOST: usize = 9;
/// Groups that suggested breaks are read from.
const FINE: u32 = 100;
/// Where breaks are suggested: so much of a hundred buyers stand below.
const BELOW: [i64; 4] = [50, 80, 95, 99];

/// What is asked of the bands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BandQuestion {
    /// Moment and window; its groups and method are of no matter.
    pub question: Question,
    /// Where the bands above the lowest begin, in minor units, ascending; suggested ones when empty.
    pub breaks: Vec<i64>,
    /// Gross profit of a thousand in money.
    pub margin: Option<u32>,
}

/// One band; number 1 brought most.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Band {
    /// Its number.
    pub number: u32,
    /// Where it begins; `None` for the lowest.
    pub from: Option<i64>,
    /// Where the next begins; `None` for the highest.
    pub until: Option<i64>,
    /// Who is in it.
    pub sum: Sum,
    /// Its share of all buyers, 0 to 1.
    pub people: Option<f64>,
    /// Its share of all money; `None` where all money is not above 0.
    pub share: Option<f64>,
    /// The share of money of this and all bands above.
    pub cumulative: Option<f64>,
    /// Gross profit in minor units; `None` without a margin.
    pub profit: Option<i64>,
}

/// The bands of a moment.
#[derive(Debug, Clone, PartialEq)]
pub struct Bands {
    /// Moment and window.
    pub frame: Frame,
    /// Where the bands above the lowest begin, ascending.
    pub breaks: Vec<i64>,
    /// Whether these breaks were suggested.
    pub is_suggested: bool,
    /// Gross profit of a thousand in money.
    pub margin: Option<u32>,
    /// All buyers; the bands add up to it.
    pub total: Sum,
    /// Customers who bought nothing in the window: the ground below the lowest band.
    pub n_others: i64,
    /// The bands, the highest first.
    pub bands: Vec<Band>,
}

impl BandQuestion {
    fn check(&self) -> Result<(), Invalid> {
        let mut found = Invalid::default();
        let rises = self.breaks.is_sorted_by(|one, next| one < next);
        if self.breaks.len() > MOST || !rises || self.breaks.first().is_some_and(|least| *least < 1)
        {
            found.push(FieldError::new(
                "/breaks",
                "breaks",
                format!("give up to {MOST} rising amounts above 0, such as 10000,30000"),
                format!(
                    "0より大きい金額を小さい順に{MOST}個まで、10000,30000 のように指定してください"
                ),
            ));
        }
        if self.margin.is_some_and(|margin| margin > 1_000) {
            found.push(FieldError::new(
                "/margin",
                "range",
                "a margin is from 0 to 100 percent",
                "粗利率は0から100パーセントまでです",
            ));
        }
        found.into_result()
    }
}

/// Counts the bands.
///
/// # Errors
/// [`AnalyticsError::Invalid`] for a question that cannot be asked.
pub async fn find(
    db: &impl ConnectionTrait,
    workspace: WorkspaceId,
    asked: BandQuestion,
    now: Millis,
) -> Result<Bands, AnalyticsError> {
    asked.check()?;
    let question = Question {
        groups: FINE,
        method: Method::EqualCounts,
        ..asked.question
    };
    let (frame, at) = frame(db, workspace, question, now, FINE).await?;
    let is_suggested = asked.breaks.is_empty();
    let breaks = if is_suggested {
        suggest(db, &at, frame.within).await?
    } else {
        asked.breaks
    };
    let cut = (Basis::Monetary, Cut::Breaks(breaks.clone()));
    let tallies = standing::tally(db, &at, frame.within, &[cut]).await?;
    let mut total = Sum::default();
    for tally in &tallies {
        total.add(sum(tally));
    }
    let everybody = segmentation::count(db, &at, &everybody()).await?;
    let sums = (0..=breaks.len()).rev().map(|place| {
        let score = u32::try_from(place + 1).unwrap_or(u32::MAX);
        let tally = tallies.iter().find(|tally| tally.scores == [score]);
        (place, tally.map_or_else(Sum::default, sum))
    });
    let mut running = 0;
    let bands = (1..).zip(sums).map(|(number, (place, own))| {
        running += own.amount;
        Band {
            number,
            from: place
                .checked_sub(1)
                .and_then(|below| breaks.get(below).copied()),
            until: breaks.get(place).copied(),
            sum: own,
            people: share(own.n_buyers, total.n_buyers),
            share: share(own.amount, total.amount),
            cumulative: share(running, total.amount),
            profit: asked.margin.map(|margin| profit(own.amount, margin)),
        }
    });
    Ok(Bands {
        bands: bands.collect(),
        is_suggested,
        margin: asked.margin,
        n_others: (everybody - total.n_buyers).max(0),
        total,
        frame,
        breaks,
    })
}

fn everybody() -> Document {
    let all = serde_json::json!({"version": VERSION, "root": {"all": []}});
    read(&all).expect("everybody can be asked for")
}

/// Suggests breaks: amounts that people would choose, near those that so many stand below.
async fn suggest(
    db: &impl ConnectionTrait,
    at: &At,
    within: Window,
) -> Result<Vec<i64>, AnalyticsError> {
    let cut = (Basis::Monetary, Cut::EqualCounts(FINE));
    let mut fine = standing::tally(db, at, within, &[cut]).await?;
    fine.sort_by(|a, b| a.scores.cmp(&b.scores));
    let n: i64 = fine.iter().map(|tally| tally.n_buyers).sum();
    let (mut breaks, mut below) = (Vec::new(), 0);
    let mut wanted = BELOW.iter().peekable();
    for tally in &fine {
        while wanted.next_if(|of| below * 100 >= n * **of).is_some() {
            let round = round_down(tally.money[0]);
            if round > breaks.last().copied().unwrap_or(0) {
                breaks.push(round);
            }
        }
        below += tally.n_buyers;
    }
    Ok(breaks)
}

/// Returns the greatest 1, 2 or 5 times a power of ten that is not above an amount; 0 for less than 1.
fn round_down(amount: i64) -> i64 {
    let mut power = 1_i64;
    while power <= amount / 10 {
        power *= 10;
    }
    let steps = [5, 2, 1].map(|step| step * power);
    steps.into_iter().find(|step| *step <= amount).unwrap_or(0)
}

/// Money x margin, rounded half away from zero.
fn profit(amount: i64, margin: u32) -> i64 {
    let thousandths = i128::from(amount) * i128::from(margin);
    let half = if thousandths < 0 { -500 } else { 500 };
    i64::try_from((thousandths + half) / 1_000).unwrap_or(i64::MAX)
}

#[expect(
    clippy::cast_precision_loss,
    reason = "a share is shown with a few digits; sums themselves stay whole numbers"
)]
fn share(part: i64, whole: i64) -> Option<f64> {
    (whole > 0).then(|| part as f64 / whole as f64)
}

impl Bands {
    /// Returns the bands as a table.
    pub fn table(&self, is_english: bool) -> Table {
        let head: [&str; 10] = if is_english {
            [
                "Band",
                "From",
                "Below",
                "Buyers",
                "Buyers %",
                "Orders",
                "Amount",
                "Amount %",
                "Cumulative %",
                "Gross profit",
            ]
        } else {
            [
                "階層",
                "以上",
                "未満",
                "購入者",
                "人数 %",
                "注文",
                "金額",
                "金額 %",
                "累積 %",
                "粗利",
            ]
        };
        let number = |n: Option<i64>| n.map_or_else(String::new, |n| n.to_string());
        let percent = |share: Option<f64>| {
            share.map_or_else(String::new, |share| format!("{:.2}", share * 100.0))
        };
        let row = |band: &Band| {
            vec![
                band.number.to_string(),
                number(band.from),
                number(band.until),
                band.sum.n_buyers.to_string(),
                percent(band.people),
                band.sum.orders.to_string(),
                band.sum.amount.to_string(),
                percent(band.share),
                percent(band.cumulative),
                number(band.profit),
            ]
        };
        Table {
            head: head.map(str::to_owned).to_vec(),
            rows: self.bands.iter().map(row).collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn suggested_amounts_are_ones_that_people_choose() {
        let known = [
            (0, 0),
            (-5, 0),
            (1, 1),
            (4, 2),
            (9_999, 5_000),
            (10_000, 10_000),
            (49_999, 20_000),
            (i64::MAX, 5_000_000_000_000_000_000),
        ];
        for (amount, expected) in known {
            assert_eq!(round_down(amount), expected, "{amount}");
        }
    }

    #[test]
    fn profit_is_rounded_half_away_from_zero() {
        assert_eq!(profit(1_005, 300), 302);
        assert_eq!(profit(-1_005, 300), -302);
        assert_eq!(profit(i64::MAX, 1_000), i64::MAX);
        assert_eq!(profit(1, 0), 0);
    }
}
