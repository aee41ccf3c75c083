//! `PUT /api/v1/computed-attributes/{kind}`.

use api_types::computed::{ComputedAttribute, SaveComputedAttribute};
use axum::{
    Json,
    extract::{Path, State},
};
use computed::{
    Rule,
    store::definition::{self, Author},
};
use kernel::invalid::Invalid;

use super::wire;
use crate::{
    http::{
        audit,
        auth::{Operator, needs::SegmentsWrite},
        extract::ValidJson,
        problem::ApiError,
    },
    state::App,
};

/// Declares a rule or changes it; everybody is computed anew in the background. A stale version is a conflict.
#[utoipa::path(put, path = "/api/v1/computed-attributes/{kind}", operation_id = "save_computed_attribute", tag = "customers",
    params(("kind" = String, Path, description = "dormancy, lifecycle, rank, score or affinity")), request_body = SaveComputedAttribute,
    responses((status = 200, body = ComputedAttribute), (status = 409)))]
pub(super) async fn save(
    operator: Operator<SegmentsWrite>,
    Path(kind): Path<String>,
    State(app): State<App>,
    ValidJson(body): ValidJson<SaveComputedAttribute>,
) -> Result<Json<ComputedAttribute>, ApiError> {
    let kind = wire::kind(&kind)?;
    let rule = Rule::read(&body.rule)?;
    if rule.kind() != kind {
        return Err(Invalid::one(
            "/rule",
            "kind",
            format!("is of the kind {}", rule.kind().as_str()),
            format!("{}のルールです", rule.kind().as_str()),
        )
        .into());
    }
    let tx = app.db.begin().await?;
    let author = Author {
        tx: &tx,
        workspace: operator.workspace,
        user: operator.user(),
        now: app.now(),
        ids: &*app.ids,
    };
    let saved = definition::save(author, rule, body.version).await?;
    audit::log(
        &app,
        &tx,
        &operator,
        "computed_attribute.save",
        ("computed_attribute", Some(saved.id)),
        serde_json::json!({ "rule": saved.rule.to_json(), "version": saved.version }),
    )
    .await?;
    tx.commit().await?;
    Ok(Json(wire::one(&app, &operator, &saved).await?))
}
