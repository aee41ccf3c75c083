//! `GET /api/v1/senders`.

use api_types::senders::SenderView;
use axum::{Json, extract::State};
use campaigns::sender;

use super::wire;
use crate::{
    http::{
        auth::{Operator, needs::CampaignsRead},
        problem::ApiError,
    },
    state::App,
};

/// Lists the senders, the oldest first.
#[utoipa::path(get, path = "/api/v1/senders", operation_id = "list_senders", tag = "senders",
    responses((status = 200, body = Vec<SenderView>)))]
pub(super) async fn list(
    operator: Operator<CampaignsRead>,
    State(app): State<App>,
) -> Result<Json<Vec<SenderView>>, ApiError> {
    let mut views = Vec::new();
    for sender in sender::list(app.db.reader(), operator.workspace).await? {
        views.push(wire::view(&app, &operator, sender).await?);
    }
    Ok(Json(views))
}
