//! `GET /api/v1/customers/{id}/timeline`.

use std::collections::HashMap;

use access::Permission;
use analytics::story::{self, Unsent};
use api_types::{
    PageOf,
    customers::{OutcomeView, TimelineView},
};
use axum::{Json, extract::State};
use computed::store::change::{self, Turn};
use kernel::{
    id::{CampaignId, LinkId, ProductId, WorkspaceId, kind},
    page::PageRequest,
    time::Millis,
};
use offers::ProductStore;
use profiles::{
    customers, names,
    timeline::{self, Before, EventEntry, TimelineEntry, What},
};
use segmentation::membership::{self, Interval};
use serde_json::Value;
use storage::ConnectionTrait;

use super::wire;
use crate::{
    http::{
        auth::{Operator, needs::ProfilesRead},
        extract::{PageQuery, PathId, ValidQuery},
        problem::ApiError,
    },
    state::App,
};

/// The store of memberships.
const SEGMENT: &str = "segment";
/// The store of turns of computed attributes.
const TURN: &str = "computed";

/// Lists what happened with a customer, the newest first. The opening is logged with the first page.
#[utoipa::path(get, path = "/api/v1/customers/{id}/timeline", operation_id = "list_customer_timeline", tag = "customers",
    params(("id" = String, Path, description = "prf_…"), PageQuery),
    responses((status = 200, body = PageOf<TimelineView>)))]
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
    let mut stores = timeline::read(db, operator.workspace, id, before, limit).await?;
    let position = (before.at, before.id);
    let unsent = story::unsent(db, operator.workspace, id, position, limit + 1).await?;
    stores.push(unsent.iter().map(silence).collect());
    let moves = membership::timeline(db, operator.workspace, id, position, limit + 1).await?;
    stores.push(moves.into_iter().map(moved).collect());
    let turns = change::timeline(db, operator.workspace, id, position, limit + 1).await?;
    stores.push(turns.iter().map(turned).collect());
    let page = timeline::page(limit, stores);
    let names = Names::read(db, operator.workspace, &page.items, unsent).await?;
    if request.after.is_none() {
        wire::log_opening(&app, &operator, "customer.timeline", id).await?;
    }
    let shows = operator.may(Permission::PiiRead);
    let page = page.map(|entry| {
        let seen = view(entry, &names);
        if shows { seen } else { without_words(seen) }
    });
    Ok(Json(PageOf {
        items: page.items,
        next: page.next,
    }))
}

/// What people wrote is hidden from those who may not see personal data.
fn without_words(mut seen: TimelineView) -> TimelineView {
    let wrote = seen.name.as_deref() == names::fixed_text(names::LINE_MESSAGE_RECEIVED);
    if let (true, Some(detail)) = (wrote, seen.detail.as_mut().and_then(Value::as_object_mut)) {
        detail.remove("text");
    }
    seen
}

/// What was not sent stands on the timeline as an entry of the ledger.
fn silence(unsent: &Unsent) -> TimelineEntry {
    TimelineEntry {
        at: unsent.at,
        id: unsent.delivery.raw(),
        what: What::Other {
            source: "delivery".to_owned(),
            detail: Value::Null,
        },
    }
}

/// Entering or leaving a segment stands on the timeline as an end of its interval.
fn moved((at, interval): (Millis, Interval)) -> TimelineEntry {
    let left = interval.left.filter(|(left_at, _)| *left_at == at);
    let cause = left.map_or(interval.entered_by, |(_, cause)| cause);
    TimelineEntry {
        at,
        id: interval.id,
        what: What::Other {
            source: SEGMENT.to_owned(),
            detail: serde_json::json!({
                "segment_id": interval.segment,
                "segment": interval.name,
                "is_in": left.is_none(),
                "cause": cause.name(),
            }),
        },
    }
}

/// A turn of a computed attribute stands where it was found out; `occurred_at` says when it came about.
fn turned(turn: &Turn) -> TimelineEntry {
    TimelineEntry {
        at: turn.written_at,
        id: turn.id,
        what: What::Other {
            source: TURN.to_owned(),
            detail: serde_json::json!({
                "kind": turn.kind.as_str(),
                "before": turn.before,
                "after": turn.after,
                "occurred_at": turn.occurred_at,
                "cause": turn.cause.name(),
            }),
        },
    }
}

