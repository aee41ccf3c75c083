//! `GET /api/v1/customers/{id}/computed`.

use std::borrow::Cow;

use access::workspace;
use api_types::{
    computed::{ComputedOrder, ComputedReason, CustomerComputed},
    segments::BothLanguages,
};
use axum::{Json, extract::State};
use computed::{
    explain::{self, Reason},
    history::Order,
    store::{self, definition},
};
use kernel::id::{EventId, OrderId, kind};
use profiles::{computed::bought, customers};

use super::wire;
use crate::{
    http::{
        auth::{Operator, needs::ProfilesRead},
        extract::PathId,
        problem::ApiError,
    },
    routes::asking,
    state::App,
};

/// Tells why a customer stands where she stands: her orders and the arithmetic, computed at this moment.
#[utoipa::path(get, path = "/api/v1/customers/{id}/computed", operation_id = "explain_customer_computed", tag = "customers",
    params(("id" = String, Path, description = "prf_…")),
    responses((status = 200, body = CustomerComputed)))]
pub(super) async fn computed(
    operator: Operator<ProfilesRead>,
    PathId(id): PathId<kind::Profile>,
    State(app): State<App>,
) -> Result<Json<CustomerComputed>, ApiError> {
    let db = app.db.reader();
    let at = asking::at(&app, &operator).await?;
    let id = customers::living(db, operator.workspace, id)
        .await?
        .ok_or_else(ApiError::not_found)?;
    let workspace = workspace::find(db, operator.workspace)
        .await?
        .ok_or_else(ApiError::not_found)?;
    let definitions = definition::list(db, operator.workspace).await?;
    let rules = definition::rules(&definitions, at.zone);
    let wanted = store::wanted(db, operator.workspace, &rules).await?;
    let people = bought::read(db, operator.workspace, &[id.raw()].into(), &wanted).await?;
    let person = people.first().ok_or_else(ApiError::not_found)?;
    let found = explain::explain(&rules, person, at.now, workspace.currency);
    wire::log_opening(&app, &operator, "customer.computed", id).await?;
    Ok(Json(CustomerComputed {
        counted_at: at.now.to_string(),
        reasons: found.reasons.into_iter().map(reason).collect(),
        orders: found.orders.into_iter().map(order).collect(),
        n_orders: i64::try_from(found.n_orders).unwrap_or(i64::MAX),
        currency: workspace.currency.code().to_owned(),
    }))
}

fn reason(reason: Reason) -> ComputedReason {
    ComputedReason {
        kind: reason.kind.as_str().to_owned(),
        standing: reason.standing.map(Cow::into_owned),
        since: reason.since.map(|at| at.to_string()),
        turns_at: reason.turns.as_ref().map(|(at, _)| at.to_string()),
        turns_to: reason.turns.map(|(_, to)| to.into_owned()),
        lines: reason
            .lines
            .into_iter()
            .map(|line| BothLanguages {
                ja: line.ja,
                en: line.en,
            })
            .collect(),
    }
}

fn order(order: Order) -> ComputedOrder {
    ComputedOrder {
        order_id: order.order.map(|id| OrderId::from_raw(id).to_string()),
        event_id: EventId::from_raw(order.event).to_string(),
        occurred_at: order.at.to_string(),
        amount: order.amount,
    }
}
