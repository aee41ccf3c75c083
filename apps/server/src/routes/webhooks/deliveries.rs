//! `GET /api/v1/webhooks/{id}/deliveries`.

use api_types::{PageOf, webhooks::WebhookDeliveryView};
use axum::{Json, extract::State};
use kernel::{id::kind, page::PageRequest};
use serde::Deserialize;
use webhooks::delivery::{self, DeliveryFilter, State as Place};

use super::wire;
use crate::{
    http::{
        auth::{Operator, needs::SettingsWrite},
        extract::{self, PathId, ValidQuery},
        problem::ApiError,
    },
    state::App,
};

/// Which deliveries are wanted.
#[derive(Debug, Default, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct DeliveriesQuery {
    /// The `next` value of the page before.
    after: Option<String>,
    /// Rows a page, at most 100.
    #[serde(default, deserialize_with = "extract::limit")]
    #[param(minimum = 1, maximum = 100)]
    limit: Option<u32>,
    /// Only `waiting`, `delivered` or `failed` ones.
    state: Option<String>,
}

/// Lists the deliveries to a webhook, the newest first. They are kept for 30 days.
#[utoipa::path(get, path = "/api/v1/webhooks/{id}/deliveries", operation_id = "list_webhook_deliveries",
    tag = "webhooks", params(("id" = String, Path, description = "whk_…"), DeliveriesQuery),
    responses((status = 200, body = PageOf<WebhookDeliveryView>)))]
pub(super) async fn list(
    operator: Operator<SettingsWrite>,
    PathId(id): PathId<kind::Webhook>,
    ValidQuery(query): ValidQuery<DeliveriesQuery>,
    State(app): State<App>,
) -> Result<Json<PageOf<WebhookDeliveryView>>, ApiError> {
    wire::find(app.db.reader(), &operator, id).await?;
    let state = query.state.as_deref().filter(|name| !name.is_empty());
    let state = state.map(read_state).transpose()?;
    let filter = DeliveryFilter { webhook: id, state };
    let page = PageRequest {
        after: query.after,
        limit: query.limit,
    };
    let page = delivery::list(app.db.reader(), operator.workspace, filter, &page).await??;
    Ok(Json(PageOf {
        items: page.items.into_iter().map(wire::delivery).collect(),
        next: page.next,
    }))
}

fn read_state(name: &str) -> Result<Place, ApiError> {
    Place::parse(name).ok_or_else(|| {
        wire::invalid(
            "/state",
            "unknown",
            "use waiting, delivered or failed",
            "waiting・delivered・failed から選んでください",
        )
    })
}
