//! `POST /api/v1/session`: signs in with email and password.

use access::account;
use api_types::session::{SessionView, SignIn};
use axum::{Json, extract::State, http::HeaderMap};

use super::enter::enter;
use crate::{
    http::{extract::ValidJson, limit::CallerAddress, problem::ApiError, security},
    state::App,
};

/// Signs in with email and password; sets the refresh cookie.
#[utoipa::path(post, path = "/api/v1/session", operation_id = "open_session", tag = "session", security(()),
    request_body = SignIn,
    responses((status = 200, body = SessionView), (status = 401), (status = 403), (status = 429)))]
pub(super) async fn open(
    State(app): State<App>,
    headers: HeaderMap,
    address: CallerAddress,
    ValidJson(sign_in): ValidJson<SignIn>,
) -> Result<(HeaderMap, Json<SessionView>), ApiError> {
    security::check_origin(&app, &headers)?;
    app.sign_in_limiter
        .check(&[&address.0, &sign_in.email.trim().to_lowercase()])?;
    let (user, workspace) =
        account::authenticate(app.db.reader(), &sign_in.email, sign_in.password).await?;
    let tx = app.db.begin().await?;
    let (cookie, view) = enter(&app, tx, user, workspace, &headers).await?;
    Ok((cookie, Json(view)))
}
