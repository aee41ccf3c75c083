//! `GET /api/v1/analytics/bands`.

use analytics::buyers::band::{self, BandQuestion};
use api_types::analytics::ValueBandsView;
use axum::{Json, extract::State};
use kernel::invalid::{FieldError, Invalid};
use serde::{Deserialize, Serialize};

use super::{query::BuyersQuery, wire};
use crate::{
    http::{
        auth::{Operator, needs::ReportsRead},
        extract::ValidQuery,
        problem::ApiError,
    },
    state::App,
};

/// Moment, window, amounts and margin.
#[derive(Debug, Clone, Default, Serialize, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct BandsQuery {
    /// A day such as `2026-07-14`: counted at its beginning, so without it. The present instant unless given.
    as_of: Option<String>,
    /// How many days back orders are looked at, 1 to 3660, or `ever`, which it is unless given.
    days: Option<String>,
    /// Where the bands above the lowest begin: up to nine rising amounts in minor units, such as `10000,30000`.
    /// Suggested ones unless given.
    breaks: Option<String>,
    /// Gross profit of money in percent, 0 to 100, such as `32.5`; without it no profit is told.
    margin: Option<String>,
}

impl BandsQuery {
    /// Reads the question.
    pub(super) fn question(&self) -> Result<BandQuestion, Invalid> {
        let mut found = Invalid::default();
        let days = self.days.clone().filter(|days| !days.is_empty());
        let window = BuyersQuery::window(self.as_of.clone(), days.unwrap_or("ever".to_owned()));
        let question = window.question(2).map_err(|invalid| {
            invalid.0.into_iter().for_each(|error| found.push(error));
        });
        let breaks = self.breaks.as_deref().unwrap_or_default().trim();
        let breaks: Result<Vec<i64>, _> = breaks
            .split(',')
            .filter(|_| !breaks.is_empty())
            .map(|amount| amount.trim().parse())
            .collect();
        if breaks.is_err() {
            found.push(FieldError::new(
                "/breaks",
                "unknown",
                "give whole amounts in minor units, such as 10000,30000",
                "10000,30000 のように、最小単位の整数で金額を指定してください",
            ));
        }
        let margin = self.margin.as_deref().map(str::trim);
        let margin = margin.filter(|margin| !margin.is_empty()).map(thousandths);
        if margin == Some(None) {
            found.push(FieldError::new(
                "/margin",
                "unknown",
                "give a percentage from 0 to 100 with at most one digit after the point, such as 32.5",
                "32.5 のように、0から100までのパーセントを小数1桁までで指定してください",
            ));
        }
        let (Ok(question), Ok(breaks), true) = (question, breaks, found.0.is_empty()) else {
            return Err(found);
        };
        Ok(BandQuestion {
            question,
            breaks,
            margin: margin.flatten(),
        })
    }
}

/// Reads a percentage with at most one digit after the point as thousandths.
fn thousandths(percent: &str) -> Option<u32> {
    let (whole, part) = percent.split_once('.').unwrap_or((percent, "0"));
    let digit = |text: &str| text.len() == 1 && text.bytes().all(|byte| byte.is_ascii_digit());
    if !digit(part) || whole.is_empty() || !whole.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let thousandths = whole.parse::<u32>().ok()?.checked_mul(10)?;
    thousandths.checked_add(part.parse().ok()?)
}

/// Counts buyers by the money they have brought, between fixed amounts: count, sum, shares, and profit by a margin.
#[utoipa::path(get, path = "/api/v1/analytics/bands", operation_id = "get_value_bands", tag = "reports",
    params(BandsQuery), responses((status = 200, body = ValueBandsView)))]
pub(super) async fn bands(
    operator: Operator<ReportsRead>,
    ValidQuery(query): ValidQuery<BandsQuery>,
    State(app): State<App>,
) -> Result<Json<ValueBandsView>, ApiError> {
    let question = query.question()?;
    let db = app.db.reader();
    let found = band::find(db, operator.workspace, question, app.now()).await?;
    Ok(Json(wire::bands(&found)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_margin_is_read_to_the_tenth_of_a_percent() {
        for (text, expected) in [
            ("32.5", Some(325)),
            ("0", Some(0)),
            ("100", Some(1_000)),
            ("32.55", None),
            ("-1", None),
            (".5", None),
            ("３２", None),
            ("99999999999", None),
        ] {
            assert_eq!(thousandths(text), expected, "{text}");
        }
    }
}
