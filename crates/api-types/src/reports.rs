//! Reports: definitions, what a campaign did, and the first page.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What a metric means; there is one definition for every place that shows it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct MetricView {
    /// Its stable name.
    pub key: String,
    /// Its name in Japanese.
    pub name_ja: String,
    /// Its name in English.
    pub name_en: String,
    /// How it is counted, in Japanese.
    pub formula_ja: String,
    /// How it is counted, in English.
    pub formula_en: String,
    /// `messages`, `people`, `orders` or `money`.
    pub unit: String,
    /// `higher` or `lower`.
    pub better: String,
    /// The rate that it is shown with.
    pub rate: Option<RateDefinition>,
}

/// The rate of a metric.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct RateDefinition {
    /// Its name in Japanese.
    pub name_ja: String,
    /// Its name in English.
    pub name_en: String,
    /// The metric that it is a share of.
    pub of: String,
}

/// So many of so many, with the 95 % interval of the share (Wilson).
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct RateView {
    /// How many did it.
    pub numerator: i64,
    /// Of how many.
    pub denominator: i64,
    /// The share, 0 to 1; null of nobody.
    pub value: Option<f64>,
    /// The lower end of the interval.
    pub low: Option<f64>,
    /// The upper end of the interval.
    pub high: Option<f64>,
}

/// A metric's number.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct FigureView {
    /// The metric.
    pub metric: String,
    /// How many; of money, minor units.
    pub value: i64,
    /// The rate, where the metric has one.
    pub rate: Option<RateView>,
}

/// A step from everybody who matched to those who were sent to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct StepView {
    /// Its stable name; `step:<key>` names its people.
    pub key: String,
    /// `loss`, `open` (waiting, or no answer came) or `end`.
    pub kind: String,
    /// Its name in Japanese.
    pub name_ja: String,
    /// Its name in English.
    pub name_en: String,
    /// How many.
    pub count: i64,
}

/// What a campaign did.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ReportView {
    /// `cmp_…`
    pub campaign_id: String,
    /// The campaign's name.
    pub name: String,
    /// `draft`, `scheduled`, `running`, `paused`, `finished` or `cancelled`.
    pub state: String,
    /// When it was launched (RFC 3339).
    pub launched_at: Option<String>,
    /// When its last message was dealt with.
    pub finished_at: Option<String>,
    /// For how many days after the hand-off an order counts.
    pub window_days: i64,
    /// When the first message left.
    pub first_sent_at: Option<String>,
    /// When the last window closes.
    pub measured_until: Option<String>,
    /// Whether the numbers may still grow.
    pub is_open: bool,
    /// The currency of all money here.
    pub currency: String,
    /// How many matched.
    pub matched: i64,
    /// From matched to sent, in the order of decision; the counts add up to `matched`.
    pub steps: Vec<StepView>,
    /// The numbers, in the order of reading.
    pub figures: Vec<FigureView>,
}

/// The numbers of a campaign over time.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SeriesView {
    /// `hour` or `day`, by the workspace's clocks.
    pub bucket: String,
    /// Where each bucket begins (RFC 3339).
    pub starts: Vec<String>,
    /// The numbers of each metric.
    pub lines: Vec<LineView>,
}

/// A metric over time.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct LineView {
    /// The metric.
    pub metric: String,
    /// Its numbers, one a bucket.
    pub values: Vec<i64>,
}

/// A link of a campaign's message.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct LinkReport {
    /// Which link of the message, from 0; `link:<position>` names its people.
    pub position: i32,
    /// Its words.
    pub label: String,
    /// Where it leads, or the first place of many.
    pub url: String,
    /// To how many addresses it has led.
    pub n_urls: i64,
    /// Messages in which a person clicked it, of those delivered.
    pub clicks: RateView,
    /// Messages in which a person or a machine did.
    pub clicks_raw: i64,
    /// Every press, repeats and machines included.
    pub presses: i64,
}

/// A person behind a number.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PersonView {
    /// `prf_…`
    pub id: String,
    /// The name, if known.
    pub name: Option<String>,
    /// The company's own number, if known.
    pub external_id: Option<String>,
    /// The address; masked without `pii:read`.
    pub email: Option<String>,
    /// When it first happened (RFC 3339).
    pub at: Option<String>,
}

/// The first page.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct HomeView {
    /// The instant that everything is counted at (RFC 3339).
    pub now: String,
    /// Midnight before it in the workspace.
    pub day_start: String,
    /// Midnight after it.
    pub day_end: String,
    /// The deliveries of today, in the order of their time.
    pub knots: Vec<KnotView>,
    /// Campaigns that are scheduled, running or paused.
    pub moving: Vec<MovingView>,
    /// What a person has to do.
    pub waiting: Vec<WaitingView>,
    /// The last 7 and 30 days.
    pub periods: Vec<PeriodView>,
    /// Why messages of the last 7 days were not sent, the most frequent first.
    pub reasons: Vec<StepView>,
    /// Customers that are known by more than a cookie.
    pub customers: i64,
    /// Of them, those who may be mailed now.
    pub reachable: RateView,
    /// How many campaigns there are.
    pub n_campaigns: i64,
    /// The currency of all money here.
    pub currency: String,
}

/// A delivery on the thread of the day.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct KnotView {
    /// `cmp_…`
    pub campaign_id: String,
    /// The campaign's name.
    pub name: String,
    /// The campaign's state.
    pub state: String,
    /// Where it stands on the thread (RFC 3339).
    pub at: String,
    /// Messages sent today.
    pub sent: i64,
    /// Messages still to come today; null while the audience has not been worked out.
    pub left: Option<i64>,
}

/// A campaign that moves.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct MovingView {
    /// `cmp_…`
    pub campaign_id: String,
    /// The campaign's name.
    pub name: String,
    /// `scheduled`, `running` or `paused`.
    pub state: String,
    /// When it is due (RFC 3339).
    pub due_at: Option<String>,
    /// Messages sent.
    pub sent: i64,
    /// Messages that still wait; null while the audience has not been worked out.
    pub left: Option<i64>,
}

/// Something that waits for a person.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct WaitingView {
    /// `paused`, `import_failed` or `draft`.
    pub kind: String,
    /// `cmp_…` or `imp_…`
    pub id: String,
    /// Its name.
    pub name: String,
    /// Since when (RFC 3339).
    pub since: String,
    /// Of a paused campaign: messages that have not left.
    pub left: Option<i64>,
    /// Of a draft: what is still to be answered (`target`, `offer`, `timing`, `channel`, `contents`, `goal`).
    pub missing: Vec<String>,
    /// Of an import: why, as one stable word.
    pub code: Option<String>,
}

/// The last days beside as many before.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct PeriodView {
    /// How many days.
    pub days: i64,
    /// Where they begin (RFC 3339).
    pub from: String,
    /// How many people got a message.
    pub recipients: i64,
    /// The numbers.
    pub figures: Vec<FigureView>,
    /// The numbers of as many days before.
    pub before: Vec<FigureView>,
}
