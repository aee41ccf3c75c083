//! What LINE counts: messages a day, and opens and clicks of a unit.

use serde::Deserialize;
use serde_json::Value;

use super::{LineApi, LineApiError, request::Call};
use crate::limits::Endpoint;

/// A number of messages that LINE counts by day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Counted {
    /// So many.
    Ready(i64),
    /// Not counted yet.
    NotYet,
    /// Under 20, and so kept from us. It is not zero.
    TooFewToTell,
    /// From before LINE counted.
    Never,
}

/// Which messages of a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names of LINE's calls")]
pub enum CountedKind {
    Push,
    Multicast,
    Broadcast,
    Reply,
}

impl CountedKind {
    const fn path(self) -> &'static str {
        match self {
            Self::Push => "/v2/bot/message/delivery/push",
            Self::Multicast => "/v2/bot/message/delivery/multicast",
            Self::Broadcast => "/v2/bot/message/delivery/broadcast",
            Self::Reply => "/v2/bot/message/delivery/reply",
        }
    }
}

#[derive(Deserialize)]
struct Delivery {
    status: String,
    success: Option<i64>,
}

/// How a unit did. LINE gives no number under 20, of people or of taps: `None` means "not known", never
/// zero.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnitInsight {
    /// People who saw it.
    pub unique_impressions: Option<i64>,
    /// People who tapped a link.
    pub unique_clicks: Option<i64>,
    /// The links, by address.
    pub links: Vec<LinkInsight>,
}

/// How a link did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LinkInsight {
    /// Where it leads.
    pub url: String,
    /// Taps.
    pub clicks: Option<i64>,
    /// People who tapped.
    pub unique_clicks: Option<i64>,
}

/// Most different names of units in a calendar month. A message with one more goes out uncounted, and LINE
/// does not say so.
pub const MAX_UNITS: i64 = 1_000;

#[derive(Deserialize)]
struct Units {
    #[serde(rename = "numOfCustomAggregationUnits")]
    used: i64,
}

#[derive(Deserialize)]
struct Aggregation {
    overview: Option<Value>,
    clicks: Option<Vec<Value>>,
}

impl LineApi {
    /// Returns how many messages of a kind LINE delivered on a day, written `20260401` in Japanese
    /// time.
    ///
    /// # Errors
    /// As every call.
    pub async fn delivered(&self, kind: CountedKind, day: &str) -> Result<Counted, LineApiError> {
        let call = Call::get(Endpoint::Delivery(kind.path()), kind.path()).query(&[("date", day)]);
        let delivery: Delivery = self.read(call).await?;
        Ok(match (delivery.status.as_str(), delivery.success) {
            ("ready", Some(number)) => Counted::Ready(number),
            ("unready", _) => Counted::NotYet,
            ("unavailable_for_privacy", _) => Counted::TooFewToTell,
            ("out_of_service", _) => Counted::Never,
            _ => return Err(LineApiError::Unreadable),
        })
    }

    /// Returns how many different names of units were used this month; see [`MAX_UNITS`].
    ///
    /// # Errors
    /// As every call.
    pub async fn units_used(&self) -> Result<i64, LineApiError> {
        let path = "/v2/bot/message/aggregation/info";
        let units: Units = self.read(Call::get(Endpoint::Other(path), path)).await?;
        Ok(units.used)
    }

    /// Returns how a unit did between two days (`20260401`, at most 30 days apart). LINE goes on
    /// counting for 14 days after a message.
    ///
    /// # Errors
    /// As every call.
    pub async fn unit_insight(
        &self,
        unit: &str,
        from: &str,
        to: &str,
    ) -> Result<UnitInsight, LineApiError> {
        let path = "/v2/bot/insight/message/event/aggregation";
        let query = [("customAggregationUnit", unit), ("from", from), ("to", to)];
        let found: Aggregation = self
            .read(Call::get(Endpoint::UnitInsight, path).query(&query))
            .await?;
        let overview = found.overview.unwrap_or_default();
        let number = |value: &Value, name: &str| value.get(name).and_then(Value::as_i64);
        Ok(UnitInsight {
            unique_impressions: number(&overview, "uniqueImpression"),
            unique_clicks: number(&overview, "uniqueClick"),
            links: found
                .clicks
                .unwrap_or_default()
                .iter()
                .filter_map(|click| {
                    Some(LinkInsight {
                        url: click.get("url")?.as_str()?.to_owned(),
                        clicks: number(click, "click"),
                        unique_clicks: number(click, "uniqueClick"),
                    })
                })
                .collect(),
        })
    }
}
