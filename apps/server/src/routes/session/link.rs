//! `POST /api/v1/session/link`: opens a one-time link.

use access::link::{self, Purpose};
use api_types::session::{LinkResult, UseLink};
use axum::{Json, extract::State, http::HeaderMap};

use super::enter::enter;
use crate::{
    http::{extract::ValidJson, limit::CallerAddress, problem::ApiError, security},
    state::App,
};

/// Opens a one-time link: a sign-in link signs in at once, an invitation asks who its bearer is.
#[utoipa::path(post, path = "/api/v1/session/link", operation_id = "use_link", tag = "session", security(()),
    request_body = UseLink,
    responses((status = 200, body = LinkResult), (status = 403), (status = 410), (status = 429)))]
pub(super) async fn link(
    State(app): State<App>,
    headers: HeaderMap,
    address: CallerAddress,
    ValidJson(body): ValidJson<UseLink>,
) -> Result<(HeaderMap, Json<LinkResult>), ApiError> {
    security::check_origin(&app, &headers)?;
    app.sign_in_limiter.check(&[&address.0])?;
    let (workspace, user) = match link::peek(app.db.reader(), &body.token, app.now()).await? {
        Purpose::FirstOwner => return Ok(set_up(true, None)),
        Purpose::Invite { email, .. } => return Ok(set_up(false, email)),
        Purpose::SignIn { workspace, user } => (workspace, user),
    };
    let tx = app.db.begin().await?;
    link::consume(&tx, &body.token, app.now()).await?;
    let (cookie, view) = enter(&app, tx, user, workspace, &headers).await?;
    Ok((cookie, Json(LinkResult::SignedIn(Box::new(view)))))
}

fn set_up(first_owner: bool, email: Option<String>) -> (HeaderMap, Json<LinkResult>) {
    (
        HeaderMap::new(),
        Json(LinkResult::SetUp { first_owner, email }),
    )
}
