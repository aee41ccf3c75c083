//! `DELETE /api/v1/customers/{id}/devices/{device}`.

use axum::{
    extract::{Path, State},
    http::StatusCode,
};
use kernel::id::{DeviceId, ProfileId};
use profiles::{Ctx, customers};
use serde::Deserialize;

use crate::{
    http::{
        audit,
        auth::{Operator, needs::ProfilesWrite},
        problem::ApiError,
    },
    state::App,
};

#[derive(Deserialize)]
pub(super) struct Named {
    id: String,
    device: String,
}

/// Takes a device off a customer: it gets no more pushes until it is registered again.
#[utoipa::path(delete, path = "/api/v1/customers/{id}/devices/{device}", operation_id = "remove_customer_device",
    tag = "push",
    params(("id" = String, Path, description = "prf_…"), ("device" = String, Path, description = "dev_…")),
    responses((status = 204)))]
pub(super) async fn remove(
    operator: Operator<ProfilesWrite>,
    Path(named): Path<Named>,
    State(app): State<App>,
) -> Result<StatusCode, ApiError> {
    let id: ProfileId = named.id.parse().map_err(|_| ApiError::not_found())?;
    let device: DeviceId = named.device.parse().map_err(|_| ApiError::not_found())?;
    let tx = app.db.begin().await?;
    let customer = customers::living(&tx, operator.workspace, id)
        .await?
        .ok_or_else(ApiError::not_found)?;
    let ctx = Ctx {
        tx: &tx,
        workspace: operator.workspace,
        now: app.now(),
        ids: &*app.ids,
    };
    if !devices::remove(ctx, customer, device).await? {
        return Err(ApiError::not_found());
    }
    let detail = serde_json::json!({ "device": device.to_string() });
    let about = ("customer", Some(customer.raw()));
    audit::log(
        &app,
        &tx,
        &operator,
        "customer.device_remove",
        about,
        detail,
    )
    .await?;
    tx.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}
