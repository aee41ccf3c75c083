//! `Idempotency-Key`: a POST that is sent twice acts once and is answered the same.
//!
//! The first request books the key before it acts; its answer is kept a day. A repeat gets that answer,
//! another request under the same key is refused, and a repeat while the first still runs is told so.

use axum::{
    body::{Body, to_bytes},
    extract::{Request, State},
    http::{HeaderName, HeaderValue, Method, StatusCode, header},
    middleware::Next,
    response::{IntoResponse, Response},
};
use kernel::{
    id::WorkspaceId,
    time::{DAY, Millis},
};
use ring::digest;
use sea_orm::{DbErr, FromQueryResult};
use storage::{Tx, sql};

use super::{
    auth,
    extract::MAX_JSON,
    problem::{ApiError, PROBLEM_JSON},
};
use crate::state::App;

/// The header that names a request.
pub const KEY: HeaderName = HeaderName::from_static("idempotency-key");
/// Tells that an answer was given before.
pub const REPLAYED: HeaderName = HeaderName::from_static("idempotency-replayed");

#[derive(FromQueryResult)]
struct Kept {
    request_hash: Vec<u8>,
    status: Option<i32>,
    body: Option<String>,
    location: Option<String>,
}

/// Applies to POSTs of the REST API that carry a key.
pub async fn guard(State(app): State<App>, request: Request, next: Next) -> Response {
    let key = request
        .headers()
        .get(&KEY)
        .and_then(|key| key.to_str().ok())
        .map(str::to_owned);
    let is_multipart = request
        .headers()
        .get(header::CONTENT_TYPE)
        .and_then(|kind| kind.to_str().ok())
        .is_some_and(|kind| kind.starts_with("multipart/"));
    match key {
        Some(key)
            if request.method() == Method::POST
                && request.uri().path().starts_with("/api/")
                && !is_multipart =>
        {
            run(&app, &key, request, next)
                .await
                .unwrap_or_else(IntoResponse::into_response)
        }
        _ => next.run(request).await,
    }
}

async fn run(app: &App, key: &str, request: Request, next: Next) -> Result<Response, ApiError> {
    if key.is_empty() || key.len() > 100 {
        return Err(problem(
            StatusCode::BAD_REQUEST,
            "the key must have 1 to 100 characters",
            "キーは1〜100文字にしてください",
        ));
    }
    let (mut parts, body) = request.into_parts();
    let Ok(caller) = auth::identify(&mut parts, app).await else {
        // Not signed in: the handler says so, and nothing is booked.
        return Ok(next.run(Request::from_parts(parts, body)).await);
    };
    let bytes = to_bytes(body, MAX_JSON).await.map_err(|_| {
        problem(
            StatusCode::PAYLOAD_TOO_LARGE,
            "the body is too large",
            "本文が大きすぎます",
        )
    })?;
    let mut hash = digest::Context::new(&digest::SHA256);
    hash.update(parts.uri.path().as_bytes());
    hash.update(b"\n");
    hash.update(&bytes);
    let hash = hash.finish().as_ref().to_vec();

    if let Some(kept) = book(app, caller.workspace, key, &hash).await? {
        return replay(kept, &hash);
    }
    let response = next
        .run(Request::from_parts(parts, Body::from(bytes)))
        .await;
    keep(app, caller.workspace, key, response).await
}

