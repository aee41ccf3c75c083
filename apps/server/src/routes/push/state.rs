//! `GET /api/v1/push/{account}`.

use api_types::devices::{DeviceCount, PushState};
use axum::{Json, extract::State};
use campaigns::sender::{self, Transport};
use devices::book;
use kernel::time::DAY;

use crate::{
    http::{
        auth::{Operator, needs::CampaignsRead},
        extract::PathAccount,
        problem::ApiError,
    },
    state::App,
};

/// Tells how many devices take the pushes of a sender, and how many went in the last thirty days.
#[utoipa::path(get, path = "/api/v1/push/{account}", operation_id = "get_push_state", tag = "push",
    params(("account" = String, Path, description = "snd_…")),
    responses((status = 200, body = PushState)))]
pub(super) async fn state(
    operator: Operator<CampaignsRead>,
    PathAccount(id): PathAccount,
    State(app): State<App>,
) -> Result<Json<PushState>, ApiError> {
    let (db, workspace) = (app.db.reader(), operator.workspace);
    let found = sender::find(db, workspace, id).await?;
    let is_push = found.is_some_and(|sender| matches!(sender.transport, Transport::Push(_)));
    if !is_push {
        return Err(ApiError::not_found());
    }
    let counts = book::counts(db, workspace, id, app.now().plus(-30 * DAY)).await?;
    Ok(Json(PushState {
        devices: counts
            .by_kind
            .into_iter()
            .map(|(kind, count)| DeviceCount {
                kind: kind.as_str().to_owned(),
                count,
            })
            .collect(),
        lost: counts.lost,
    }))
}
