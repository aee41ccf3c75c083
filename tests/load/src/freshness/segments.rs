//! Two hundred segments of a shop whose messages are those of `bench ingest`.

use anyhow::{Context, ensure};
use kernel::id::SegmentId;
use sea_orm::DatabaseConnection;
use serde_json::{Value as Json, json};
use storage::sql;

use super::probe::EVENT;
use crate::{
    http::{self, Connection},
    shop::WORKSPACE,
};

/// How many there are.
pub(super) const N: usize = 200;
/// How long they may take to be filled.
const PATIENCE: std::time::Duration = std::time::Duration::from_mins(5);

/// Makes them over REST and waits until each is filled; returns the one that asks for what the waited-for do.
pub(super) async fn make(
    port: u16,
    key: &str,
    db: &DatabaseConnection,
) -> anyhow::Result<SegmentId> {
    let mut connection = Connection::open(port).await?;
    let headers = format!("Authorization: Bearer {key}\r\nContent-Type: application/json\r\n");
    let mut probed = None;
    for (number, root) in roots().into_iter().enumerate() {
        let document = json!({"version": 1, "root": {"all": [root]}});
        let body = json!({"name": format!("Segment {number}"), "document": document}).to_string();
        let length = u64::try_from(body.len())?;
        let head = http::head("POST", "/api/v1/segments", &headers, length);
        let made = connection.send((head + &body).as_bytes()).await?.json()?;
        if probed.is_none() {
            let id = made.get("id").and_then(Json::as_str);
            let id = id.context("a segment has no id")?;
            probed = Some(id.parse().context("a segment's id is none")?);
        }
    }
    let began = std::time::Instant::now();
    while n_filled(db).await? < N {
        ensure!(began.elapsed() < PATIENCE, "the segments are not filled");
        tokio::time::sleep(std::time::Duration::from_millis(200)).await;
    }
    probed.context("no segment was made")
}

async fn n_filled(db: &DatabaseConnection) -> anyhow::Result<usize> {
    let text =
        "SELECT COUNT(*) FROM membership_filled WHERE workspace_id = $1 AND rule NOT IN ('', '-')";
    let n = sql::number(db, text, [WORKSPACE.raw().into()]).await?;
    Ok(usize::try_from(n)?)
}

/// Returns the rules, that of the waited-for first: about events, sums, attributes that keep changing, and absence.
fn roots() -> Vec<Json> {
    let days = [1, 7, 14, 30, 60, 90];
    let events = |name: &str, n: usize, filters: Json, test: Json| {
        let days = days.get(n % days.len()).copied().unwrap_or(30);
        json!({"events": {"names": [name], "within": {"last": {"days": days}}, "where": filters, "test": test}})
    };
    let times = |n: usize| json!({"count": {"times": {"at_least": n}}});
    let mut roots = vec![events(EVENT, 3, json!([]), times(1))];
    for n in 1..N {
        roots.push(match n % 5 {
            0 => events("Product Viewed", n, json!([]), times(2 + n % 4)),
            1 => events(
                "Product Viewed",
                n,
                json!([{"category": {"in": ["食品 > 飲料"]}}]),
                times(2 + n % 3),
            ),
            2 => events(
                "Order Completed",
                n,
                json!([]),
                json!({"amount": {"at_least": 200 * n}}),
            ),
            3 => json!({"all": [
                {"fact": {"of": {"attribute": "visits"}, "test": {"number": {"at_least": 4_000 * n}}}},
                events("Order Completed", n, json!([]), times(1)),
            ]}),
            _ => json!({"all": [
                events("Order Completed", n, json!([]), times(1)),
                events("Product Viewed", n, json!([]), json!("never")),
            ]}),
        });
    }
    roots
}
