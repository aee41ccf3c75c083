//! `PUT /api/v1/attributes`.

use api_types::customers::AttributeView;
use axum::{Json, extract::State};
use profiles::{
    Ctx,
    attributes::{self, AttributeDef, ValueType},
};

use super::list;
use crate::{
    http::{
        audit,
        auth::{Operator, needs::ProfilesWrite},
        extract::ValidJson,
        problem::ApiError,
    },
    state::App,
};

/// Labels an attribute key and says whether it is sensitive; the type of a known key stays.
#[utoipa::path(put, path = "/api/v1/attributes", operation_id = "put_attribute", tag = "customers",
    request_body = AttributeView,
    responses((status = 200, body = AttributeView)))]
pub(super) async fn put(
    operator: Operator<ProfilesWrite>,
    State(app): State<App>,
    ValidJson(body): ValidJson<AttributeView>,
) -> Result<Json<AttributeView>, ApiError> {
    let def = AttributeDef {
        key: body.key,
        value_type: ValueType::parse(&body.value_type),
        label_ja: body.label_ja.filter(|label| !label.trim().is_empty()),
        label_en: body.label_en.filter(|label| !label.trim().is_empty()),
        is_sensitive: body.is_sensitive,
        consent: body
            .consent
            .map(|purpose| purpose.trim().to_owned())
            .filter(|purpose| !purpose.is_empty()),
    };
    let tx = app.db.begin().await?;
    let ctx = Ctx {
        tx: &tx,
        workspace: operator.workspace,
        now: app.now(),
        ids: &*app.ids,
    };
    attributes::label(ctx, &def).await??;
    audit::log(
        &app,
        &tx,
        &operator,
        "attribute.change",
        ("attribute", None),
        serde_json::json!({ "key": def.key, "is_sensitive": def.is_sensitive, "consent": def.consent }),
    )
    .await?;
    let stored = attributes::list(&tx, operator.workspace)
        .await?
        .into_iter()
        .find(|stored| stored.key == def.key);
    tx.commit().await?;
    Ok(Json(list::view(stored.unwrap_or(def))))
}
