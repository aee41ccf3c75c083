//! The links of a campaign's message.

use kernel::id::{CampaignId, WorkspaceId};
use sea_orm::{ConnectionTrait, FromQueryResult};
use storage::sql;

use crate::{
    AnalyticsError, Rate, Table, campaign,
    query::{Part, Scope, compose},
};

/// A link of the template with its count; where it leads somewhere else for each person, `n_urls` is more than one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LinkCount {
    /// Which link of the template, from 0.
    pub position: i32,
    /// Its words.
    pub label: String,
    /// Where it leads, or the first place of many.
    pub url: String,
    /// How many different addresses it has led to.
    pub n_urls: i64,
    /// Messages in which a person clicked it, of those delivered.
    pub clicks: Rate,
    /// Messages in which a person or a machine did.
    pub clicks_raw: i64,
    /// Every press, machines and repeats included.
    pub presses: i64,
}

#[derive(FromQueryResult)]
struct Row {
    position: i32,
    label: String,
    url: String,
    n_urls: i64,
    clicks: i64,
    clicks_raw: i64,
    presses: i64,
    delivered: i64,
}

const LINKS: &str =
    "SELECT l.position, MIN(l.label) AS label, MIN(l.url) AS url, COUNT(DISTINCT l.url) AS n_urls,
    COUNT(DISTINCT CASE WHEN (e.flags & 1) = 0 THEN e.delivery_id END) AS clicks,
    COUNT(DISTINCT e.delivery_id) AS clicks_raw, COUNT(e.delivery_id) AS presses,
    (SELECT COUNT(delivered_at) FROM fact) AS delivered
  FROM campaign_link l LEFT JOIN press e ON e.link_id = l.id
  WHERE l.workspace_id = $1 AND l.campaign_id = $2 GROUP BY l.position ORDER BY l.position";

const PRESSES: &str = ", press AS (SELECT e.link_id, e.delivery_id, e.flags FROM event e JOIN fact f ON f.id = e.delivery_id
  WHERE e.workspace_id = $1 AND e.campaign_id = $2 AND e.name_id = {clicked} AND f.delivered_at IS NOT NULL) ";

/// Counts the clicks of each link, in the order of the message.
///
/// # Errors
/// [`AnalyticsError::NotFound`] for a campaign of another workspace or none.
pub async fn list(
    db: &impl ConnectionTrait,
    workspace: WorkspaceId,
    id: CampaignId,
) -> Result<Vec<LinkCount>, AnalyticsError> {
    campaign::find(db, workspace, id).await?;
    let text = compose(
        Scope::Campaign,
        &[Part::Sent, Part::Fact],
        &format!("{PRESSES}{LINKS}"),
    );
    let rows: Vec<Row> = sql::all(db, text, [workspace.raw().into(), id.raw().into()]).await?;
    let link = |row: Row| LinkCount {
        position: row.position,
        label: row.label,
        url: row.url,
        n_urls: row.n_urls,
        clicks: Rate {
            numerator: row.clicks,
            denominator: row.delivered,
        },
        clicks_raw: row.clicks_raw,
        presses: row.presses,
    };
    Ok(rows.into_iter().map(link).collect())
}

/// Returns the links as a table.
pub fn table(links: &[LinkCount], is_english: bool) -> Table {
    let head = if is_english {
        [
            "position",
            "label",
            "url",
            "clicks",
            "clicks_with_machines",
            "presses",
        ]
    } else {
        [
            "順",
            "リンク",
            "URL",
            "クリック",
            "クリック（機械を含む）",
            "押された回数",
        ]
    };
    let row = |link: &LinkCount| {
        vec![
            (link.position + 1).to_string(),
            link.label.clone(),
            link.url.clone(),
            link.clicks.numerator.to_string(),
            link.clicks_raw.to_string(),
            link.presses.to_string(),
        ]
    };
    Table {
        head: head.map(str::to_owned).to_vec(),
        rows: links.iter().map(row).collect(),
    }
}
