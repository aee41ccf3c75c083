//! `POST /api/v1/session`: signs in with email and password.

use access::account;
use api_types::{
    Problem,
    session::{SessionView, SignIn},
};
use axum::{
    Json,
    extract::State,
    http::{HeaderMap, header},
};
use kernel::id::fresh;

use super::{cookie, view};
use crate::{
    http::{extract::ValidJson, limit::CallerAddress, problem::ApiError, security},
    state::App,
};

/// Signs in with email and password; sets the refresh cookie.
#[utoipa::path(post, path = "/api/v1/session", operation_id = "open_session", tag = "session", security(()),
    request_body = SignIn,
    responses((status = 200, body = SessionView), (status = "4XX", body = Problem), (status = "5XX", body = Problem)))]
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
    let agent = headers
        .get(header::USER_AGENT)
        .and_then(|value| value.to_str().ok())
        .unwrap_or("");
    let tx = app.db.begin().await?;
    let issued = app
        .sessions
        .open(&tx, fresh(&*app.ids), user, workspace, agent)
        .await?;
    tx.commit().await?;
    let view = view::of(&app, &issued).await?;
    Ok((
        cookie::set(&app, issued.refresh.as_deref().unwrap_or_default()),
        Json(view),
    ))
}
