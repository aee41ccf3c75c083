//! `GET /api/v1/line/{account}`.

use api_types::line::LineState;
use axum::{Json, extract::State};
use friends::book;

use super::account;
use crate::{
    http::{
        auth::{Operator, needs::CampaignsRead},
        extract::PathAccount,
        problem::ApiError,
    },
    state::App,
};

/// Tells what a LINE account has told so far, and how its friends stand.
#[utoipa::path(get, path = "/api/v1/line/{account}", operation_id = "get_line_account", tag = "line",
    params(("account" = String, Path, description = "snd_…")),
    responses((status = 200, body = LineState)))]
pub(super) async fn state(
    operator: Operator<CampaignsRead>,
    PathAccount(id): PathAccount,
    State(app): State<App>,
) -> Result<Json<LineState>, ApiError> {
    account(&app, operator.workspace, id).await?;
    let (db, workspace) = (app.db.reader(), operator.workspace);
    let counts = book::counts(db, workspace, id).await?;
    let heard = book::heard(db, workspace, id).await?;
    Ok(Json(LineState {
        heard_at: heard.last().map(|at| at.to_string()),
        event_at: heard.newest().map(|at| at.to_string()),
        n_events: heard.n_events,
        n_repeats: heard.n_repeats,
        n_ignored: heard.n_ignored,
        following: counts.following,
        blocked: counts.blocked,
        unknown: counts.unknown,
        block_rate: counts.block_rate(),
    }))
}
