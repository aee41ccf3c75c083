//! `POST /api/v1/senders`.

use api_types::senders::{SenderView, WriteSender};
use axum::extract::State;
use campaigns::sender;
use kernel::id::fresh;

use super::wire;
use crate::{
    http::{
        auth::{Operator, needs::SettingsWrite},
        created::Created,
        extract::ValidJson,
        problem::ApiError,
    },
    state::App,
};

/// Makes a sender; a password is sealed and never shown again.
#[utoipa::path(post, path = "/api/v1/senders", operation_id = "create_sender", tag = "senders",
    request_body = WriteSender,
    responses((status = 201, body = SenderView)))]
pub(super) async fn create(
    operator: Operator<SettingsWrite>,
    State(app): State<App>,
    ValidJson(body): ValidJson<WriteSender>,
) -> Result<Created<SenderView>, ApiError> {
    let sender = wire::read(fresh(&*app.ids), &body, None)?;
    let tx = app.db.begin().await?;
    sender::insert(&tx, operator.workspace, &sender, app.now()).await?;
    wire::keep_secrets(&app, &tx, &operator, sender.id, &body).await?;
    let detail = serde_json::json!({ "transport": body.transport });
    wire::log(&app, &tx, &operator, "sender.create", sender.id, detail).await?;
    tx.commit().await?;
    let id = sender.id;
    let view = wire::view(&app, &operator, sender).await?;
    Ok(Created::new("/api/v1/senders", id, view))
}
