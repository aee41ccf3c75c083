//! What LINE tells: signed requests to an address of the account's own.
//!
//! LINE wants an answer within two seconds and may bring a request again that it got none for. So it is answered when
//! what it brought is durable, and applied, in one go with what came at the same time.

use axum::{
    Router,
    body::{Body, to_bytes},
    extract::State,
    http::{HeaderMap, StatusCode},
    routing::post,
};
use channel_core::InboundError;
use channel_line::webhook::{self, LARGEST};
use friends::Heard;
use kernel::id::kind;

use crate::{
    http::{extract::PathId, problem::ApiError},
    replies,
    state::App,
};

pub(super) fn routes() -> Router<App> {
    Router::new().route("/hooks/line/{id}", post(take))
}

/// Takes in what LINE tells of an account.
async fn take(
    PathId(id): PathId<kind::Sender>,
    State(app): State<App>,
    headers: HeaderMap,
    body: Body,
) -> Result<StatusCode, ApiError> {
    let account = app
        .line_secrets
        .get(&app, id)
        .await
        .map_err(|error| ApiError::internal(error.as_ref()))?
        .ok_or_else(ApiError::not_found)?;
    let body = to_bytes(body, LARGEST).await.map_err(|_| too_large())?;
    let signature = headers
        .get("x-line-signature")
        .and_then(|value| value.to_str().ok());
    let hook = webhook::read(&account.secret, signature, &body).map_err(|error| refused(&error))?;
    if hook.destination.as_str() != account.bot_user_id {
        return Err(unreadable("the request is addressed to another account"));
    }
    let n_events = hook.events.len();
    let to_answer = hook.events.clone();
    let heard = Heard {
        workspace: account.workspace,
        account: id,
        events: hook.events,
        unreadable: hook.unreadable,
        at: app.now(),
    };
    app.friends.take(heard).await.map_err(|_| away())?;
    replies::answer(&app, (account.workspace, id), &to_answer);
    metrics::counter!("enishi_line_events_total").increment(u64::try_from(n_events).unwrap_or(0));
    Ok(StatusCode::OK)
}

fn refused(error: &InboundError) -> ApiError {
    match error {
        InboundError::BadSignature => ApiError::new(
            StatusCode::UNAUTHORIZED,
            "signature",
            "the signature is missing or wrong",
            "署名がないか、正しくありません",
        ),
        InboundError::TooLarge { .. } => too_large(),
        other => unreadable(&other.to_string()),
    }
}

fn unreadable(why: &str) -> ApiError {
    ApiError::new(
        StatusCode::BAD_REQUEST,
        "bad-webhook",
        "the request cannot be read",
        "リクエストを読み取れません",
    )
    .because(why, why)
}

fn too_large() -> ApiError {
    ApiError::new(
        StatusCode::PAYLOAD_TOO_LARGE,
        "too-large",
        "the body is too large",
        "本文が大きすぎます",
    )
}

fn away() -> ApiError {
    ApiError {
        retry_after: Some(2),
        ..ApiError::new(
            StatusCode::SERVICE_UNAVAILABLE,
            "stopping",
            "this could not be stored; bring it again",
            "保存できませんでした。もう一度送ってください",
        )
    }
}
