//! `GET /api/v1/customers/{id}/timeline`.

use std::collections::HashMap;

use api_types::{PageOf, Problem, customers::TimelineView};
use axum::{Json, extract::State};
use kernel::{
    id::{ProductId, kind},
    page::PageRequest,
};
use offers::ProductStore;
use profiles::{
    customers,
    timeline::{self, Before, EventEntry, TimelineEntry, What},
};

use super::wire;
use crate::{
    http::{
        auth::{Operator, needs::ProfilesRead},
        extract::{PageQuery, PathId, ValidQuery},
        problem::ApiError,
    },
    state::App,
};

/// Lists what happened with a customer, the newest first. The opening is logged with the first page.
#[utoipa::path(get, path = "/api/v1/customers/{id}/timeline", operation_id = "list_customer_timeline", tag = "customers",
    params(("id" = String, Path, description = "prf_…"), PageQuery),
    responses((status = 200, body = PageOf<TimelineView>), (status = "4XX", body = Problem), (status = "5XX", body = Problem)))]
pub(super) async fn timeline(
    operator: Operator<ProfilesRead>,
    PathId(id): PathId<kind::Profile>,
    ValidQuery(query): ValidQuery<PageQuery>,
    State(app): State<App>,
) -> Result<Json<PageOf<TimelineView>>, ApiError> {
    let db = app.db.reader();
    let id = customers::living(db, operator.workspace, id)
        .await?
        .ok_or_else(ApiError::not_found)?;
    let request: PageRequest = query.into();
    let before = Before::of(&request)?;
    let limit = request.limit();
    let stores = timeline::read(db, operator.workspace, id, before, limit).await?;
    let page = timeline::page(limit, stores);
    let products: Vec<ProductId> = page
        .items
        .iter()
        .filter_map(|entry| {
            if let What::Event(event) = &entry.what {
                event.product
            } else {
                None
            }
        })
        .collect();
    let names = ProductStore::names(db, operator.workspace, &products).await?;
    if request.after.is_none() {
        wire::log_opening(&app, &operator, "customer.timeline", id).await?;
    }
    let page = page.map(|entry| view(entry, &names));
    Ok(Json(PageOf {
        items: page.items,
        next: page.next,
    }))
}

fn view(entry: TimelineEntry, names: &HashMap<ProductId, String>) -> TimelineView {
    let base = TimelineView {
        at: entry.at.to_string(),
        ..TimelineView::default()
    };
    match entry.what {
        What::Event(event) => event_view(base, *event, names),
        What::Consent {
            channel,
            purpose,
            is_granted,
            source,
        } => TimelineView {
            kind: "consent".to_owned(),
            name: Some(purpose),
            channel: Some(channel),
            is_granted: Some(is_granted),
            source: Some(source),
            ..base
        },
        What::Merge {
            merged,
            reason,
            undone_at,
        } => TimelineView {
            kind: "merge".to_owned(),
            name: Some(reason),
            detail: Some(serde_json::json!({ "merged": merged, "undone_at": undone_at })),
            ..base
        },
        What::Other { source, detail } => TimelineView {
            kind: source,
            detail: Some(detail),
            ..base
        },
    }
}

fn event_view(
    base: TimelineView,
    event: EventEntry,
    names: &HashMap<ProductId, String>,
) -> TimelineView {
    TimelineView {
        kind: "event".to_owned(),
        name: Some(event.name),
        product: event
            .product
            .and_then(|product| names.get(&product).cloned())
            .or(event.sku),
        category: event.category,
        amount: event.amount,
        quantity: event.quantity,
        order_id: event.order.map(|id| id.to_string()),
        campaign_id: event.campaign.map(|id| id.to_string()),
        delivery_id: event.delivery.map(|id| id.to_string()),
        is_machine: event.is_machine,
        is_imported: event.is_imported,
        is_derived: event.is_derived,
        detail: event.properties,
        ..base
    }
}
