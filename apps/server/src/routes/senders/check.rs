//! `POST /api/v1/senders/{id}/check`.

use axum::{extract::State, http::StatusCode};
use campaigns::sender::{self, Transport};
use kernel::{id::kind, invalid::Invalid};

use super::line;
use crate::{
    http::{
        auth::{Operator, needs::SettingsWrite},
        extract::PathId,
        problem::ApiError,
    },
    state::App,
};

/// Asks LINE whether it still accepts the secrets of an account; the refusal names the field at fault.
#[utoipa::path(post, path = "/api/v1/senders/{id}/check", operation_id = "check_sender", tag = "senders",
    params(("id" = String, Path, description = "snd_…")),
    responses((status = 204), (status = 422)))]
pub(super) async fn check(
    operator: Operator<SettingsWrite>,
    PathId(id): PathId<kind::Sender>,
    State(app): State<App>,
) -> Result<StatusCode, ApiError> {
    let sender = sender::find(app.db.reader(), operator.workspace, id)
        .await?
        .ok_or_else(ApiError::not_found)?;
    let Transport::Line(account) = &sender.transport else {
        return Err(Invalid::one(
            "/",
            "transport",
            "only a LINE account is checked so",
            "確認できるのはLINEアカウントだけです",
        )
        .into());
    };
    line::check(&app, operator.workspace, id, account).await?;
    Ok(StatusCode::NO_CONTENT)
}
