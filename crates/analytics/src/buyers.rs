//! Buyers by what they bought: RFM cells, their named groups, deciles, and bands of lifetime value.
//!
//! Who is a buyer, what is compared and where groups begin is the rule language's; see `docs/segments.md`. So
//! whoever is counted in a cell is whom a segment of that cell selects.

pub mod band;
pub mod decile;
pub mod name;
pub mod own;
pub mod rfm;

use chrono::{Days, NaiveDate};
use kernel::{
    id::WorkspaceId,
    invalid::{FieldError, Invalid},
    time::Millis,
};
use sea_orm::{ConnectionTrait, FromQueryResult};
use segmentation::{
    At,
    language::{Bounds, Cut, Moment, Span, Window, local_date},
};
use storage::sql;

use crate::{AnalyticsError, zone};

/// The longest window: ten years.
const MAX_DAYS: u32 = 3_660;

/// How buyers are cut into groups.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Method {
    /// Equal numbers of people.
    #[default]
    EqualCounts,
    /// Between quantiles.
    EqualValues,
    /// By the middle rank of equal values.
    EqualRanks,
}

impl Method {
    /// Every method.
    pub const ALL: [Self; 3] = [Self::EqualCounts, Self::EqualValues, Self::EqualRanks];

    /// Returns the name on the wire, which is also the rule language's.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::EqualCounts => "equal_counts",
            Self::EqualValues => "equal_values",
            Self::EqualRanks => "equal_ranks",
        }
    }

    /// Reads a name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|method| method.as_str() == name)
    }

    /// Returns the rule language's cut into so many groups.
    pub const fn cut(self, n: u32) -> Cut {
        match self {
            Self::EqualCounts => Cut::EqualCounts(n),
            Self::EqualValues => Cut::EqualValues(n),
            Self::EqualRanks => Cut::EqualRanks(n),
        }
    }
}

/// What is asked of the buyers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Question {
    /// The day at whose beginning is counted; the present instant when absent.
    pub as_of: Option<NaiveDate>,
    /// How many days back orders are looked at; ever when absent.
    pub days: Option<u32>,
    /// How many groups.
    pub groups: u32,
    /// How they are cut.
    pub method: Method,
}

/// The stretch and the moment of an answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Frame {
    /// What was asked.
    pub question: Question,
    /// The instant that everything is counted at.
    pub now: Millis,
    /// The window, as a condition of the rule language has it.
    pub within: Window,
    /// The currency of all money here.
    pub currency: String,
}

#[derive(FromQueryResult)]
struct Workspace {
    time_zone: String,
    currency: String,
}

impl Question {
    /// Refuses what cannot be asked; `most` is the most groups.
    fn check(&self, most: u32, today: NaiveDate) -> Result<(), Invalid> {
        let mut found = Invalid::default();
        if !(2..=most).contains(&self.groups) {
            found.push(FieldError::new(
                "/groups",
                "range",
                format!("from 2 to {most} groups"),
                format!("グループの数は2から{most}までです"),
            ));
        }
        if self
            .days
            .is_some_and(|days| !(1..=MAX_DAYS).contains(&days))
        {
            found.push(FieldError::new(
                "/days",
                "range",
                format!("from 1 to {MAX_DAYS} days"),
                format!("期間は1日から{MAX_DAYS}日までです"),
            ));
        }
        if self.as_of.is_some_and(|day| day > today) {
            found.push(FieldError::new(
                "/as_of",
                "future",
                "the day must not lie in the future",
                "未来の日付は指定できません",
            ));
        }
        found.into_result()
    }

    /// Returns the window: moving with the present, or fixed by days.
    fn within(&self) -> Window {
        let span = |days| Window::Last(Span::Days(days));
        let Some(day) = self.as_of else {
            return self.days.map_or(Window::Ever, span);
        };
        let back = |days: u32| day.checked_sub_days(Days::new(u64::from(days)));
        Window::Between(Bounds {
            from: self.days.and_then(back).map(Moment::Date),
            until: back(1).map(Moment::Date),
        })
    }
}

/// Fixes moment and window of a question.
async fn frame(
    db: &impl ConnectionTrait,
    workspace: WorkspaceId,
    question: Question,
    now: Millis,
    most: u32,
) -> Result<(Frame, At), AnalyticsError> {
    let found: Option<Workspace> = sql::one(
        db,
        "SELECT time_zone, currency FROM workspace WHERE id = $1",
        [workspace.raw().into()],
    )
    .await?;
    let found = found.ok_or(AnalyticsError::NotFound)?;
    let zone = zone::parse(&found.time_zone);
    question.check(most, local_date(now, zone))?;
    let start = |day: NaiveDate| Moment::Date(day).start(now, zone);
    let now = question.as_of.map_or(now, start);
    let frame = Frame {
        question,
        now,
        within: question.within(),
        currency: found.currency,
    };
    let at = At {
        workspace,
        now,
        zone,
    };
    Ok((frame, at))
}
