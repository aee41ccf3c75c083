//! Opening a session: what every way of signing in ends with.

use api_types::session::SessionView;
use axum::http::{HeaderMap, header};
use kernel::id::{UserId, WorkspaceId, fresh};
use storage::Tx;

use super::{cookie, view};
use crate::{http::problem::ApiError, state::App};

/// Opens a session as the last step of a transaction; returns the cookie and what the caller learns.
pub(super) async fn enter(
    app: &App,
    tx: Tx,
    user: UserId,
    workspace: WorkspaceId,
    headers: &HeaderMap,
) -> Result<(HeaderMap, SessionView), ApiError> {
    let agent = headers
        .get(header::USER_AGENT)
        .and_then(|value| value.to_str().ok())
        .unwrap_or("");
    let session = fresh(&*app.ids);
    let issued = app
        .sessions
        .open(&tx, session, user, workspace, agent)
        .await?;
    tx.commit().await?;
    let view = view::of(app, &issued).await?;
    Ok((cookie::set(app, &issued.refresh), view))
}
