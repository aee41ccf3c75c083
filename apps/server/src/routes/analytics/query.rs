//! What is asked of the buyers.

use analytics::buyers::{Method, Question};
use kernel::invalid::{FieldError, Invalid};
use serde::{Deserialize, Serialize};

/// Moment, window, groups and method.
#[derive(Debug, Clone, Default, Serialize, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct BuyersQuery {
    /// A day such as `2026-07-14`: counted at its beginning, so without it. The present instant unless given.
    as_of: Option<String>,
    /// How many days back orders are looked at, 1 to 3660, or `ever`; 365 unless given.
    days: Option<String>,
    /// How many groups: scores of RFM 2 to 10 (5 unless given), deciles 2 to 20 (10 unless given).
    groups: Option<u32>,
    /// `equal_counts` (unless given), `equal_values` or `equal_ranks`; see the metrics guide.
    method: Option<String>,
}

/// The window unless another is asked for.
const DAYS: u32 = 365;

impl BuyersQuery {
    /// A question about a moment and a window alone.
    pub(super) fn window(as_of: Option<String>, days: String) -> Self {
        Self {
            as_of,
            days: Some(days),
            ..Self::default()
        }
    }

    /// Reads the question; `groups` is how many there are unless said.
    pub(super) fn question(&self, groups: u32) -> Result<Question, Invalid> {
        let mut found = Invalid::default();
        let mut wrong = |pointer: &str, en: &str, ja: &str| {
            found.push(FieldError::new(pointer, "unknown", en, ja));
        };
        let as_of = self.as_of.as_deref().filter(|day| !day.is_empty());
        let as_of = as_of.map(|day| {
            let read = day.parse();
            if read.is_err() {
                wrong(
                    "/as_of",
                    "give a day such as 2026-07-14",
                    "2026-07-14 のような日付を指定してください",
                );
            }
            read.ok()
        });
        let days = match self.days.as_deref() {
            None | Some("") => Some(DAYS),
            Some("ever") => None,
            Some(days) => {
                let read = days.parse();
                if read.is_err() {
                    wrong(
                        "/days",
                        "give a number of days, or ever",
                        "日数か ever を指定してください",
                    );
                }
                read.ok()
            }
        };
        let method = self.method.as_deref().map(Method::parse);
        if method == Some(None) {
            wrong(
                "/method",
                "use equal_counts, equal_values or equal_ranks",
                "equal_counts、equal_values、equal_ranks のどれかを指定してください",
            );
        }
        found.into_result()?;
        Ok(Question {
            as_of: as_of.flatten(),
            days,
            groups: self.groups.unwrap_or(groups),
            method: method.flatten().unwrap_or_default(),
        })
    }
}
