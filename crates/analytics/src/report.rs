//! What a campaign did.

use kernel::{
    id::{CampaignId, WorkspaceId},
    time::{DAY, Millis},
};
use sea_orm::{ConnectionTrait, DbErr, FromQueryResult};
use storage::{Value, sql};

use crate::{
    AnalyticsError, CampaignHead, Metric, Rate, Table, campaign,
    query::{Part, Scope, compose},
    step::{self, StepCount},
};

/// A metric's number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Figure {
    /// The metric.
    pub metric: Metric,
    /// How many, or how much.
    pub value: i64,
    /// Of how many, where the metric has a rate.
    pub rate: Option<Rate>,
}

/// What a campaign did.
#[derive(Debug, Clone, PartialEq)]
pub struct Report {
    /// The campaign.
    pub campaign: CampaignHead,
    /// From everybody who matched to those who were sent to.
    pub steps: Vec<StepCount>,
    /// The numbers, in the order of [`Metric::OF_CAMPAIGN`], without what the channel does not tell.
    pub figures: Vec<Figure>,
    /// When the first message left.
    pub first_sent_at: Option<Millis>,
    /// When the last one did.
    pub last_sent_at: Option<Millis>,
    /// When the last window closes: until then the numbers still grow.
    pub measured_until: Option<Millis>,
}

impl Report {
    /// Returns a metric's number; 0 of a metric that campaigns do not have.
    pub fn figure(&self, metric: Metric) -> Figure {
        let found = self.figures.iter().find(|figure| figure.metric == metric);
        found.copied().unwrap_or(Figure {
            metric,
            value: 0,
            rate: None,
        })
    }

    /// Returns how many matched.
    pub fn matched(&self) -> i64 {
        self.steps.iter().map(|step| step.count).sum()
    }

    /// Returns the numbers as a table.
    pub fn table(&self, is_english: bool) -> Table {
        let head = if is_english {
            [
                "metric", "name", "value", "unit", "of", "rate", "low_95", "high_95",
            ]
        } else {
            [
                "指標",
                "名前",
                "値",
                "単位",
                "分母",
                "率",
                "95%下限",
                "95%上限",
            ]
        };
        let share =
            |value: Option<f64>| value.map_or_else(String::new, |value| format!("{value:.6}"));
        let row = |figure: &Figure| {
            let definition = figure.metric.definition();
            let name = if is_english {
                definition.en
            } else {
                definition.ja
            };
            let interval = figure.rate.and_then(Rate::interval);
            vec![
                definition.key.to_owned(),
                name.to_owned(),
                figure.value.to_string(),
                definition.unit.as_str().to_owned(),
                figure
                    .rate
                    .map_or_else(String::new, |rate| rate.denominator.to_string()),
                share(figure.rate.and_then(Rate::value)),
                share(interval.map(|(low, _)| low)),
                share(interval.map(|(_, high)| high)),
            ]
        };
        Table {
            head: head.map(str::to_owned).to_vec(),
            rows: self.figures.iter().map(row).collect(),
        }
    }
}

impl Report {
    /// Returns the steps from matched to sent as a table.
    pub fn step_table(&self, is_english: bool) -> Table {
        let head = if is_english {
            ["step", "name", "count"]
        } else {
            ["段階", "名前", "人数"]
        };
        let row = |counted: &StepCount| {
            let name = if is_english {
                counted.step.en
            } else {
                counted.step.ja
            };
            vec![
                counted.step.key.to_owned(),
                name.to_owned(),
                counted.count.to_string(),
            ]
        };
        Table {
            head: head.map(str::to_owned).to_vec(),
            rows: self.steps.iter().map(row).collect(),
        }
    }
}

/// Returns the zone in which a campaign's times are written.
///
/// # Errors
/// [`AnalyticsError::NotFound`] for a campaign of another workspace or none.
pub async fn zone_of(
    db: &impl ConnectionTrait,
    workspace: WorkspaceId,
    id: CampaignId,
) -> Result<String, AnalyticsError> {
    Ok(campaign::find(db, workspace, id).await?.time_zone)
}

/// The counts that come from messages and their answers.
#[derive(Debug, Clone, Copy, Default, FromQueryResult)]
pub(crate) struct Totals {
    sends: i64,
    delivered: i64,
    bounces: i64,
    opens: i64,
    opens_raw: i64,
    clicks: i64,
    clicks_raw: i64,
    unsubscribe_clicks: i64,
    unsubscribe_clicks_raw: i64,
    unsubscribes: i64,
    complaints: i64,
    first_at: Option<i64>,
    last_at: Option<i64>,
}

/// Messages that were followed by orders, and the money of the orders.
#[derive(Debug, Clone, Copy, Default, FromQueryResult)]
pub(crate) struct Conversions {
    pub(crate) messages: i64,
    pub(crate) revenue: i64,
}

const TOTALS: &str = "SELECT COUNT(*) AS sends, COUNT(delivered_at) AS delivered, COUNT(bounced_at) AS bounces,
    COUNT(opened_at) AS opens, COUNT(opened_raw_at) AS opens_raw, COUNT(clicked_at) AS clicks,
    COUNT(clicked_raw_at) AS clicks_raw, COUNT(unsubscribe_clicked_at) AS unsubscribe_clicks,
    COUNT(unsubscribe_clicked_raw_at) AS unsubscribe_clicks_raw, COUNT(unsubscribed_at) AS unsubscribes,
    COUNT(complained_at) AS complaints, MIN(at) AS first_at, MAX(at) AS last_at
    FROM fact";