/// Books the key; returns what is kept when it was booked before.
async fn book(
    app: &App,
    workspace: WorkspaceId,
    key: &str,
    hash: &[u8],
) -> Result<Option<Kept>, ApiError> {
    let tx = app.db.begin().await?;
    let now = app.now();
    // A key of yesterday is free again, whether or not the housekeeping has come by.
    sql::exec(
        &tx,
        "DELETE FROM idempotency WHERE workspace_id = $1 AND key = $2 AND created_at < $3",
        [workspace.raw().into(), key.into(), now.plus(-DAY).0.into()],
    )
    .await?;
    let fresh = sql::exec(
        &tx,
        "INSERT INTO idempotency (workspace_id, key, request_hash, created_at) VALUES ($1, $2, $3, $4)
         ON CONFLICT (workspace_id, key) DO NOTHING",
        [workspace.raw().into(), key.into(), hash.to_vec().into(), now.0.into()],
    )
    .await?;
    let kept = if fresh == 1 {
        None
    } else {
        sql::one(
            &tx,
            "SELECT request_hash, status, body, location FROM idempotency WHERE workspace_id = $1 AND key = $2",
            [workspace.raw().into(), key.into()],
        )
        .await?
    };
    tx.commit().await?;
    Ok(kept)
}

/// Forgets up to `limit` answers that are older than a day; returns how many.
pub(crate) async fn prune(tx: &Tx, now: Millis, limit: u32) -> Result<u64, DbErr> {
    let text = format!(
        "DELETE FROM idempotency WHERE (workspace_id, key) IN
         (SELECT workspace_id, key FROM idempotency WHERE created_at < $1 LIMIT {limit})"
    );
    sql::exec(tx, text, [now.plus(-DAY).0.into()]).await
}

fn replay(kept: Kept, hash: &[u8]) -> Result<Response, ApiError> {
    if kept.request_hash != hash {
        return Err(problem(
            StatusCode::UNPROCESSABLE_ENTITY,
            "this key was used for another request; use a new one",
            "このキーは別の要求で使われています。新しいキーにしてください",
        ));
    }
    let status = kept
        .status
        .and_then(|status| u16::try_from(status).ok())
        .and_then(|status| StatusCode::from_u16(status).ok());
    let Some(status) = status else {
        return Err(problem(
            StatusCode::CONFLICT,
            "the first request still runs",
            "最初の要求をまだ処理しています",
        ));
    };
    let mut response = (status, kept.body.unwrap_or_default()).into_response();
    let kind = if status.is_success() {
        "application/json"
    } else {
        PROBLEM_JSON
    };
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    headers.insert(REPLAYED, HeaderValue::from_static("true"));
    if let Some(location) = kept.location.and_then(|text| text.try_into().ok()) {
        headers.insert(header::LOCATION, location);
    }
    Ok(response)
}

/// Keeps a final answer; a failure of ours or a refusal frees the key, so that the caller may try again.
async fn keep(
    app: &App,
    workspace: WorkspaceId,
    key: &str,
    response: Response,
) -> Result<Response, ApiError> {
    let tx = app.db.begin().await?;
    let at = [workspace.raw().into(), key.into()];
    if !response.status().is_success() {
        sql::exec(
            &tx,
            "DELETE FROM idempotency WHERE workspace_id = $1 AND key = $2",
            at,
        )
        .await?;
        tx.commit().await?;
        return Ok(response);
    }
    let (parts, body) = response.into_parts();
    let bytes = to_bytes(body, usize::MAX)
        .await
        .map_err(|error| ApiError::internal(&error))?;
    let location = parts.headers.get(header::LOCATION);
    let location = location.and_then(|at| at.to_str().ok()).map(str::to_owned);
    let [workspace, key] = at;
    sql::exec(
        &tx,
        "UPDATE idempotency SET status = $3, body = $4, location = $5 WHERE workspace_id = $1 AND key = $2",
        [
            workspace,
            key,
            i32::from(parts.status.as_u16()).into(),
            String::from_utf8_lossy(&bytes).into_owned().into(),
            location.into(),
        ],
    )
    .await?;
    tx.commit().await?;
    Ok(Response::from_parts(parts, Body::from(bytes)))
}

fn problem(status: StatusCode, en: &str, ja: &str) -> ApiError {
    ApiError::new(
        status,
        "idempotency-key",
        "Idempotency-Key",
        "Idempotency-Key",
    )
    .because(en, ja)
}
