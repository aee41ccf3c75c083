//! Who comes back, and who is lost: curves over the months after the first order.
//!
//! Customers are told apart by the month of their first order ever, by how they came, by an attribute, or by a
//! segment. Of a month that is not over yet nothing is said.

mod curve;
mod tally;

use chrono::NaiveDate;
use kernel::{
    id::{ProfileId, WorkspaceId},
    invalid::{FieldError, Invalid},
    time::Millis,
};
use sea_orm::{ConnectionTrait, FromQueryResult};
use segmentation::At;
use storage::sql;

use self::tally::{Tallies, tallies};
use crate::{
    AnalyticsError, Table,
    months::Months,
    origin::{By, Group},
    zone,
};

pub use curve::Curve;

/// The most months of first orders, and after them.
const MOST: u32 = 36;
/// The longest silence that counts as being lost, in days.
const MAX_LAPSE: u32 = 3_660;
/// How many groups stand by themselves.
const GROUPS: usize = 20;

/// How customers are told apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Apart {
    /// By the month of the first order.
    Month,
    /// By how they came or by an attribute.
    By(By),
    /// Not at all.
    Together,
}

/// What is asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Question {
    /// How customers are told apart.
    pub apart: Apart,
    /// The latest months of first orders, the present one among them.
    pub cohorts: u32,
    /// How many months after the first order the curves go on.
    pub months: u32,
    /// After so many days without an order somebody is lost.
    pub lapse_days: u32,
}

impl Question {
    fn check(&self) -> Result<(), Invalid> {
        let mut found = Invalid::default();
        for (pointer, value, most) in [
            ("/cohorts", self.cohorts, MOST),
            ("/months", self.months, MOST),
            ("/lapse", self.lapse_days, MAX_LAPSE),
        ] {
            if !(1..=most).contains(&value) {
                found.push(FieldError::new(
                    pointer,
                    "range",
                    format!("from 1 to {most}"),
                    format!("1から{most}までで指定してください"),
                ));
            }
        }
        found.into_result()
    }
}

/// The curves of a moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Retention {
    /// The instant that everything is counted at.
    pub now: Millis,
    /// The first day of each month of first orders, the earliest first.
    pub cohorts: Vec<NaiveDate>,
    /// All customers whose first order lies in these months.
    pub whole: Curve,
    /// One curve a group: months in their order, else the largest group first.
    pub curves: Vec<Curve>,
}

#[derive(FromQueryResult)]
struct Workspace {
    time_zone: String,
}

/// Counts the curves of a workspace's buyers, or of some people alone.
///
/// # Errors
/// [`AnalyticsError::Invalid`] for a question that cannot be asked.
pub async fn find(
    db: &impl ConnectionTrait,
    workspace: WorkspaceId,
    asked: &Question,
    people: Option<&[ProfileId]>,
    now: Millis,
) -> Result<Retention, AnalyticsError> {
    asked.check()?;
    if let Apart::By(by) = &asked.apart {
        by.check(db, workspace).await??;
    }
    let text = "SELECT time_zone FROM workspace WHERE id = $1";
    let held: Option<Workspace> = sql::one(db, text, [workspace.raw().into()]).await?;
    let zone = zone::parse(&held.ok_or(AnalyticsError::NotFound)?.time_zone);
    let at = At {
        workspace,
        now,
        zone,
    };
    let months = Months::latest(asked.cohorts, now, zone);
    let counted = tallies(db, &at, asked, &months, people).await?;
    Ok(Retention {
        now,
        whole: counted.whole(Group::everybody()),
        curves: curves(&counted, &asked.apart, &months),
        cohorts: months.days().collect(),
    })
}

fn curves(counted: &Tallies, apart: &Apart, months: &Months) -> Vec<Curve> {
    match apart {
        Apart::Together => Vec::new(),
        Apart::Month => (1..)
            .zip(months.days())
            .map(|(cohort, day)| {
                let month = day.format("%Y-%m").to_string();
                counted.of_month(cohort, Group::plain(&month))
            })
            .collect(),
        Apart::By(_) => {
            let mut curves = counted.by_group();
            curves.sort_by(|a, b| {
                b.customers
                    .cmp(&a.customers)
                    .then_with(|| a.group.cmp(&b.group))
            });
            if curves.len() > GROUPS {
                let rest = curves.split_off(GROUPS - 1);
                let mut whole = Curve::nobody(Group::rest(), counted.months());
                for curve in &rest {
                    whole.add(curve);
                }
                curves.push(whole);
            }
            curves
        }
    }
}

impl Retention {
    /// Returns the curves as a table: a row a group and month, and everybody's last.
    pub fn table(&self, is_english: bool) -> Table {
        let head: [&str; 8] = if is_english {
            [
                "Group",
                "Customers",
                "Months after",
                "Counted",
                "Ordered",
                "Ordered %",
                "Lost",
                "Lost %",
            ]
        } else {
            [
                "グループ",
                "顧客",
                "経過月",
                "数えた人数",
                "購入した人",
                "継続率 %",
                "離脱した人",
                "離脱率 %",
            ]
        };
        let rows = self.curves.iter().chain([&self.whole]);
        Table {
            head: head.map(str::to_owned).to_vec(),
            rows: rows.flat_map(|curve| curve.rows(is_english)).collect(),
        }
    }
}
