//! `DELETE /api/v1/customers/{id}/line/{account}`.

use axum::{
    extract::{Path, State},
    http::StatusCode,
};
use friends::link;
use kernel::id::{ProfileId, SenderId, kind};
use profiles::{Ctx, Source, customers};
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
    account: String,
}

impl Named {
    /// Reads both ids; what is no id names nothing.
    pub(super) fn ids(&self) -> Result<(ProfileId, SenderId), ApiError> {
        let bad = |_| ApiError::not_found();
        let id: kernel::id::Id<kind::Profile> = self.id.parse().map_err(bad)?;
        let account: kernel::id::Id<kind::Sender> = self.account.parse().map_err(bad)?;
        Ok((id, account))
    }
}

/// Parts a customer from her LINE account, which is an anonymous customer of its own then. What happened stays here.
#[utoipa::path(delete, path = "/api/v1/customers/{id}/line/{account}", operation_id = "unlink_customer_line", tag = "line",
    params(("id" = String, Path, description = "prf_…"), ("account" = String, Path, description = "snd_…")),
    responses((status = 204)))]
pub(super) async fn unlink(
    operator: Operator<ProfilesWrite>,
    Path(named): Path<Named>,
    State(app): State<App>,
) -> Result<StatusCode, ApiError> {
    let (id, account) = named.ids()?;
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
    if !link::unlink(ctx, account, customer, Source::Admin).await? {
        return Err(ApiError::not_found());
    }
    let detail = serde_json::json!({ "account": account.to_string() });
    let about = ("customer", Some(customer.raw()));
    audit::log(&app, &tx, &operator, "customer.line_unlink", about, detail).await?;
    tx.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}
