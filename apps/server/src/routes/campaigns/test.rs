//! `POST /api/v1/campaigns/{id}/test`.

use api_types::campaigns::{TestCampaign, TestQueued};
use axum::{Json, extract::State, http::StatusCode};
use campaigns::testing;
use kernel::{
    id::{ProfileId, kind},
    invalid::Invalid,
};

use super::wire;
use crate::{
    http::{
        auth::{Operator, needs::CampaignsWrite},
        extract::{PathId, ValidJson},
        problem::ApiError,
    },
    state::App,
};

/// Sends the campaign as it is now to a few addresses, rendered for a real customer; never counted.
#[utoipa::path(post, path = "/api/v1/campaigns/{id}/test", operation_id = "test_campaign", tag = "campaigns",
    params(("id" = String, Path, description = "cmp_…"), ("idempotency-key" = Option<String>, Header)),
    request_body = TestCampaign,
    responses((status = 202, body = TestQueued)))]
pub(super) async fn test(
    operator: Operator<CampaignsWrite>,
    PathId(id): PathId<kind::Campaign>,
    State(app): State<App>,
    ValidJson(body): ValidJson<TestCampaign>,
) -> Result<(StatusCode, Json<TestQueued>), ApiError> {
    let profile: ProfileId = body.profile.parse().map_err(|_| unknown_profile())?;
    let tx = app.db.begin().await?;
    let campaign = wire::find(&tx, &operator, id).await?;
    let Some(words) = wire::words(&tx, &campaign).await? else {
        return Err(Invalid::one(
            "/document/contents",
            "missing",
            "choose or write the words first",
            "先にメッセージを選ぶか、書いてください",
        )
        .into());
    };
    let author = wire::author(&app, &operator);
    let queued = testing::send(
        &tx,
        author,
        &*app.ids,
        &campaign,
        &words,
        profile,
        &body.addresses,
    )
    .await?;
    wire::log(&app, &tx, &operator, "campaign.test", &campaign).await?;
    tx.commit().await?;
    Ok((StatusCode::ACCEPTED, Json(TestQueued { queued })))
}

fn unknown_profile() -> Invalid {
    Invalid::one(
        "/profile",
        "unknown",
        "choose a customer of this workspace",
        "このワークスペースのお客様を選んでください",
    )
}