/// Counts messages and their answers.
pub(crate) async fn totals(
    db: &impl ConnectionTrait,
    scope: Scope,
    binds: Vec<Value>,
) -> Result<Totals, DbErr> {
    let text = compose(scope, &[Part::Sent, Part::Fact], TOTALS);
    Ok(sql::one(db, text, binds).await?.unwrap_or_default())
}

/// Counts the orders that a table of (delivery, person, order, net) holds; an order counts its money once.
async fn conversions(
    db: &impl ConnectionTrait,
    text: String,
    binds: Vec<Value>,
) -> Result<Conversions, DbErr> {
    Ok(sql::one(db, text, binds).await?.unwrap_or_default())
}

pub(crate) const WITHIN_PARTS: [Part; 4] = [Part::Sent, Part::Fact, Part::Bought, Part::Within];
pub(crate) const OWNED_PARTS: [Part; 2] = [Part::Bought, Part::Owned];

/// Reports on a campaign.
///
/// # Errors
/// [`AnalyticsError::NotFound`] for a campaign of another workspace or none.
pub async fn find(
    db: &impl ConnectionTrait,
    workspace: WorkspaceId,
    id: CampaignId,
) -> Result<Report, AnalyticsError> {
    let campaign = campaign::find(db, workspace, id).await?;
    let binds = || -> Vec<Value> { vec![workspace.raw().into(), id.raw().into()] };
    let steps = step::of_campaign(db, workspace, id).await?;
    let totals = totals(db, Scope::Campaign, binds()).await?;
    let mut window_binds = binds();
    window_binds.push(campaign.window().into());
    let within = compose(
        Scope::Campaign,
        &WITHIN_PARTS,
        "SELECT (SELECT COUNT(DISTINCT delivery_id) FROM within) AS messages,
           CAST(COALESCE(SUM(net), 0) AS BIGINT) AS revenue
         FROM (SELECT DISTINCT profile_id, order_id, net FROM within) AS each_order",
    );
    let within = conversions(db, within, window_binds).await?;
    let mut owned_binds = binds();
    owned_binds.push(totals.first_at.unwrap_or_default().into());
    let owned = compose(
        Scope::Campaign,
        &OWNED_PARTS,
        "SELECT COUNT(DISTINCT delivery_id) AS messages,
           CAST(COALESCE(SUM(net), 0) AS BIGINT) AS revenue FROM owned WHERE campaign_id = $2",
    );
    let owned = conversions(db, owned, owned_binds).await?;
    let window = campaign.window();
    Ok(Report {
        steps,
        figures: figures(&campaign, &totals, within, owned),
        first_sent_at: totals.first_at.map(Millis),
        last_sent_at: totals.last_at.map(Millis),
        measured_until: totals.last_at.map(|last| Millis(last).plus(window)),
        campaign,
    })
}

/// Puts the numbers of messages into the order of reading.
pub(crate) fn answers(totals: &Totals) -> Vec<Figure> {
    let of = |metric: Metric, value: i64| {
        let denominator = metric.definition().rate.map(|rate| match rate.of {
            Metric::Sends => totals.sends,
            _ => totals.delivered,
        });
        Figure {
            metric,
            value,
            rate: denominator.map(|denominator| Rate {
                numerator: value,
                denominator,
            }),
        }
    };
    vec![
        of(Metric::Sends, totals.sends),
        of(Metric::Delivered, totals.delivered),
        of(Metric::Bounces, totals.bounces),
        of(Metric::Opens, totals.opens),
        of(Metric::OpensRaw, totals.opens_raw),
        of(Metric::Clicks, totals.clicks),
        of(Metric::ClicksRaw, totals.clicks_raw),
        of(Metric::UnsubscribeClicks, totals.unsubscribe_clicks),
        of(Metric::UnsubscribeClicksRaw, totals.unsubscribe_clicks_raw),
        of(Metric::Unsubscribes, totals.unsubscribes),
        of(Metric::Complaints, totals.complaints),
    ]
}

fn figures(
    campaign: &CampaignHead,
    totals: &Totals,
    within: Conversions,
    owned: Conversions,
) -> Vec<Figure> {
    let mut figures = answers(totals);
    // Not known is not zero.
    figures.retain(|figure| campaign.is_mail || !Metric::OF_MAIL_ALONE.contains(&figure.metric));
    let share = |metric, value| Figure {
        metric,
        value,
        rate: Some(Rate {
            numerator: value,
            denominator: totals.delivered,
        }),
    };
    let plain = |metric, value| Figure {
        metric,
        value,
        rate: None,
    };
    figures.push(share(Metric::ConversionsWindow, within.messages));
    figures.push(plain(Metric::RevenueWindow, within.revenue));
    figures.push(share(Metric::ConversionsLastTouch, owned.messages));
    figures.push(plain(Metric::RevenueLastTouch, owned.revenue));
    figures
}

/// Returns whether the numbers of a report may still grow.
pub fn is_open(report: &Report, now: Millis) -> bool {
    // An answer may come for a while after the window; two days more catch nearly all of them.
    report
        .measured_until
        .is_none_or(|until| until.plus(2 * DAY) > now)
}

/// Returns when a campaign's first message left; 0 when none has.
pub(crate) async fn totals_first(
    db: &impl ConnectionTrait,
    workspace: WorkspaceId,
    campaign: CampaignId,
) -> Result<i64, DbErr> {
    let text = compose(Scope::Campaign, &[Part::Sent], "SELECT MIN(at) FROM sent");
    sql::number(db, text, [workspace.raw().into(), campaign.raw().into()]).await
}
