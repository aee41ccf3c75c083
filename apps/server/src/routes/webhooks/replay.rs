//! `POST /api/v1/webhook-deliveries/{id}/replay` and `POST /api/v1/webhooks/{id}/replay`.

use api_types::webhooks::{ReplayWebhook, WebhookDeliveryView, WebhookReplayView};
use axum::{Json, extract::State};
use kernel::{
    id::kind,
    invalid::{FieldError, Invalid},
    time::Millis,
};
use webhooks::{
    delivery,
    replay::{self, MOST, Which},
};

use super::wire;
use crate::{
    http::{
        auth::{Operator, needs::SettingsWrite},
        extract::{PathId, ValidJson},
        problem::ApiError,
    },
    state::App,
};

/// Sends a delivery again, under the same id and from the beginning of the schedule.
#[utoipa::path(post, path = "/api/v1/webhook-deliveries/{id}/replay", operation_id = "replay_webhook_delivery",
    tag = "webhooks", params(("id" = String, Path, description = "whd_…")),
    responses((status = 200, body = WebhookDeliveryView), (status = 409)))]
pub(super) async fn one(
    operator: Operator<SettingsWrite>,
    PathId(id): PathId<kind::WebhookDelivery>,
    State(app): State<App>,
) -> Result<Json<WebhookDeliveryView>, ApiError> {
    let tx = app.db.begin().await?;
    let found = delivery::detail(&tx, operator.workspace, id).await?;
    let found = found.ok_or_else(ApiError::not_found)?.delivery;
    let webhook = wire::find(&tx, &operator, found.webhook).await?;
    if !found.is_test {
        wire::is_on(&webhook)?;
    }
    replay::one(&tx, operator.workspace, id, app.now()).await?;
    let detail = serde_json::json!({"delivery": id.to_string()});
    wire::log(&app, &tx, &operator, "webhook.replay", (webhook.id, detail)).await?;
    let again = delivery::detail(&tx, operator.workspace, id).await?;
    tx.commit().await?;
    let again = again.ok_or_else(ApiError::not_found)?;
    Ok(Json(wire::delivery(again.delivery)))
}

/// Sends again what a webhook did not take between two instants, or everything; receivers know repeats by their id.
#[utoipa::path(post, path = "/api/v1/webhooks/{id}/replay", operation_id = "replay_webhook", tag = "webhooks",
    params(("id" = String, Path, description = "whk_…")), request_body = ReplayWebhook,
    responses((status = 200, body = WebhookReplayView), (status = 409)))]
pub(super) async fn range(
    operator: Operator<SettingsWrite>,
    PathId(id): PathId<kind::Webhook>,
    State(app): State<App>,
    ValidJson(body): ValidJson<ReplayWebhook>,
) -> Result<Json<WebhookReplayView>, ApiError> {
    let now = app.now();
    let (from, to, which) = read(&body, now)?;
    let tx = app.db.begin().await?;
    let webhook = wire::find(&tx, &operator, id).await?;
    wire::is_on(&webhook)?;
    let (workspace, ids) = (operator.workspace, &*app.ids);
    let queued = replay::range(&tx, workspace, &webhook, ids, (from, to, which), now).await?;
    let detail = serde_json::json!({
        "from": from, "to": to, "deliveries": body.deliveries, "queued": queued,
    });
    wire::log(&app, &tx, &operator, "webhook.replay", (id, detail)).await?;
    tx.commit().await?;
    Ok(Json(WebhookReplayView {
        queued,
        more: queued >= MOST,
    }))
}

fn read(body: &ReplayWebhook, now: Millis) -> Result<(Millis, Millis, Which), Invalid> {
    let mut invalid = Invalid::default();
    let mut instant = |pointer: &str, text: &str| {
        Millis::parse(text).unwrap_or_else(|| {
            invalid.push(FieldError::new(
                pointer,
                "instant",
                "use a time such as 2026-07-14T10:42:00+09:00",
                "2026-07-14T10:42:00+09:00 のような日時を入れてください",
            ));
            Millis(0)
        })
    };
    let from = instant("/from", &body.from);
    let to = body.to.as_deref().map_or(now, |text| instant("/to", text));
    if from >= to && invalid.0.is_empty() {
        invalid.push(FieldError::new(
            "/to",
            "order",
            "the end must come after the beginning",
            "終わりは始まりより後にしてください",
        ));
    }
    let which = match body.deliveries.as_str() {
        "undelivered" => Some(Which::Undelivered),
        "all" => Some(Which::All),
        _ => None,
    };
    if which.is_none() {
        invalid.push(FieldError::new(
            "/deliveries",
            "unknown",
            "use undelivered or all",
            "undelivered か all を選んでください",
        ));
    }
    invalid.into_result()?;
    Ok((from, to, which.unwrap_or(Which::Undelivered)))
}
