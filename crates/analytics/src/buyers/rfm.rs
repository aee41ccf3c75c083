//! Recency, frequency and money: how many buyers stand in each cell.

use kernel::{id::WorkspaceId, time::Millis};
use sea_orm::ConnectionTrait;
use segmentation::{
    language::Basis,
    standing::{self, Tally},
};

use super::{
    Frame, Question, frame,
    name::{NAMES, Name},
    own::{self, OwnNames},
};
use crate::{AnalyticsError, Table};

/// The most scores of an axis.
const MOST: u32 = 10;

/// What some buyers bought.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Sum {
    /// How many buyers.
    pub n_buyers: i64,
    /// Their orders.
    pub orders: i64,
    /// Their money in minor units.
    pub amount: i64,
}

impl Sum {
    pub(super) const fn add(&mut self, other: Self) {
        self.n_buyers += other.n_buyers;
        self.orders += other.orders;
        self.amount += other.amount;
    }
}

/// A cell with somebody in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cell {
    /// Scores of recency, frequency and money; 1 is the worst.
    pub scores: [u32; 3],
    /// Who stands there.
    pub sum: Sum,
}

/// One score of one axis.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Score {
    /// The score; 1 is the worst.
    pub score: u32,
    /// How many have it.
    pub n_buyers: i64,
    /// The least and the greatest value among them; `None` of nobody.
    pub span: Option<[i64; 2]>,
}

/// A named part of the cube.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    /// Its name and its levels.
    pub name: Name,
    /// What the workspace calls it instead.
    pub own: Option<String>,
    /// Who belongs to it.
    pub sum: Sum,
}

/// The RFM analysis of a moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rfm {
    /// Moment, window, method.
    pub frame: Frame,
    /// All buyers; the cells add up to it, and so do the parts.
    pub total: Sum,
    /// The cells with somebody in them.
    pub cells: Vec<Cell>,
    /// The scores of recency (days), frequency (orders) and money, worst first.
    pub axes: [Vec<Score>; 3],
    /// The named parts.
    pub parts: Vec<Part>,
    names: OwnNames,
}

/// The axes in the order of the letters.
pub const AXES: [Basis; 3] = [Basis::Recency, Basis::Frequency, Basis::Monetary];

/// Counts the cells.
///
/// # Errors
/// [`AnalyticsError::Invalid`] for a question that cannot be asked.
pub async fn find(
    db: &impl ConnectionTrait,
    workspace: WorkspaceId,
    question: Question,
    now: Millis,
) -> Result<Rfm, AnalyticsError> {
    let (frame, at) = frame(db, workspace, question, now, MOST).await?;
    let cuts = AXES.map(|by| (by, question.method.cut(question.groups)));
    let tallies = standing::tally(db, &at, frame.within, &cuts).await?;
    let names = own::find(db, workspace).await?;
    Ok(Rfm::of(frame, &tallies, names))
}

impl Rfm {
    fn of(frame: Frame, tallies: &[Tally], names: OwnNames) -> Self {
        let n = frame.question.groups;
        let cells: Vec<Cell> = tallies.iter().map(cell).collect();
        let sum_of = |is_in: &dyn Fn(&Cell) -> bool| {
            let mut sum = Sum::default();
            for cell in cells.iter().filter(|cell| is_in(cell)) {
                sum.add(cell.sum);
            }
            sum
        };
        let parts = NAMES.iter().map(|name| Part {
            name: *name,
            own: names.of(name).map(str::to_owned),
            sum: sum_of(&|cell| name.holds(cell.scores, n)),
        });
        Self {
            total: sum_of(&|_| true),
            parts: parts.collect(),
            axes: [
                axis(tallies, n, 0, |tally| tally.days),
                axis(tallies, n, 1, |tally| tally.frequency),
                axis(tallies, n, 2, |tally| tally.money),
            ],
            cells,
            frame,
            names,
        }
    }

    /// Returns the cells as a table, each with the name of its part.
    pub fn table(&self, is_english: bool) -> Table {
        let head: [&str; 7] = if is_english {
            ["R", "F", "M", "Buyers", "Orders", "Amount", "Group"]
        } else {
            ["R", "F", "M", "購入者", "注文", "金額", "グループ"]
        };
        let n = self.frame.question.groups;
        let row = |cell: &Cell| {
            let scores = cell.scores.iter().map(u32::to_string);
            let sums = [cell.sum.n_buyers, cell.sum.orders, cell.sum.amount];
            let part = NAMES.iter().find(|name| name.holds(cell.scores, n));
            let part = part.map(|name| self.names.shown(name, is_english).to_owned());
            scores
                .chain(sums.iter().map(i64::to_string))
                .chain(part)
                .collect()
        };
        Table {
            head: head.map(str::to_owned).to_vec(),
            rows: self.cells.iter().map(row).collect(),
        }
    }
}

fn cell(tally: &Tally) -> Cell {
    let score = |axis: usize| tally.scores.get(axis).copied().unwrap_or_default();
    Cell {
        scores: [score(0), score(1), score(2)],
        sum: sum(tally),
    }
}

/// Returns what the buyers of a group bought.
pub(super) const fn sum(tally: &Tally) -> Sum {
    Sum {
        n_buyers: tally.n_buyers,
        orders: tally.orders,
        amount: tally.monetary,
    }
}

fn axis(tallies: &[Tally], n: u32, axis: usize, span: impl Fn(&Tally) -> [i64; 2]) -> Vec<Score> {
    let score = |score: u32| {
        let own = tallies
            .iter()
            .filter(|tally| tally.scores.get(axis) == Some(&score));
        let (mut n_buyers, mut whole) = (0, None::<[i64; 2]>);
        for tally in own {
            n_buyers += tally.n_buyers;
            let [low, high] = span(tally);
            whole = Some(whole.map_or([low, high], |[least, most]| {
                [least.min(low), most.max(high)]
            }));
        }
        Score {
            score,
            n_buyers,
            span: whole,
        }
    };
    (1..=n).map(score).collect()
}
