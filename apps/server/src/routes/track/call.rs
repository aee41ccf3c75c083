//! Takes a tracking call in.

use axum::{
    Json,
    extract::{OriginalUri, State},
    http::{HeaderMap, StatusCode},
};
use profiles::ingest::{
    Call, IngestError, Message,
    body::{self as messages, BodyError},
};
use serde_json::{Value, json};

use super::{body, key};
use crate::{http::problem::ApiError, push, state::App};

/// Answers 200 once the messages are stored, also when some of them were refused: those are in
/// quarantine with their reason, and sending them again would not mend them.
pub(super) async fn take(
    State(app): State<App>,
    OriginalUri(address): OriginalUri,
    headers: HeaderMap,
    body: axum::body::Body,
) -> Result<Json<Value>, ApiError> {
    let bytes = body::read(&headers, body).await?;
    let call = call_of(address.path());
    let parsed = messages::read(&bytes, call);
    // The key is checked first, so that a stranger learns nothing about how bodies are judged.
    let presented = key::presented(&headers)
        .or_else(|| parsed.as_ref().ok().and_then(|body| body.write_key.clone()));
    let key = key::find(&app, presented).await?;
    let parsed = parsed.map_err(bad_body)?;
    let devices = parsed.messages.iter().filter_map(Message::app_device);
    let devices = devices.collect();
    let verdicts = app
        .ingest
        .submit(key.workspace, key.source, parsed)
        .await
        .map_err(not_taken)?;
    if let Err(error) = push::heard(&app, key.workspace, key.source, devices).await {
        // The app's next event tells it again.
        tracing::warn!(
            error = format!("{error:#}"),
            "failed to write down the device of an app"
        );
    }
    metrics::counter!("enishi_ingest_messages_total")
        .increment(u64::try_from(verdicts.len()).unwrap_or(0));
    Ok(Json(json!({ "success": true })))
}

/// Reads the call out of the address; `None` is a batch.
fn call_of(path: &str) -> Option<Call> {
    match path.rsplit('/').next().unwrap_or_default() {
        "i" => Some(Call::Identify),
        "t" => Some(Call::Track),
        "p" => Some(Call::Page),
        "s" => Some(Call::Screen),
        "g" => Some(Call::Group),
        "a" => Some(Call::Alias),
        word => Call::parse(word),
    }
}

#[expect(
    clippy::needless_pass_by_value,
    reason = "`map_err` hands the error over"
)]
fn bad_body(error: BodyError) -> ApiError {
    let ja = match &error {
        BodyError::NotJson(why) => format!("本文がトラッキングのJSONではありません: {why}"),
        BodyError::TooLarge(limit) => format!("本文が{limit}バイトを超えています"),
        BodyError::TooMany => format!("一度に送れるのは{}件までです", messages::MAX_BATCH),
    };
    let slug = if matches!(error, BodyError::NotJson(_)) {
        "bad-json"
    } else {
        "too-large"
    };
    ApiError::new(
        StatusCode::BAD_REQUEST,
        slug,
        "the call cannot be read",
        "トラッキングを読み取れません",
    )
    .because(error.to_string(), ja)
}

#[expect(
    clippy::needless_pass_by_value,
    reason = "`map_err` hands the error over"
)]
fn not_taken(error: IngestError) -> ApiError {
    let answer = |status, slug, en: &str, ja: &str| ApiError {
        retry_after: Some(1),
        ..ApiError::new(status, slug, en, ja)
    };
    match error {
        IngestError::Busy => answer(
            StatusCode::TOO_MANY_REQUESTS,
            "too-many",
            "too many messages are waiting; send them again",
            "処理待ちが多いため、少し後で送り直してください",
        ),
        IngestError::NoWorkspace => key::unknown(),
        IngestError::Unavailable | IngestError::Db(_) => {
            tracing::error!(%error, "failed to store a tracking call");
            answer(
                StatusCode::SERVICE_UNAVAILABLE,
                "unavailable",
                "the messages could not be stored; send them again",
                "保存できませんでした。もう一度送ってください",
            )
        }
    }
}
