//! Deciles (デシル分析): buyers by money spent, cut into ten groups of which the first spent most.

use kernel::{id::WorkspaceId, time::Millis};
use sea_orm::ConnectionTrait;
use segmentation::{language::Basis, standing};

use super::{
    Frame, Question, frame,
    rfm::{Sum, sum},
};
use crate::{AnalyticsError, Table};

/// The most groups.
const MOST: u32 = 20;

/// One group; number 1 spent most.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Decile {
    /// Its number.
    pub number: u32,
    /// Who is in it.
    pub sum: Sum,
    /// Its share of all money, 0 to 1; `None` where all money is not above 0.
    pub share: Option<f64>,
    /// The share of this and all groups above.
    pub cumulative: Option<f64>,
    /// Money of a buyer on average, in minor units; `None` of nobody.
    pub mean: Option<f64>,
    /// The least and the most money of one buyer; `None` of nobody.
    pub span: Option<[i64; 2]>,
}

/// The decile analysis of a moment.
#[derive(Debug, Clone, PartialEq)]
pub struct Deciles {
    /// Moment, window, method.
    pub frame: Frame,
    /// All buyers; the groups add up to it.
    pub total: Sum,
    /// The groups, the one that spent most first.
    pub groups: Vec<Decile>,
}

/// Counts the groups.
///
/// # Errors
/// [`AnalyticsError::Invalid`] for a question that cannot be asked.
pub async fn find(
    db: &impl ConnectionTrait,
    workspace: WorkspaceId,
    question: Question,
    now: Millis,
) -> Result<Deciles, AnalyticsError> {
    let (frame, at) = frame(db, workspace, question, now, MOST).await?;
    let cut = (Basis::Monetary, question.method.cut(question.groups));
    let tallies = standing::tally(db, &at, frame.within, &[cut]).await?;
    let mut total = Sum::default();
    for tally in &tallies {
        total.add(sum(tally));
    }
    let mut running = 0;
    let groups = (1..=question.groups).map(|number| {
        let score = question.groups + 1 - number;
        let tally = tallies.iter().find(|tally| tally.scores == [score]);
        let own = tally.map_or_else(Sum::default, sum);
        running += own.amount;
        Decile {
            number,
            sum: own,
            share: share(own.amount, total.amount),
            cumulative: share(running, total.amount),
            mean: (own.n_buyers > 0).then(|| float(own.amount) / float(own.n_buyers)),
            span: tally.map(|tally| tally.money),
        }
    });
    Ok(Deciles {
        groups: groups.collect(),
        total,
        frame,
    })
}

fn share(part: i64, whole: i64) -> Option<f64> {
    (whole > 0).then(|| float(part) / float(whole))
}

#[expect(
    clippy::cast_precision_loss,
    reason = "a share is shown with a few digits; sums themselves stay whole numbers"
)]
const fn float(n: i64) -> f64 {
    n as f64
}

impl Deciles {
    /// Returns the groups as a table.
    pub fn table(&self, is_english: bool) -> Table {
        let head: [&str; 9] = if is_english {
            [
                "Group",
                "Buyers",
                "Orders",
                "Amount",
                "Share %",
                "Cumulative %",
                "Mean",
                "Least",
                "Most",
            ]
        } else {
            [
                "グループ",
                "購入者",
                "注文",
                "金額",
                "構成比 %",
                "累積構成比 %",
                "平均",
                "最小",
                "最大",
            ]
        };
        let percent = |share: Option<f64>| {
            share.map_or_else(String::new, |share| format!("{:.2}", share * 100.0))
        };
        let row = |group: &Decile| {
            let [least, most] = group.span.map_or_else(
                || [String::new(), String::new()],
                |span| span.map(|n| n.to_string()),
            );
            vec![
                group.number.to_string(),
                group.sum.n_buyers.to_string(),
                group.sum.orders.to_string(),
                group.sum.amount.to_string(),
                percent(group.share),
                percent(group.cumulative),
                group
                    .mean
                    .map_or_else(String::new, |mean| format!("{mean:.2}")),
                least,
                most,
            ]
        };
        Table {
            head: head.map(str::to_owned).to_vec(),
            rows: self.groups.iter().map(row).collect(),
        }
    }
}
