//! `GET /api/v1/customers`.

use api_types::{PageOf, customers::CustomerSummary};
use axum::{Json, extract::State};
use kernel::{id::ProfileId, page::PageRequest};
use profiles::customers::{self, CustomerFilter};
use serde::Deserialize;

use super::wire;
use crate::{
    http::{
        auth::{Operator, needs::ProfilesRead},
        extract::{self, ValidQuery},
        problem::ApiError,
    },
    state::App,
};

/// Which customers are wanted.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct CustomersQuery {
    /// Part of a name, address or external id; width, case and kana do not matter.
    search: Option<String>,
    /// Only anonymous people, or only known ones.
    is_anonymous: Option<bool>,
    /// The `next` value of the page before.
    after: Option<String>,
    /// Rows a page, at most 100.
    #[serde(default, deserialize_with = "extract::limit")]
    #[param(minimum = 1, maximum = 100)]
    limit: Option<u32>,
}

/// Lists the customers, the newest first.
#[utoipa::path(get, path = "/api/v1/customers", operation_id = "list_customers", tag = "customers", params(CustomersQuery),
    responses((status = 200, body = PageOf<CustomerSummary>)))]
pub(super) async fn list(
    operator: Operator<ProfilesRead>,
    ValidQuery(query): ValidQuery<CustomersQuery>,
    State(app): State<App>,
) -> Result<Json<PageOf<CustomerSummary>>, ApiError> {
    let filter = CustomerFilter {
        search: query.search,
        is_anonymous: query.is_anonymous,
    };
    let page = PageRequest {
        after: query.after,
        limit: query.limit,
    };
    let db = app.db.reader();
    let page = customers::list(db, operator.workspace, &filter, &page).await?;
    let ids: Vec<ProfileId> = page.items.iter().map(|row| row.id).collect();
    let seen = customers::glance(db, operator.workspace, &ids, app.now()).await?;
    let page = page.map(|row| {
        let glance = seen.get(&row.id).copied().unwrap_or_default();
        wire::summary(&operator, row, glance)
    });
    Ok(Json(PageOf {
        items: page.items,
        next: page.next,
    }))
}
