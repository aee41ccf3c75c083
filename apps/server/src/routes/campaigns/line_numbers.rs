//! `GET /api/v1/campaigns/{id}/line-quota` and `…/line-insight`: what LINE counts.

use api_types::line_numbers::{LineInsightView, LineLinkView, LineQuotaView};
use axum::{Json, extract::State};
use campaigns::{
    audience, line_numbers,
    model::ChannelCard,
    review::{self, Behind, Selected},
    store::Campaign,
};
use channel_line::{LineApi, MAX_UNITS};
use kernel::{
    id::{SenderId, WorkspaceId, kind},
    page::{self, PageRequest},
    time::{DAY, HOUR, Millis},
};

use super::{
    audience::{exact, target},
    wire,
};
use crate::{
    http::{
        auth::{
            Operator,
            needs::{CampaignsRead, ReportsRead},
        },
        extract::PathId,
        problem::ApiError,
    },
    line,
    state::App,
};

/// From here on a company should know that campaigns will soon go out uncounted.
const NEAR: i64 = MAX_UNITS * 9 / 10;
/// LINE's days are Japan's.
const JAPAN: i64 = 9 * HOUR;
/// LINE goes on counting for so long.
const COUNTS: i64 = 14 * DAY;
/// LINE answers about 31 days at a time.
const SPAN: i64 = 30 * DAY;

/// Says what a launch would take of the account's messages of the month, and whether they suffice. A warning, no bar: what
/// is left over can be sent next month, or after the plan has been changed.
#[utoipa::path(get, path = "/api/v1/campaigns/{id}/line-quota", operation_id = "get_campaign_line_quota", tag = "campaigns",
    params(("id" = String, Path, description = "cmp_…")),
    responses((status = 200, body = LineQuotaView), (status = 422), (status = 503)))]
pub(super) async fn quota(
    operator: Operator<CampaignsRead>,
    PathId(id): PathId<kind::Campaign>,
    State(app): State<App>,
) -> Result<Json<LineQuotaView>, ApiError> {
    let campaign = wire::find(app.db.reader(), &operator, id).await?;
    let account = account(&campaign)?;
    let target = target(&campaign)?;
    let asker = exact(&app, &operator).await?;
    let members = asker.all_members(&audience::rule(target)).await?;
    let selected = Selected {
        workspace: operator.workspace,
        way: campaigns::Way::of(campaign.document.channel.as_ref()),
        target,
        members: &members,
    };
    let (db, now) = (app.db.reader(), app.now());
    let needed = review::review(db, selected, None, now).await?.sendable;
    let api = api(&app, operator.workspace, account).await?;
    let month = api.quota().await.map_err(|error| line::away(&error))?;
    let units = api.units_used().await.map_err(|error| line::away(&error))?;
    let waiting = line_numbers::waiting(db, operator.workspace, account).await?;
    let left = month.left().map(|left| (left - waiting).max(0));
    let cut = left.map_or(0, |left| (needed - left).max(0));
    let cut_first = match left {
        Some(left) if cut > 0 => first_cut(&app, selected, left).await?,
        _ => Vec::new(),
    };
    Ok(Json(LineQuotaView {
        at: now.to_string(),
        needed,
        limit: month.limit,
        used: month.used,
        waiting,
        left,
        cut,
        cut_first,
        units_used: units,
        units_limit: MAX_UNITS,
        is_near_units_limit: units >= NEAR,
    }))
}

/// Returns the first ten who are beyond what is left, in the order of sending.
async fn first_cut(app: &App, selected: Selected<'_>, left: i64) -> Result<Vec<String>, ApiError> {
    let (mut skipped, mut after, mut cut) = (0, None, Vec::new());
    loop {
        let request = PageRequest {
            after: after.take(),
            limit: Some(page::MAX_LIMIT),
        };
        let found = review::people(
            app.db.reader(),
            selected,
            Behind::Sendable,
            &request,
            app.now(),
        )
        .await?;
        for person in found.items {
            if skipped < left {
                skipped += 1;
            } else if cut.len() < 10 {
                cut.push(person.to_string());
            }
        }
        after = found.next;
        if after.is_none() || cut.len() >= 10 {
            return Ok(cut);
        }
    }
}

/// Returns what LINE itself counted of a campaign. It tells no number under 20.
#[utoipa::path(get, path = "/api/v1/campaigns/{id}/line-insight", operation_id = "get_campaign_line_insight", tag = "reports",
    params(("id" = String, Path, description = "cmp_…")),
    responses((status = 200, body = LineInsightView), (status = 422), (status = 503)))]
pub(super) async fn insight(
    operator: Operator<ReportsRead>,
    PathId(id): PathId<kind::Campaign>,
    State(app): State<App>,
) -> Result<Json<LineInsightView>, ApiError> {
    let campaign = wire::find(app.db.reader(), &operator, id).await?;
    let account = account(&campaign)?;
    let (unit, now) = (line_numbers::unit_of(id), app.now());
    let began = campaign.launched_at.unwrap_or(now);
    let last = now.min(began.plus(SPAN));
    let api = api(&app, operator.workspace, account).await?;
    let (from, to) = (day(began), day(last));
    let found = api
        .unit_insight(&unit, &from, &to)
        .await
        .map_err(|error| line::away(&error))?;
    let units = api.units_used().await.map_err(|error| line::away(&error))?;
    let link = |link: channel_line::LinkInsight| LineLinkView {
        url: link.url,
        clicks: link.clicks,
        unique_clicks: link.unique_clicks,
    };
    Ok(Json(LineInsightView {
        unit,
        from,
        to,
        opened: found.unique_impressions,
        clicked: found.unique_clicks,
        links: found.links.into_iter().map(link).collect(),
        is_counting: now.0 - began.0 < COUNTS,
        units_used: units,
        units_limit: MAX_UNITS,
    }))
}

/// Writes a day of Japan as LINE reads it: `20260401`.
fn day(at: Millis) -> String {
    let text = at.plus(JAPAN).to_string();
    text.chars().take(10).filter(|sign| *sign != '-').collect()
}

fn account(campaign: &Campaign) -> Result<SenderId, ApiError> {
    match &campaign.document.channel {
        Some(ChannelCard::Line { sender, .. }) => Ok(*sender),
        _ => Err(kernel::invalid::Invalid::one(
            "/channel",
            "not_line",
            "the campaign is not sent through LINE",
            "LINEで送るキャンペーンではありません",
        )
        .into()),
    }
}

async fn api(app: &App, workspace: WorkspaceId, id: SenderId) -> Result<LineApi, ApiError> {
    let found = app.line_apis.get(app, workspace, id).await;
    found
        .map_err(|error| ApiError::internal(error.as_ref()))?
        .ok_or_else(ApiError::not_found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_is_japans() {
        let at = |text: &str| Millis::parse(text).unwrap();
        assert_eq!(day(at("2026-03-31T15:00:00Z")), "20260401");
        assert_eq!(day(at("2026-04-01T14:59:59Z")), "20260401");
    }
}
