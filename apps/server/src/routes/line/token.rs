//! `POST /api/v1/customers/{id}/line/{account}/link-token`.

use api_types::line::LinkTokenView;
use axum::{
    Json,
    extract::{Path, State},
};
use channel_line::UserId;
use friends::book;
use profiles::customers;

use super::{account, unlink::Named};
use crate::{
    http::{
        auth::{Operator, needs::ProfilesWrite},
        problem::ApiError,
    },
    line,
    state::App,
};

/// Asks LINE for a token that begins the linking of a customer's LINE account: it goes, in a message to her, to the
/// company's own sign-in page.
#[utoipa::path(post, path = "/api/v1/customers/{id}/line/{account}/link-token", operation_id = "create_line_link_token",
    tag = "line",
    params(("id" = String, Path, description = "prf_…"), ("account" = String, Path, description = "snd_…")),
    responses((status = 200, body = LinkTokenView)))]
pub(super) async fn token(
    operator: Operator<ProfilesWrite>,
    Path(named): Path<Named>,
    State(app): State<App>,
) -> Result<Json<LinkTokenView>, ApiError> {
    let (id, sender) = named.ids()?;
    let (db, workspace) = (app.db.reader(), operator.workspace);
    let settings = account(&app, workspace, sender).await?;
    let customer = customers::living(db, workspace, id)
        .await?
        .ok_or_else(ApiError::not_found)?;
    let standings = book::standings(db, workspace, customer).await?;
    let user = standings
        .iter()
        .find(|standing| standing.account == sender)
        .and_then(|standing| UserId::parse(&standing.user_id).ok())
        .ok_or_else(ApiError::not_found)?;
    let channel = line::channel(&app, workspace, sender, &settings)
        .await
        .map_err(|error| ApiError::internal(error.as_ref()))?;
    let link_token = channel
        .api()
        .link_token(&user)
        .await
        .map_err(|error| line::away(&error))?;
    Ok(Json(LinkTokenView { link_token }))
}
