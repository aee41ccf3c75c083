//! `DELETE /api/v1/computed-attributes/{kind}`.

use axum::{
    extract::{Path, State},
    http::StatusCode,
};
use computed::store::definition::{self, Author, Shelf};

use super::wire;
use crate::{
    http::{
        audit,
        auth::{Operator, needs::SegmentsWrite},
        problem::ApiError,
    },
    state::App,
};

/// Puts a rule away: its attributes are taken from everybody in the background. Its versions are kept.
#[utoipa::path(delete, path = "/api/v1/computed-attributes/{kind}", operation_id = "remove_computed_attribute", tag = "customers",
    params(("kind" = String, Path, description = "dormancy, lifecycle, rank, score or affinity")),
    responses((status = 204), (status = 409), (status = 422)))]
pub(super) async fn remove(
    operator: Operator<SegmentsWrite>,
    Path(kind): Path<String>,
    State(app): State<App>,
) -> Result<StatusCode, ApiError> {
    let kind = wire::kind(&kind)?;
    let tx = app.db.begin().await?;
    let held = definition::list(&tx, operator.workspace).await?;
    let own = held
        .iter()
        .find(|one| one.rule.kind() == kind && one.shelf == Shelf::Active)
        .ok_or_else(ApiError::not_found)?;
    let author = Author {
        tx: &tx,
        workspace: operator.workspace,
        user: operator.user(),
        now: app.now(),
        ids: &*app.ids,
    };
    let put_away = definition::put_away(author, kind, own.version).await?;
    let put_away = put_away.ok_or_else(ApiError::not_found)?;
    audit::log(
        &app,
        &tx,
        &operator,
        "computed_attribute.remove",
        ("computed_attribute", Some(put_away.id)),
        serde_json::json!({ "kind": kind.as_str(), "version": put_away.version }),
    )
    .await?;
    tx.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}
