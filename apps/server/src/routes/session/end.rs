//! `DELETE /api/v1/session`: signs out.

use axum::{
    extract::State,
    http::{HeaderMap, StatusCode},
};

use super::cookie;
use crate::{
    http::{problem::ApiError, security},
    state::App,
};

/// Signs out: the session of the refresh cookie ends and the cookie goes.
#[utoipa::path(delete, path = "/api/v1/session", operation_id = "end_session", tag = "session", security(()),
    responses((status = 204), (status = 403)))]
pub(super) async fn end(
    State(app): State<App>,
    headers: HeaderMap,
) -> Result<(StatusCode, HeaderMap), ApiError> {
    security::check_origin(&app, &headers)?;
    if let Some(session) =
        cookie::read(&app, &headers).and_then(|token| app.sessions.session_of(&token))
    {
        app.sessions.revoke(session).await?;
    }
    Ok((StatusCode::NO_CONTENT, cookie::clear(&app)))
}
