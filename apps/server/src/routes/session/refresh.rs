//! `POST /api/v1/session/refresh`: a new access token for the refresh cookie.

use api_types::session::SessionView;
use axum::{Json, extract::State, http::HeaderMap};

use super::{cookie, view};
use crate::{
    http::{problem::ApiError, security},
    state::App,
};

/// Exchanges the refresh cookie for an access token; the cookie rotates.
#[utoipa::path(post, path = "/api/v1/session/refresh", operation_id = "refresh_session", tag = "session", security(()),
    responses((status = 200, body = SessionView), (status = 401), (status = 403)))]
pub(super) async fn refresh(
    State(app): State<App>,
    headers: HeaderMap,
) -> Result<(HeaderMap, Json<SessionView>), ApiError> {
    security::check_origin(&app, &headers)?;
    let token = cookie::read(&app, &headers).ok_or_else(ApiError::not_signed_in)?;
    let issued = app.sessions.refresh(&token).await?;
    let view = view::of(&app, &issued).await?;
    Ok((cookie::set(&app, &issued.refresh), Json(view)))
}
