//! `GET /api/v1/webhook-types`.

use api_types::webhooks::WebhookTypeView;
use axum::Json;
use webhooks::EventType;

use crate::http::{
    auth::{Operator, needs::SettingsWrite},
    extract::Locale,
};

/// Lists the types of message that a webhook can be told of.
#[utoipa::path(get, path = "/api/v1/webhook-types", operation_id = "list_webhook_types", tag = "webhooks",
    responses((status = 200, body = Vec<WebhookTypeView>)))]
pub(super) async fn list(
    _operator: Operator<SettingsWrite>,
    Locale(locale): Locale,
) -> Json<Vec<WebhookTypeView>> {
    let view = |event: EventType| {
        let (en, ja) = describe(event);
        WebhookTypeView {
            name: event.name().to_owned(),
            description: if locale == "en" { en } else { ja }.to_owned(),
        }
    };
    Json(EventType::ALL.into_iter().map(view).collect())
}

const fn describe(event: EventType) -> (&'static str, &'static str) {
    match event {
        EventType::SegmentEntered => (
            "A customer entered a segment",
            "お客さまがセグメントに入った",
        ),
        EventType::SegmentLeft => ("A customer left a segment", "お客さまがセグメントから出た"),
        EventType::MessageAccepted => (
            "The provider took a message",
            "メッセージが配信事業者に受け付けられた",
        ),
        EventType::MessageFailed => (
            "A message could not be delivered",
            "メッセージが届かなかった",
        ),
        EventType::MessageOpened => ("A message was opened", "メッセージが開封された"),
        EventType::MessageClicked => ("A link was followed", "リンクがクリックされた"),
        EventType::MessageUnsubscribed => (
            "A customer unsubscribed through a message",
            "メッセージから配信停止された",
        ),
        EventType::MessageComplained => (
            "A customer called a message unwanted",
            "迷惑メールとして報告された",
        ),
        EventType::ConsentChanged => (
            "A customer's permissions changed",
            "お客さまの同意の状態が変わった",
        ),
        EventType::AddressSuppressed => (
            "An address must not be written to any more",
            "宛先が配信停止リストに入った",
        ),
        EventType::CustomerMerged => (
            "Two customers turned out to be one",
            "二人のお客さまが一人に統合された",
        ),
        EventType::Ping => ("A test", "テスト"),
    }
}
