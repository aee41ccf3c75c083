//! `GET /api/v1/campaigns`.

use api_types::{PageOf, campaigns::CampaignSummary};
use axum::{Json, extract::State};
use campaigns::{
    model,
    store::{self, CampaignFilter},
};
use kernel::{invalid::Invalid, page::PageRequest};
use serde::Deserialize;

use super::wire;
use crate::{
    http::{
        auth::{Operator, needs::CampaignsRead},
        extract::{self, ValidQuery},
        problem::ApiError,
    },
    state::App,
};

/// Which campaigns are listed.
#[derive(Debug, Default, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct ListQuery {
    /// The `next` value of the page before.
    after: Option<String>,
    /// Rows a page, at most 100.
    #[serde(default, deserialize_with = "extract::limit")]
    #[param(minimum = 1, maximum = 100)]
    limit: Option<u32>,
    /// Only those in this state.
    state: Option<String>,
    /// Part of the name; width, case and kana do not matter.
    search: Option<String>,
}

/// Lists the campaigns, the newest first.
#[utoipa::path(get, path = "/api/v1/campaigns", operation_id = "list_campaigns", tag = "campaigns", params(ListQuery),
    responses((status = 200, body = PageOf<CampaignSummary>)))]
pub(super) async fn list(
    operator: Operator<CampaignsRead>,
    ValidQuery(query): ValidQuery<ListQuery>,
    State(app): State<App>,
) -> Result<Json<PageOf<CampaignSummary>>, ApiError> {
    let state = query.state.as_deref().map(read_state).transpose()?;
    let page = PageRequest {
        after: query.after,
        limit: query.limit,
    };
    let filter = CampaignFilter {
        state,
        name: query.search.as_deref().unwrap_or_default(),
    };
    let page = store::list(app.db.reader(), operator.workspace, filter, &page).await?;
    Ok(Json(PageOf {
        items: page.items.iter().map(wire::summary).collect(),
        next: page.next,
    }))
}

fn read_state(word: &str) -> Result<model::State, Invalid> {
    model::State::parse(word).ok_or_else(|| {
        Invalid::one(
            "/state",
            "unknown",
            "use draft, scheduled, running, paused, finished or cancelled",
            "draft・scheduled・running・paused・finished・cancelled のどれかにしてください",
        )
    })
}
