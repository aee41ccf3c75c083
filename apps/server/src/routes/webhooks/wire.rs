//! Between the wire and the domain.

use api_types::webhooks::{WebhookDeliveryView, WebhookView, WriteWebhook};
use axum::http::StatusCode;
use channel_core::dial::AllowList;
use channel_webhook::{Address, AddressError};
use kernel::{
    id::WebhookId,
    invalid::{FieldError, Invalid},
    time::Millis,
};
use storage::ConnectionTrait;
use webhooks::{
    delivery::Delivery,
    keys::Keys,
    webhook::{self, Standing, Switch, Webhook, Wish},
};

use crate::{
    http::{audit, auth::Caller, problem::ApiError},
    state::App,
};

/// Reads what a user says of a webhook; every field that is wrong is told.
pub(super) fn read(app: &App, body: &WriteWebhook) -> Result<Wish, ApiError> {
    let types = webhook::check(&body.description, &body.types);
    let mut invalid = types.as_ref().err().cloned().unwrap_or_default();
    let url = body.url.trim().to_owned();
    let allow = AllowList::parse(&app.config.security.allow_private)
        .map_err(|error| ApiError::internal(&error))?;
    let address = Address::parse(&url, crate::webhooks::schemes(app));
    if let Err(error) = address.and_then(|address| address.allowed(&allow)) {
        invalid.push(fault(error));
    }
    invalid.into_result()?;
    Ok(Wish {
        url,
        description: body.description.trim().to_owned(),
        types: types?,
        switch: if body.enabled.unwrap_or(true) {
            Switch::On
        } else {
            Switch::Off
        },
    })
}

fn fault(error: AddressError) -> FieldError {
    let (code, ja) = match error {
        AddressError::TooLong => ("too_long", "URLは2,048文字以内で入れてください"),
        AddressError::Scheme => ("scheme", "https:// で始まるURLを入れてください"),
        AddressError::Credentials => (
            "credentials",
            "URLにユーザー名やパスワードを入れないでください",
        ),
        AddressError::Fragment => ("fragment", "URLから # 以降を除いてください"),
        AddressError::Port => ("port", "ポートは443・80・1024以上から選んでください"),
        AddressError::NotAllowed => (
            "not_allowed",
            "社内など公開されていないアドレスには送れません。必要な場合はサーバーの管理者に許可を頼んでください",
        ),
        _ => ("url", "URLとして読めません。書き方を見直してください"),
    };
    FieldError::new("/url", code, error.to_string(), ja)
}

/// Shows a webhook, without its secret.
pub(super) async fn view(
    app: &App,
    caller: &Caller,
    webhook: Webhook,
) -> Result<WebhookView, ApiError> {
    let whose = (caller.workspace, webhook.id);
    let now = app.now();
    let keys = Keys::open(app.db.reader(), &app.master_key, whose).await?;
    let disabled = match webhook.standing {
        Standing::Enabled => None,
        Standing::Disabled(why, at) => Some((why.name().to_owned(), at.to_string())),
    };
    let (disabled_reason, disabled_at) = disabled.unzip();
    Ok(WebhookView {
        id: webhook.id.to_string(),
        enabled: webhook.is_enabled(),
        url: webhook.url,
        description: webhook.description,
        types: webhook
            .types
            .iter()
            .map(|one| one.name().to_owned())
            .collect(),
        disabled_reason,
        disabled_at,
        paused_until: (webhook.spared_until > now).then(|| webhook.spared_until.to_string()),
        last_success_at: text(webhook.succeeded_at),
        last_failure_at: text(webhook.failed_at),
        old_secret_until: text(keys.changing_until(now)),
        secret: None,
        version: webhook.version,
        created_at: webhook.created_at.to_string(),
    })
}

/// Shows a delivery.
pub(super) fn delivery(one: Delivery) -> WebhookDeliveryView {
    WebhookDeliveryView {
        id: one.id.to_string(),
        webhook_id: one.webhook.to_string(),
        message_id: one.message.to_string(),
        kind: one.event,
        state: one.state.name().to_owned(),
        test: one.is_test,
        failures: one.failures,
        due_at: text(one.due_at),
        last_status: one.last_status,
        occurred_at: one.occurred_at.to_string(),
        settled_at: text(one.settled_at),
        created_at: one.created_at.to_string(),
    }
}

pub(super) fn text(at: Option<Millis>) -> Option<String> {
    at.map(|at| at.to_string())
}

/// Finds a webhook of the caller's workspace.
pub(super) async fn find(
    db: &impl ConnectionTrait,
    caller: &Caller,
    id: WebhookId,
) -> Result<Webhook, ApiError> {
    webhook::find(db, caller.workspace, id)
        .await?
        .ok_or_else(ApiError::not_found)
}

/// Nothing is sent to a webhook that is switched off.
pub(super) fn is_on(webhook: &Webhook) -> Result<(), ApiError> {
    if webhook.is_enabled() {
        return Ok(());
    }
    Err(ApiError::new(
        StatusCode::CONFLICT,
        "webhook-disabled",
        "the webhook is switched off",
        "このWebhookは停止しています",
    )
    .because(
        "switch it on first; what it missed can be sent again afterwards",
        "先に有効にしてください。送られなかった分はそのあとで再送できます",
    ))
}

/// One field that is wrong.
pub(super) fn invalid(pointer: &str, code: &str, en: &str, ja: &str) -> ApiError {
    Invalid::one(pointer, code, en, ja).into()
}

/// Logs a change of a webhook. The address may hold a token in its path: only the host is told.
pub(super) async fn log(
    app: &App,
    tx: &storage::Tx,
    caller: &Caller,
    action: &'static str,
    (id, detail): (WebhookId, serde_json::Value),
) -> Result<(), ApiError> {
    audit::log(app, tx, caller, action, ("webhook", Some(id.raw())), detail).await
}

/// Returns the host of an address that was read before.
pub(super) fn host(app: &App, url: &str) -> String {
    Address::parse(url, crate::webhooks::schemes(app))
        .map_or_else(|_| String::new(), |address| address.host().to_owned())
}
