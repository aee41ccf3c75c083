//! `GET /api/v1/customers/{id}`.

use api_types::customers::CustomerView;
use axum::{Json, extract::State};
use kernel::id::kind;
use profiles::customers;

use super::wire;
use crate::{
    http::{
        auth::{Operator, needs::ProfilesRead},
        extract::{Locale, PathId},
        problem::ApiError,
    },
    state::App,
};

/// Returns a customer; the id of a merged one leads to the one that lives on. The opening is logged.
#[utoipa::path(get, path = "/api/v1/customers/{id}", operation_id = "get_customer", tag = "customers",
    params(("id" = String, Path, description = "prf_…")),
    responses((status = 200, body = CustomerView)))]
pub(super) async fn get(
    operator: Operator<ProfilesRead>,
    PathId(id): PathId<kind::Profile>,
    Locale(locale): Locale,
    State(app): State<App>,
) -> Result<Json<CustomerView>, ApiError> {
    let customer = customers::find(app.db.reader(), operator.workspace, id)
        .await?
        .ok_or_else(ApiError::not_found)?;
    wire::log_opening(&app, &operator, "customer.open", customer.id).await?;
    Ok(Json(wire::view(&operator, &locale, customer)))
}
