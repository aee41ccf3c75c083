//! Analyses of buyers: RFM, deciles and bands of lifetime value.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// When and how buyers were counted.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct FrameView {
    /// The instant that everything is counted at (RFC 3339).
    pub counted_at: String,
    /// The day at whose beginning is counted; null for the present.
    pub as_of: Option<String>,
    /// How many days back orders are looked at; null for ever.
    pub days: Option<u32>,
    /// How many groups.
    pub groups: u32,
    /// `equal_counts`, `equal_values` or `equal_ranks`; `breaks` for bands.
    pub method: String,
    /// The window as conditions of segments have it, an object or `ever`; see the segment guide.
    #[schema(value_type = serde_json::Value, example = "ever")]
    pub within: serde_json::Value,
    /// The currency of all money here.
    pub currency: String,
}

/// What some buyers bought.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct BuyersSum {
    /// How many buyers.
    pub buyers: i64,
    /// Their orders.
    pub orders: i64,
    /// Their money in minor units.
    pub amount: i64,
}

/// A cell of the cube with somebody in it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct RfmCell {
    /// The score of recency; 1 is the worst.
    pub r: u32,
    /// The score of frequency.
    pub f: u32,
    /// The score of money.
    pub m: u32,
    /// Who stands there.
    #[serde(flatten)]
    pub sum: BuyersSum,
}

/// One score of one axis.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct RfmScore {
    /// The score; 1 is the worst.
    pub score: u32,
    /// How many have it.
    pub buyers: i64,
    /// The least value among them: days, orders or minor units; null of nobody.
    pub least: Option<i64>,
    /// The greatest value among them.
    pub most: Option<i64>,
}

/// A named part of the cube: the product of scores of the axes.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct RfmPart {
    /// Its stable name.
    pub key: String,
    /// Its name in Japanese.
    pub name_ja: String,
    /// Its name in English.
    pub name_en: String,
    /// What the workspace calls it instead, in every language; null for the given name.
    pub own: Option<String>,
    /// The scores of recency that belong to it.
    pub r: Vec<u32>,
    /// The scores of frequency.
    pub f: Vec<u32>,
    /// The scores of money.
    pub m: Vec<u32>,
    /// Who belongs to it.
    #[serde(flatten)]
    pub sum: BuyersSum,
}

/// What a named part of the cube is called.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct RfmName {
    /// Its stable name.
    pub key: String,
    /// Its given name in Japanese.
    pub name_ja: String,
    /// Its given name in English.
    pub name_en: String,
    /// What the workspace calls it instead, in every language; null for the given name.
    pub own: Option<String>,
}

/// Another name for a part of the cube.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct GiveRfmName {
    /// The name, 1 to 40 characters; spaces round it are taken off.
    pub name: String,
}

/// Recency, frequency and money of the buyers.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct RfmView {
    /// When and how they were counted.
    pub frame: FrameView,
    /// All buyers; the cells add up to it, and so do the parts.
    pub total: BuyersSum,
    /// The cells with somebody in them.
    pub cells: Vec<RfmCell>,
    /// The scores of recency, worst first; values are days.
    pub recency: Vec<RfmScore>,
    /// The scores of frequency; values are orders.
    pub frequency: Vec<RfmScore>,
    /// The scores of money; values are minor units.
    pub monetary: Vec<RfmScore>,
    /// The named parts; each buyer belongs to one.
    pub parts: Vec<RfmPart>,
}

/// A group of buyers by money; number 1 spent most.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct DecileGroup {
    /// Its number.
    pub number: u32,
    /// Who is in it.
    #[serde(flatten)]
    pub sum: BuyersSum,
    /// Its share of all money, 0 to 1; null where all money is not above 0.
    pub share: Option<f64>,
    /// The share of this and all groups above.
    pub cumulative: Option<f64>,
    /// Money of a buyer on average, in minor units; null of nobody.
    pub mean: Option<f64>,
    /// The least money of one buyer; null of nobody.
    pub least: Option<i64>,
    /// The most money of one buyer.
    pub most: Option<i64>,
}

/// Buyers by money in groups.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct DecilesView {
    /// When and how they were counted.
    pub frame: FrameView,
    /// All buyers; the groups add up to it.
    pub total: BuyersSum,
    /// The groups, the one that spent most first.
    pub groups: Vec<DecileGroup>,
}

/// Buyers between two amounts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ValueBand {
    /// Its number; 1 brought most.
    pub number: u32,
    /// Where it begins, in minor units; null for the lowest.
    pub from: Option<i64>,
    /// Where the next begins; null for the highest.
    pub until: Option<i64>,
    /// Who is in it.
    #[serde(flatten)]
    pub sum: BuyersSum,
    /// Its share of all buyers, 0 to 1; null without any.
    pub people: Option<f64>,
    /// Its share of all money; null where all money is not above 0.
    pub share: Option<f64>,
    /// The share of money of this and all bands above.
    pub cumulative: Option<f64>,
    /// Gross profit in minor units; null without a margin.
    pub profit: Option<i64>,
}

/// Buyers by the money they have brought, between fixed amounts.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ValueBandsView {
    /// When and over what they were counted.
    pub frame: FrameView,
    /// Where the bands above the lowest begin, in minor units, ascending.
    pub breaks: Vec<i64>,
    /// Whether these were suggested, because none were asked for.
    pub is_suggested: bool,
    /// The margin in percent; null when none was given.
    pub margin: Option<f64>,
    /// All buyers; the bands add up to it.
    pub total: BuyersSum,
    /// Customers who bought nothing in the window.
    pub others: i64,
    /// The bands, the highest first.
    pub bands: Vec<ValueBand>,
}

/// So many of so many, with the 95 % interval by Wilson's score.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct CurvePoint {
    /// How many.
    pub n: i64,
    /// Of how many: those whose month of this place is over.
    pub of: i64,
    /// Their share, 0 to 1.
    pub rate: f64,
    /// Where the interval begins.
    pub low: f64,
    /// Where it ends.
    pub high: f64,
}

/// Who of a group comes back, and who is lost.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct RetentionCurve {
    /// What the group is known by: a month, a channel, a source, a value or the id of a segment; null where it is
    /// not known.
    pub key: Option<String>,
    /// Its name in Japanese.
    pub name_ja: String,
    /// Its name in English.
    pub name_en: String,
    /// How many customers, those whose first month is not over among them.
    pub customers: i64,
    /// Who ordered in the month of the first order, the month after, and so on; null where nobody's is over.
    pub retained: Vec<Option<CurvePoint>>,
    /// Who had been without an order for `lapse_days` when that month ended.
    pub lost: Vec<Option<CurvePoint>>,
}

/// Curves of retention and churn.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct RetentionView {
    /// The instant that everything is counted at (RFC 3339).
    pub counted_at: String,
    /// How customers are told apart: `month`, `channel`, `source`, `segment` or `attribute:KEY`.
    pub by: String,
    /// The months of first orders that are counted, such as `2026-07`, the earliest first; the last is not over.
    pub cohorts: Vec<String>,
    /// How many months after the first order the curves go on.
    pub months: u32,
    /// After so many days without an order somebody is lost.
    pub lapse_days: u32,
    /// Everybody who is counted.
    pub whole: RetentionCurve,
    /// One curve a group: months and segments in their order, else the largest group first.
    pub curves: Vec<RetentionCurve>,
}
