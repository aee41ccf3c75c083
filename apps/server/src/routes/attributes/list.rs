//! `GET /api/v1/attributes`.

use api_types::customers::AttributeView;
use axum::{Json, extract::State};
use profiles::attributes::{self, AttributeDef};

use crate::{
    http::{
        auth::{Operator, needs::ProfilesRead},
        problem::ApiError,
    },
    state::App,
};

/// Lists the attribute keys, in the order of the alphabet.
#[utoipa::path(get, path = "/api/v1/attributes", operation_id = "list_attributes", tag = "customers",
    responses((status = 200, body = Vec<AttributeView>)))]
pub(super) async fn list(
    operator: Operator<ProfilesRead>,
    State(app): State<App>,
) -> Result<Json<Vec<AttributeView>>, ApiError> {
    let keys = attributes::list(app.db.reader(), operator.workspace).await?;
    Ok(Json(keys.into_iter().map(view).collect()))
}

pub(in crate::routes) fn view(def: AttributeDef) -> AttributeView {
    AttributeView {
        key: def.key,
        value_type: def.value_type.as_str().to_owned(),
        label_ja: def.label_ja,
        label_en: def.label_en,
        is_sensitive: def.is_sensitive,
        consent: def.consent,
    }
}
