//! `POST /api/v1/customers`.

use api_types::customers::{CreateCustomer, CustomerView};
use axum::extract::State;
use profiles::customers::{self, NewCustomer};

use super::wire;
use crate::{
    http::{
        auth::{Operator, needs::ProfilesWrite},
        created::Created,
        extract::{Locale, ValidJson},
        problem::ApiError,
    },
    state::App,
};

/// Makes a customer by hand.
#[utoipa::path(post, path = "/api/v1/customers", operation_id = "create_customer", tag = "customers",
    request_body = CreateCustomer,
    responses((status = 201, body = CustomerView)))]
pub(super) async fn create(
    operator: Operator<ProfilesWrite>,
    Locale(locale): Locale,
    State(app): State<App>,
    ValidJson(body): ValidJson<CreateCustomer>,
) -> Result<Created<CustomerView>, ApiError> {
    let fields = wire::named(&body.facts);
    let new = NewCustomer {
        external_id: body.external_id,
        edit: wire::edit(body.facts),
    };
    let tx = app.db.begin().await?;
    let id = customers::create(wire::ctx(&app, &tx, &operator), new).await?;
    wire::log_change(&app, &tx, &operator, "customer.create", id, fields).await?;
    let customer = customers::find(&tx, operator.workspace, id)
        .await?
        .ok_or_else(ApiError::not_found)?;
    tx.commit().await?;
    let view = wire::view(&operator, &locale, customer);
    Ok(Created::new("/api/v1/customers", id, view))
}
