//! `POST /api/v1/session/link`: opens a one-time link.

use access::link::{self, Purpose};
use api_types::{
    Problem,
    session::{LinkResult, UseLink},
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

/// Opens a one-time link: a sign-in link signs in at once, an invitation asks who its bearer is.
#[utoipa::path(post, path = "/api/v1/session/link", operation_id = "use_link", tag = "session", security(()),
    request_body = UseLink,
    responses((status = 200, body = LinkResult), (status = "4XX", body = Problem), (status = "5XX", body = Problem)))]
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
    let agent = headers
        .get(header::USER_AGENT)
        .and_then(|value| value.to_str().ok())
        .unwrap_or("");
    let tx = app.db.begin().await?;
    link::consume(&tx, &body.token, app.now()).await?;
    let issued = app
        .sessions
        .open(&tx, fresh(&*app.ids), user, workspace, agent)
        .await?;
    tx.commit().await?;
    let view = view::of(&app, &issued).await?;
    let headers = cookie::set(&app, issued.refresh.as_deref().unwrap_or_default());
    Ok((headers, Json(LinkResult::SignedIn(Box::new(view)))))
}

fn set_up(first_owner: bool, email: Option<String>) -> (HeaderMap, Json<LinkResult>) {
    (
        HeaderMap::new(),
        Json(LinkResult::SetUp { first_owner, email }),
    )
}
