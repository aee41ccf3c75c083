//! `PATCH /api/v1/customers/{id}`.

use api_types::customers::{CustomerView, PatchCustomer};
use axum::{Json, extract::State};
use kernel::id::kind;
use profiles::customers;

use super::wire;
use crate::{
    http::{
        auth::{Operator, needs::ProfilesWrite},
        extract::{Locale, PathId, ValidJson},
        problem::ApiError,
    },
    state::App,
};

/// Changes a customer by hand, if nobody else did meanwhile.
#[utoipa::path(patch, path = "/api/v1/customers/{id}", operation_id = "patch_customer", tag = "customers",
    params(("id" = String, Path, description = "prf_…")), request_body = PatchCustomer,
    responses((status = 200, body = CustomerView), (status = 409)))]
pub(super) async fn patch(
    operator: Operator<ProfilesWrite>,
    PathId(id): PathId<kind::Profile>,
    Locale(locale): Locale,
    State(app): State<App>,
    ValidJson(body): ValidJson<PatchCustomer>,
) -> Result<Json<CustomerView>, ApiError> {
    let fields = wire::named(&body.facts);
    let tx = app.db.begin().await?;
    let id = customers::edit(
        wire::ctx(&app, &tx, &operator),
        id,
        body.version,
        wire::edit(body.facts),
    )
    .await?;
    wire::log_change(&app, &tx, &operator, "customer.change", id, fields).await?;
    let customer = customers::find(&tx, operator.workspace, id)
        .await?
        .ok_or_else(ApiError::not_found)?;
    tx.commit().await?;
    Ok(Json(wire::view(&operator, &locale, customer)))
}
