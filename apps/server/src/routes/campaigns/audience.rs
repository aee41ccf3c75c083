//! `GET /api/v1/campaigns/{id}/review` and the people behind its numbers.

use api_types::{
    PageOf,
    campaigns::{PersonBehind, ReviewStep, ReviewView},
};
use axum::{Json, extract::State};
use campaigns::{
    audience::{self, Excluded},
    model::Target,
    review::{self, Behind, Selected},
    store::Campaign,
};
use kernel::{id::kind, invalid::Invalid, page::PageRequest};
use serde::Deserialize;

use super::wire;
use crate::{
    audience::{Asker, Wanted},
    http::{
        auth::{Caller, Operator, needs::CampaignsRead},
        extract::{self, PathId, ValidQuery},
        problem::ApiError,
    },
    routes::asking,
    state::App,
};

/// Counts exactly whom a launch would reach now, after consent and suppression.
#[utoipa::path(get, path = "/api/v1/campaigns/{id}/review", operation_id = "review_campaign", tag = "campaigns",
    params(("id" = String, Path, description = "cmp_…")),
    responses((status = 200, body = ReviewView), (status = 422)))]
pub(super) async fn review(
    operator: Operator<CampaignsRead>,
    PathId(id): PathId<kind::Campaign>,
    State(app): State<App>,
) -> Result<Json<ReviewView>, ApiError> {
    let campaign = wire::find(app.db.reader(), &operator, id).await?;
    let target = target(&campaign)?;
    let asker = exact(&app, &operator).await?;
    let members = asker.all_members(&audience::rule(target)).await?;
    let selected = Selected {
        workspace: operator.workspace,
        way: campaigns::Way::of(campaign.document.channel.as_ref()),
        target,
        members: &members,
    };
    let (db, timing) = (app.db.reader(), campaign.document.timing.as_ref());
    let seen = review::review(db, selected, timing, app.now()).await?;
    let mut left = seen.matched;
    let steps = seen.excluded.iter().map(|(reason, count)| {
        left -= count;
        ReviewStep {
            reason: reason.as_str().to_owned(),
            count: *count,
            left,
        }
    });
    Ok(Json(ReviewView {
        at: seen.at.to_string(),
        matched: seen.matched,
        steps: steps.collect(),
        sendable: seen.sendable,
        first_due_at: seen.due.map(|(first, _)| first.to_string()),
        last_due_at: seen.due.map(|(_, last)| last.to_string()),
        source: asking::source(&asker),
    }))
}

/// Which people are wanted.
#[derive(Debug, Default, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct PeopleQuery {
    /// The `next` value of the page before.
    after: Option<String>,
    /// Rows a page, at most 100.
    #[serde(default, deserialize_with = "extract::limit")]
    #[param(minimum = 1, maximum = 100)]
    limit: Option<u32>,
    /// `sendable`, or a reason of the review's steps.
    behind: String,
}

/// Lists the people behind a number of the review.
#[utoipa::path(get, path = "/api/v1/campaigns/{id}/people", operation_id = "list_campaign_people", tag = "campaigns",
    params(("id" = String, Path, description = "cmp_…"), PeopleQuery),
    responses((status = 200, body = PageOf<PersonBehind>)))]
pub(super) async fn people(
    operator: Operator<CampaignsRead>,
    PathId(id): PathId<kind::Campaign>,
    ValidQuery(query): ValidQuery<PeopleQuery>,
    State(app): State<App>,
) -> Result<Json<PageOf<PersonBehind>>, ApiError> {
    let campaign = wire::find(app.db.reader(), &operator, id).await?;
    let target = target(&campaign)?;
    let behind = match (query.behind.as_str(), Excluded::parse(&query.behind)) {
        ("sendable", _) => Behind::Sendable,
        (_, Some(reason)) => Behind::Excluded(reason),
        (_, None) => {
            return Err(Invalid::one(
                "/behind",
                "unknown",
                "use sendable or a reason of the review",
                "sendable か、確認画面の理由を指定してください",
            )
            .into());
        }
    };
    let page = PageRequest {
        after: query.after,
        limit: query.limit,
    };
    let asker = exact(&app, &operator).await?;
    let members = asker.all_members(&audience::rule(target)).await?;
    let selected = Selected {
        workspace: operator.workspace,
        way: campaigns::Way::of(campaign.document.channel.as_ref()),
        target,
        members: &members,
    };
    let (db, now) = (app.db.reader(), app.now());
    let page = review::people(db, selected, behind, &page, now).await?;
    let person = |id: kernel::id::ProfileId| PersonBehind {
        profile: id.to_string(),
    };
    Ok(Json(PageOf {
        items: page.items.into_iter().map(person).collect(),
        next: page.next,
    }))
}

/// Finds out who says whom the segments select. These numbers are those of a launch at this moment, so it has to have
/// seen everything; planning and sending ask SQL all the same.
pub(super) async fn exact(app: &App, caller: &Caller) -> Result<Asker, ApiError> {
    let asker = asking::asker(app, caller, Wanted::Newest).await?;
    Ok(asker.or_sql().await?)
}

pub(super) fn target(campaign: &Campaign) -> Result<&Target, ApiError> {
    let target = campaign.document.target.as_ref();
    let target = target.filter(|target| target.everybody || !target.include.is_empty());
    target.ok_or_else(|| {
        Invalid::one(
            "/document/target",
            "missing",
            "choose who gets it",
            "誰に送るかを選んでください",
        )
        .into()
    })
}
