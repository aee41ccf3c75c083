//! The links of a campaign: where a click leads, stored before the message leaves.

use kernel::{
    id::{CampaignId, LinkId, WorkspaceId},
    time::Millis,
};
use ring::digest;
use sea_orm::{ConnectionTrait, DbErr, FromQueryResult};
use storage::{
    bulk::{Bulk, ColumnType},
    sql,
};

/// Longest label, in characters.
const MAX_LABEL: usize = 120;

/// A tracked link.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
    /// Its id.
    pub id: LinkId,
    /// Which link of the template, from 0.
    pub position: i32,
    /// What lists call it.
    pub label: String,
    /// Where it leads.
    pub url: String,
}

impl Link {
    /// Makes a link; `None` for what is no web address.
    pub fn new(campaign: CampaignId, position: usize, url: &str) -> Option<Self> {
        if !is_web(url) {
            return None;
        }
        let plain = url.split_once("://").map_or(url, |(_, rest)| rest);
        let label = plain.split(['?', '#']).next().unwrap_or(plain);
        Some(Self {
            id: link_id(campaign, position, url),
            position: i32::try_from(position).unwrap_or(i32::MAX),
            label: label
                .trim_end_matches('/')
                .chars()
                .take(MAX_LABEL)
                .collect(),
            url: url.to_owned(),
        })
    }
}

/// Tells whether an address may be redirected to.
pub fn is_web(url: &str) -> bool {
    let lower = url.get(..8).unwrap_or(url).to_ascii_lowercase();
    let is_web = lower.starts_with("https://") || lower.starts_with("http://");
    is_web && !url.chars().any(|c| c.is_control() || c == ' ' || c == '\\')
}

/// Returns the id of a link: drawn from what it is, so that every worker finds the same without asking.
pub fn link_id(campaign: CampaignId, position: usize, url: &str) -> LinkId {
    let mut context = digest::Context::new(&digest::SHA256);
    context.update(&campaign.raw().to_be_bytes());
    context.update(&position.to_be_bytes());
    context.update(url.as_bytes());
    let mut bytes = [0; 8];
    bytes.copy_from_slice(context.finish().as_ref().get(..8).unwrap_or(&[0; 8]));
    // Ids are positive.
    LinkId::from_raw((u64::from_be_bytes(bytes) >> 1).cast_signed())
}

const LINK: Bulk = Bulk {
    table: "campaign_link",
    columns: &[
        ("workspace_id", ColumnType::Int),
        ("campaign_id", ColumnType::Int),
        ("id", ColumnType::Int),
        ("position", ColumnType::Int),
        ("label", ColumnType::Text),
        ("url", ColumnType::Text),
        ("created_at", ColumnType::Int),
    ],
    suffix: "ON CONFLICT (id) DO NOTHING",
};

/// Stores links; those that are there already stay.
///
/// # Errors
/// When the database does not answer.
pub async fn write_links(
    tx: &impl ConnectionTrait,
    workspace: WorkspaceId,
    campaign: CampaignId,
    now: Millis,
    links: &[Link],
) -> Result<(), DbErr> {
    let rows = links
        .iter()
        .map(|link| {
            vec![
                workspace.raw().into(),
                campaign.raw().into(),
                link.id.raw().into(),
                i64::from(link.position).into(),
                link.label.as_str().into(),
                link.url.as_str().into(),
                now.0.into(),
            ]
        })
        .collect();
    LINK.insert(tx, rows).await.map(|_| ())
}

/// Returns the link that a tap on a push counts for where it led to no address of ours: the push's own, or one that only says
/// that it was tapped.
pub(super) async fn of_tap(
    tx: &impl ConnectionTrait,
    workspace: WorkspaceId,
    campaign: CampaignId,
    now: Millis,
) -> Result<LinkId, DbErr> {
    let text = "SELECT id FROM campaign_link WHERE campaign_id = $1 ORDER BY position, id LIMIT 1";
    let own = sql::number(tx, text, [campaign.raw().into()]).await?;
    if own != 0 {
        return Ok(LinkId::from_raw(own));
    }
    let tap = Link {
        id: link_id(campaign, 0, "push"),
        position: 0,
        label: "push".to_owned(),
        url: String::new(),
    };
    write_links(tx, workspace, campaign, now, std::slice::from_ref(&tap)).await?;
    Ok(tap.id)
}

#[derive(FromQueryResult)]
struct Row {
    id: i64,
    position: i32,
    label: String,
    url: String,
}

impl From<Row> for Link {
    fn from(row: Row) -> Self {
        Self {
            id: LinkId::from_raw(row.id),
            position: row.position,
            label: row.label,
            url: row.url,
        }
    }
}

/// Finds a link.
///
/// # Errors
/// When the database does not answer.
pub async fn find_link(
    db: &impl ConnectionTrait,
    workspace: WorkspaceId,
    id: LinkId,
) -> Result<Option<Link>, DbErr> {
    let row: Option<Row> = sql::one(
        db,
        "SELECT id, position, label, url FROM campaign_link WHERE id = $1 AND workspace_id = $2",
        [id.raw().into(), workspace.raw().into()],
    )
    .await?;
    Ok(row.map(Link::from))
}

/// Lists the links of a campaign in the order of the template.
///
/// # Errors
/// When the database does not answer.
pub async fn links_of(
    db: &impl ConnectionTrait,
    workspace: WorkspaceId,
    campaign: CampaignId,
) -> Result<Vec<Link>, DbErr> {
    let rows: Vec<Row> = sql::all(
        db,
        "SELECT id, position, label, url FROM campaign_link WHERE campaign_id = $1 AND workspace_id = $2
         ORDER BY position, id LIMIT 1000",
        [campaign.raw().into(), workspace.raw().into()],
    )
    .await?;
    Ok(rows.into_iter().map(Link::from).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_web_addresses_become_links() {
        let campaign = CampaignId::from_raw(1);
        let link = Link::new(campaign, 0, "https://shop.example.jp/a/b/?x=1").unwrap();
        assert_eq!(link.label, "shop.example.jp/a/b");
        assert!(link.id.raw() > 0);
        assert_ne!(link.id, link_id(campaign, 1, &link.url));
        for bad in [
            "javascript:alert(1)",
            "https://a\r\nb",
            "//evil.example",
            "data:text/html,x",
            "https:\\\\evil.example",
            "",
        ] {
            assert_eq!(Link::new(campaign, 0, bad), None, "{bad}");
        }
    }
}
