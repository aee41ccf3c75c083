//! The people behind any number of a campaign.

use kernel::{
    id::{CampaignId, ProfileId, WorkspaceId},
    page::{Page, PageRequest},
    time::Millis,
};
use sea_orm::{ConnectionTrait, FromQueryResult};
use storage::{Value, sql};

use crate::{
    AnalyticsError, Metric, campaign,
    query::{Part, Scope, compose},
    report::{OWNED_PARTS, WITHIN_PARTS, totals_first},
    step::{self, STEP_SQL},
};

/// Which number the people are behind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Group {
    /// A metric of the report.
    Metric(Metric),
    /// Everybody who matched.
    Matched,
    /// A step of the waterfall, by its name.
    Step(&'static str),
    /// A person's click on a link, by its position.
    Link(i32),
}

impl Group {
    /// Reads `opens`, `matched`, `step:no_consent`, `link:2`.
    pub fn parse(text: &str) -> Option<Self> {
        if let Some(key) = text.strip_prefix("step:") {
            return step::find(key).map(|step| Self::Step(step.key));
        }
        if let Some(position) = text.strip_prefix("link:") {
            return position.parse().ok().map(Self::Link);
        }
        if text == "matched" {
            return Some(Self::Matched);
        }
        Metric::parse(text)
            .filter(|metric| Metric::OF_CAMPAIGN.contains(metric))
            .map(Self::Metric)
    }
}

/// A person behind a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Member {
    /// The person.
    pub profile: ProfileId,
    /// When it first happened.
    pub at: Option<Millis>,
}

#[derive(FromQueryResult)]
struct Row {
    profile_id: i64,
    at: Option<i64>,
}

/// Lists the people behind a number, by the order in which they became known, each once.
///
/// # Errors
/// [`AnalyticsError::NotFound`] for a campaign of another workspace or none; a bad position.
pub async fn list(
    db: &impl ConnectionTrait,
    workspace: WorkspaceId,
    id: CampaignId,
    group: &Group,
    page: &PageRequest,
) -> Result<Page<Member>, AnalyticsError> {
    let head = campaign::find(db, workspace, id).await?;
    let [after] = page.position()?.unwrap_or([i64::MIN]);
    let third = match group {
        Group::Metric(Metric::ConversionsLastTouch | Metric::RevenueLastTouch) => {
            totals_first(db, workspace, id).await?
        }
        Group::Metric(Metric::ConversionsWindow | Metric::RevenueWindow) => head.window(),
        Group::Link(position) => i64::from(*position),
        _ => 0,
    };
    let limit = page.limit();
    let binds: [Value; 5] = [
        workspace.raw().into(),
        id.raw().into(),
        third.into(),
        after.into(),
        i64::try_from(limit + 1).unwrap_or(i64::MAX).into(),
    ];
    let rows: Vec<Row> = sql::all(db, query(group), binds).await?;
    let members = rows
        .into_iter()
        .map(|row| Member {
            profile: ProfileId::from_raw(row.profile_id),
            at: row.at.map(Millis),
        })
        .collect();
    Ok(Page::cut(members, limit, |member: &Member| {
        vec![member.profile.raw()]
    }))
}

/// Every form names `$3` so that both databases take the same binds.
fn query(group: &Group) -> String {
    let page = |from: &str, at: &str, condition: &str| {
        format!(
            "SELECT profile_id, MIN({at}) AS at FROM {from} WHERE profile_id > $4 AND $3 = $3 AND {condition}
             GROUP BY profile_id ORDER BY profile_id LIMIT $5"
        )
    };
    let ledger = |condition: &str| {
        format!(
            "SELECT d.profile_id, MIN(COALESCE(d.handed_over_at, d.settled_at)) AS at FROM delivery d
             WHERE d.workspace_id = $1 AND d.campaign_id = $2 AND NOT d.is_test AND d.profile_id > $4 AND $3 = $3
               AND {condition} GROUP BY d.profile_id ORDER BY d.profile_id LIMIT $5"
        )
    };
    let fact = |column: &str| {
        let select = page("fact", column, &format!("{column} IS NOT NULL"));
        compose(Scope::Campaign, &[Part::Sent, Part::Fact], &select)
    };
    match group {
        Group::Matched => ledger("1 = 1"),
        Group::Step("other") => {
            let named: Vec<String> = step::STEPS
                .iter()
                .map(|step| format!("'{}'", step.key))
                .collect();
            let named: Vec<String> = named.into_iter().filter(|key| key != "'other'").collect();
            ledger(&format!("({STEP_SQL}) NOT IN ({})", named.join(", ")))
        }
        Group::Step(key) => ledger(&format!("({STEP_SQL}) = '{key}'")),
        Group::Link(_) => {
            let select = ", press AS (SELECT e.profile_id, e.occurred_at FROM event e JOIN fact f ON f.id = e.delivery_id
                 JOIN campaign_link l ON l.id = e.link_id AND l.workspace_id = $1
                 WHERE e.workspace_id = $1 AND e.campaign_id = $2 AND e.name_id = {clicked} AND (e.flags & 1) = 0
                   AND l.position = $3 AND f.delivered_at IS NOT NULL) ";
            let select = format!("{select}{}", page("press", "occurred_at", "1 = 1"));
            compose(Scope::Campaign, &[Part::Sent, Part::Fact], &select)
        }
        Group::Metric(metric) => match metric {
            Metric::Delivered => fact("delivered_at"),
            Metric::Bounces => fact("bounced_at"),
            Metric::Opens => fact("opened_at"),
            Metric::OpensRaw => fact("opened_raw_at"),
            Metric::Clicks => fact("clicked_at"),
            Metric::ClicksRaw => fact("clicked_raw_at"),
            Metric::UnsubscribeClicks => fact("unsubscribe_clicked_at"),
            Metric::UnsubscribeClicksRaw => fact("unsubscribe_clicked_raw_at"),
            Metric::Unsubscribes => fact("unsubscribed_at"),
            Metric::Complaints => fact("complained_at"),
            Metric::ConversionsWindow | Metric::RevenueWindow => {
                let select = page("within", "occurred_at", "1 = 1");
                compose(Scope::Campaign, &WITHIN_PARTS, &select)
            }
            Metric::ConversionsLastTouch | Metric::RevenueLastTouch => {
                let select = page("owned", "occurred_at", "campaign_id = $2");
                compose(Scope::Campaign, &OWNED_PARTS, &select)
            }
            _ => fact("at"),
        },
    }
}
