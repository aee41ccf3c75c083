//! What LINE counts: messages of the month, and opens and taps of a campaign.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What a launch takes of the month's messages.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct LineQuotaView {
    /// When it was asked.
    pub at: String,
    /// Messages that this launch takes: LINE counts people, not bubbles.
    pub needed: i64,
    /// The plan's messages this month; null for no limit.
    pub limit: Option<i64>,
    /// What LINE has counted this month; it calls this an approximation.
    pub used: i64,
    /// What launched campaigns of the account have planned and not sent yet.
    pub waiting: i64,
    /// What is left for this launch; null for no limit.
    pub left: Option<i64>,
    /// How many of this launch would not be sent this month.
    pub cut: i64,
    /// The first of those, at most ten: `prf_…`. Campaigns are sent in the order of these ids.
    pub cut_first: Vec<String>,
    /// Names of campaigns that LINE counts by this month; one a campaign.
    pub units_used: i64,
    /// LINE's most; campaigns beyond it go out uncounted.
    pub units_limit: i64,
    /// Whether nearly all of them are used.
    pub is_near_units_limit: bool,
}

/// What LINE counted of a link.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct LineLinkView {
    /// Where it leads, as LINE knows it.
    pub url: String,
    /// Taps; null when under 20 and so not told.
    pub clicks: Option<i64>,
    /// People who tapped; null when under 20 and so not told.
    pub unique_clicks: Option<i64>,
}

/// What LINE itself counted of a campaign. It tells no number under 20: null is "not known" and never zero.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct LineInsightView {
    /// The name by which LINE counts this campaign.
    pub unit: String,
    /// The first day that was asked about, in Japan.
    pub from: String,
    /// The last one.
    pub to: String,
    /// People who saw it on a telephone; null when not told.
    pub opened: Option<i64>,
    /// People who tapped a link; null when not told.
    pub clicked: Option<i64>,
    /// The links.
    pub links: Vec<LineLinkView>,
    /// Whether LINE may still add to the numbers: it counts for 14 days.
    pub is_counting: bool,
    /// Names that LINE counts by this month.
    pub units_used: i64,
    /// LINE's most; the campaigns beyond it go out uncounted.
    pub units_limit: i64,
}
