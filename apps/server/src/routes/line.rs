//! LINE accounts: what they have told, whose friends they are, and linking.

mod begin;
mod sign_in;
mod standings;
mod state;
mod token;
mod unlink;

use campaigns::sender::{self, LineSettings, Transport};
use kernel::id::{SenderId, WorkspaceId};
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{http::problem::ApiError, state::App};

pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(state::state))
        .routes(routes!(standings::standings))
        .routes(routes!(unlink::unlink))
        .routes(routes!(token::token))
        .routes(routes!(begin::begin))
        .routes(routes!(sign_in::sign_in))
}

/// Finds a LINE account of the workspace.
pub(super) async fn account(
    app: &App,
    workspace: WorkspaceId,
    id: SenderId,
) -> Result<LineSettings, ApiError> {
    let found = sender::find(app.db.reader(), workspace, id).await?;
    match found.map(|sender| sender.transport) {
        Some(Transport::Line(settings)) => Ok(settings),
        _ => Err(ApiError::not_found()),
    }
}
