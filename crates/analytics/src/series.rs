//! The numbers of a campaign over time, each at the instant it first happened.

use std::collections::BTreeMap;

use kernel::{
    id::{CampaignId, WorkspaceId},
    time::{DAY, Millis},
};
use sea_orm::{ConnectionTrait, FromQueryResult};
use storage::{Value, sql};

use crate::{
    AnalyticsError, Metric, Table, campaign,
    query::{Part, Scope, compose},
    report::{OWNED_PARTS, WITHIN_PARTS, totals_first},
    zone::{self, Bucket},
};

/// Every zone's clocks differ by whole quarters of an hour, so SQL may count by quarters and we add up.
const QUARTER: i64 = 15 * 60 * 1_000;
/// The most buckets that are drawn; what lies beyond is left to the table of people.
const MAX_BUCKETS: usize = 400;
/// Up to this span the hours are shown.
const HOURLY_SPAN: i64 = 3 * DAY;

/// What is drawn over time.
pub const METRICS: [Metric; 8] = [
    Metric::Sends,
    Metric::Opens,
    Metric::Clicks,
    Metric::Unsubscribes,
    Metric::ConversionsWindow,
    Metric::RevenueWindow,
    Metric::ConversionsLastTouch,
    Metric::RevenueLastTouch,
];

/// The numbers of a campaign over time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Series {
    /// How fine time is cut.
    pub bucket: Bucket,
    /// Where each bucket begins.
    pub starts: Vec<Millis>,
    /// The numbers of each metric, one a bucket.
    pub lines: Vec<(Metric, Vec<i64>)>,
}

#[derive(FromQueryResult)]
struct Row {
    metric: String,
    quarter: i64,
    n: i64,
}

fn counted(metric: Metric, column: &str) -> String {
    format!(
        "SELECT '{}' AS metric, {column} / {QUARTER} AS quarter, COUNT(*) AS n FROM fact WHERE {column} IS NOT NULL GROUP BY 2",
        metric.key()
    )
}

/// A message converts when its first order comes; money comes with each order.
fn converted(table: &str, conversions: Metric, revenue: Metric, condition: &str) -> String {
    format!(
        "SELECT '{}' AS metric, at / {QUARTER} AS quarter, COUNT(*) AS n
           FROM (SELECT delivery_id, MIN(occurred_at) AS at FROM {table} {condition} GROUP BY delivery_id) AS each_message GROUP BY 2
         UNION ALL
         SELECT '{}' AS metric, occurred_at / {QUARTER} AS quarter, CAST(SUM(net) AS BIGINT) AS n
           FROM (SELECT DISTINCT profile_id, order_id, occurred_at, net FROM {table} {condition}) AS each_order GROUP BY 2",
        conversions.key(),
        revenue.key()
    )
}

/// Counts a campaign over time; without a wish, hours for the first days and days later.
///
/// # Errors
/// [`AnalyticsError::NotFound`] for a campaign of another workspace or none.
pub async fn find(
    db: &impl ConnectionTrait,
    workspace: WorkspaceId,
    id: CampaignId,
    wanted: Option<Bucket>,
) -> Result<Series, AnalyticsError> {
    let head = campaign::find(db, workspace, id).await?;
    let binds = |third: Option<i64>| -> Vec<Value> {
        let two = [workspace.raw(), id.raw()];
        two.into_iter().chain(third).map(Value::from).collect()
    };
    let answers = [
        counted(Metric::Sends, "at"),
        counted(Metric::Opens, "opened_at"),
        counted(Metric::Clicks, "clicked_at"),
        counted(Metric::Unsubscribes, "unsubscribed_at"),
    ]
    .join(" UNION ALL ");
    let text = compose(Scope::Campaign, &[Part::Sent, Part::Fact], &answers);
    let mut rows: Vec<Row> = sql::all(db, text, binds(None)).await?;
    let within = converted(
        "within",
        Metric::ConversionsWindow,
        Metric::RevenueWindow,
        "",
    );
    let text = compose(Scope::Campaign, &WITHIN_PARTS, &within);
    rows.extend(sql::all::<Row>(db, text, binds(Some(head.window()))).await?);
    let owned = converted(
        "owned",
        Metric::ConversionsLastTouch,
        Metric::RevenueLastTouch,
        "WHERE campaign_id = $2",
    );
    let text = compose(Scope::Campaign, &OWNED_PARTS, &owned);
    let first = totals_first(db, workspace, id).await?;
    rows.extend(sql::all::<Row>(db, text, binds(Some(first))).await?);
    Ok(fold(&rows, wanted, zone::parse(&head.time_zone)))
}

fn fold(rows: &[Row], wanted: Option<Bucket>, zone: chrono_tz::Tz) -> Series {
    let times = || rows.iter().map(|row| Millis(row.quarter * QUARTER));
    let (Some(first), Some(last)) = (times().min(), times().max()) else {
        return Series {
            bucket: wanted.unwrap_or(Bucket::Day),
            starts: Vec::new(),
            lines: METRICS.map(|metric| (metric, Vec::new())).to_vec(),
        };
    };
    let by_span = if last.0 - first.0 <= HOURLY_SPAN {
        Bucket::Hour
    } else {
        Bucket::Day
    };
    let bucket = wanted.unwrap_or(by_span);
    let mut starts = vec![bucket.start(first, zone)];
    while let Some(next) = starts.last().map(|start| bucket.next(*start, zone)) {
        if next > last || starts.len() >= MAX_BUCKETS {
            break;
        }
        starts.push(next);
    }
    let line = |metric: Metric| {
        let mut sums: BTreeMap<Millis, i64> = starts.iter().map(|start| (*start, 0)).collect();
        for row in rows.iter().filter(|row| row.metric == metric.key()) {
            let start = bucket.start(Millis(row.quarter * QUARTER), zone);
            if let Some(sum) = sums.get_mut(&start) {
                *sum += row.n;
            }
        }
        (metric, sums.into_values().collect())
    };
    Series {
        bucket,
        lines: METRICS.map(line).to_vec(),
        starts,
    }
}

impl Series {
    /// Returns the numbers as a table, times as the workspace's clocks show them.
    pub fn table(&self, zone: &str, is_english: bool) -> Table {
        let zone = zone::parse(zone);
        let name = |metric: &Metric| {
            let definition = metric.definition();
            (if is_english {
                definition.en
            } else {
                definition.ja
            })
            .to_owned()
        };
        let first = if is_english { "from" } else { "時刻" };
        let head = std::iter::once(first.to_owned())
            .chain(self.lines.iter().map(|(metric, _)| name(metric)))
            .collect();
        let row = |(at, start): (usize, &Millis)| {
            let time = zone::local(*start, zone)
                .format("%Y-%m-%d %H:%M")
                .to_string();
            let numbers = self
                .lines
                .iter()
                .map(|(_, line)| line.get(at).copied().unwrap_or_default().to_string());
            std::iter::once(time).chain(numbers).collect()
        };
        Table {
            head,
            rows: self.starts.iter().enumerate().map(row).collect(),
        }
    }
}
