//! Membership of a segment in the past: "was in it thirty days ago", "was in it at some time last month".

use chrono_tz::Tz;
use kernel::{id::SegmentId, time::Millis};
use serde::{Deserialize, Serialize};

use super::time::{Moment, Window};

/// Whether the customer was in a segment, by the intervals that are kept of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WasIn {
    /// The segment.
    pub id: SegmentId,
    /// When.
    pub when: When,
}

/// When somebody is asked to have been in a segment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum When {
    /// At a moment; on a day: at any time of it.
    At(Moment),
    /// At any time within a window. `ever` reaches back as far as anything is known.
    Within(Window),
}

/// A stretch of time that is looked at, never beyond the present.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Stretch {
    /// The first instant of it; none where it is open.
    pub(crate) from: Option<Millis>,
    /// The first instant after it.
    pub(crate) until: Millis,
}

impl WasIn {
    /// Returns the stretch for a present moment; none where it has not begun or is empty.
    pub(crate) fn stretch(&self, now: Millis, zone: Tz) -> Option<Stretch> {
        let (from, until) = match self.when {
            When::At(moment) => (Some(moment.start(now, zone)), moment.end(now, zone)),
            When::Within(window) => window.range(now, zone),
        };
        let until = until.min(now);
        from.is_none_or(|from| from < until)
            .then_some(Stretch { from, until })
    }
}

impl Stretch {
    /// Tells whether an interval lies in it in part.
    pub(crate) fn touches(self, entered_at: i64, left_at: Option<i64>) -> bool {
        entered_at < self.until.0
            && left_at.is_none_or(|left| self.from.is_none_or(|from| left > from.0))
    }

    /// Tells whether everything about it is known of a segment whose intervals are kept since an instant.
    pub(crate) fn is_known(self, kept_since: Option<Millis>) -> bool {
        self.from
            .is_none_or(|from| kept_since.is_some_and(|since| since <= from))
    }
}