fn turned_view(base: TimelineView, detail: Value) -> TimelineView {
    let kind = detail.get("kind").and_then(Value::as_str);
    TimelineView {
        kind: TURN.to_owned(),
        name: kind.map(str::to_owned),
        detail: Some(detail),
        ..base
    }
}

fn moved_view(base: TimelineView, detail: Value) -> TimelineView {
    TimelineView {
        kind: SEGMENT.to_owned(),
        name: detail
            .get("segment")
            .and_then(Value::as_str)
            .map(str::to_owned),
        is_granted: detail.get("is_in").and_then(Value::as_bool),
        detail: Some(detail),
        ..base
    }
}

/// What the entries of a page speak of.
struct Names {
    products: HashMap<ProductId, String>,
    campaigns: HashMap<CampaignId, String>,
    links: HashMap<LinkId, String>,
    unsent: HashMap<i64, Unsent>,
}

impl Names {
    async fn read(
        db: &impl ConnectionTrait,
        workspace: WorkspaceId,
        entries: &[TimelineEntry],
        unsent: Vec<Unsent>,
    ) -> Result<Self, ApiError> {
        let events: Vec<&EventEntry> = entries
            .iter()
            .filter_map(|entry| match &entry.what {
                What::Event(event) => Some(&**event),
                _ => None,
            })
            .collect();
        let products: Vec<ProductId> = events.iter().filter_map(|event| event.product).collect();
        let mut campaigns: Vec<CampaignId> =
            events.iter().filter_map(|event| event.campaign).collect();
        campaigns.extend(unsent.iter().map(|row| row.campaign));
        let links: Vec<LinkId> = events.iter().filter_map(|event| event.link).collect();
        Ok(Self {
            products: ProductStore::names(db, workspace, &products).await?,
            campaigns: story::campaigns(db, workspace, &campaigns).await?,
            links: story::links(db, workspace, &links).await?,
            unsent: unsent
                .into_iter()
                .map(|row| (row.delivery.raw(), row))
                .collect(),
        })
    }
}

fn view(entry: TimelineEntry, names: &Names) -> TimelineView {
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
        What::Other { source, detail } if source == SEGMENT => moved_view(base, detail),
        What::Other { source, detail } if source == TURN => turned_view(base, detail),
        What::Other { source, detail } => match names.unsent.get(&entry.id) {
            Some(unsent) => unsent_view(base, source, unsent, names),
            None => TimelineView {
                kind: source,
                detail: Some(detail),
                ..base
            },
        },
    }
}

fn unsent_view(base: TimelineView, kind: String, unsent: &Unsent, names: &Names) -> TimelineView {
    TimelineView {
        kind,
        campaign_id: Some(unsent.campaign.to_string()),
        campaign: names.campaigns.get(&unsent.campaign).cloned(),
        delivery_id: Some(unsent.delivery.to_string()),
        channel: Some("email".to_owned()),
        outcome: Some(OutcomeView {
            step: unsent.step.key.to_owned(),
            name_ja: unsent.step.ja.to_owned(),
            name_en: unsent.step.en.to_owned(),
        }),
        ..base
    }
}

fn event_view(base: TimelineView, event: EventEntry, names: &Names) -> TimelineView {
    TimelineView {
        kind: "event".to_owned(),
        name: Some(event.name),
        product: event
            .product
            .and_then(|product| names.products.get(&product).cloned())
            .or(event.sku),
        category: event.category,
        amount: event.amount,
        quantity: event.quantity,
        order_id: event.order.map(|id| id.to_string()),
        campaign_id: event.campaign.map(|id| id.to_string()),
        campaign: event
            .campaign
            .and_then(|campaign| names.campaigns.get(&campaign).cloned()),
        link: event.link.and_then(|link| names.links.get(&link).cloned()),
        delivery_id: event.delivery.map(|id| id.to_string()),
        is_machine: event.is_machine,
        is_imported: event.is_imported,
        is_derived: event.is_derived,
        detail: event.properties,
        ..base
    }
}
