//! `GET /api/v1/customers/{id}/segments`.

use api_types::{PageOf, memberships::MembershipView};
use axum::{Json, extract::State};
use kernel::{id::kind, page::PageRequest};
use profiles::customers;
use segmentation::membership::{self, Interval};

use super::wire;
use crate::{
    http::{
        auth::{Operator, needs::ProfilesRead},
        extract::{PageQuery, PathId, ValidQuery},
        problem::ApiError,
    },
    state::App,
};

/// Lists the segments that a customer is in, then those that she has left, the latest first.
#[utoipa::path(get, path = "/api/v1/customers/{id}/segments", operation_id = "list_customer_segments", tag = "customers",
    params(("id" = String, Path, description = "prf_…"), PageQuery),
    responses((status = 200, body = PageOf<MembershipView>)))]
pub(super) async fn segments(
    operator: Operator<ProfilesRead>,
    PathId(id): PathId<kind::Profile>,
    ValidQuery(query): ValidQuery<PageQuery>,
    State(app): State<App>,
) -> Result<Json<PageOf<MembershipView>>, ApiError> {
    let db = app.db.reader();
    let id = customers::living(db, operator.workspace, id)
        .await?
        .ok_or_else(ApiError::not_found)?;
    let request: PageRequest = query.into();
    let page = membership::of_customer(db, operator.workspace, id, &request).await??;
    if request.after.is_none() {
        wire::log_opening(&app, &operator, "customer.segments", id).await?;
    }
    let page = page.map(view);
    Ok(Json(PageOf {
        items: page.items,
        next: page.next,
    }))
}

fn view(interval: Interval) -> MembershipView {
    MembershipView {
        segment_id: interval.segment.to_string(),
        segment: interval.name,
        entered_at: interval.entered_at.to_string(),
        entered_by: interval.entered_by.name().to_owned(),
        left_at: interval.left.map(|(at, _)| at.to_string()),
        left_by: interval.left.map(|(_, by)| by.name().to_owned()),
    }
}
