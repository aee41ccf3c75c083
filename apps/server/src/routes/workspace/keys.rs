//! API keys: list, make, revoke.

use access::{Permission, key};
use api_types::session::{ApiKeyView, CreateApiKey};
use axum::{Json, extract::State, http::StatusCode};
use kernel::{
    id::{fresh, kind},
    invalid::{FieldError, Invalid},
};

use crate::{
    http::{
        audit,
        auth::{Operator, needs::SettingsWrite},
        created::Created,
        extract::{PathId, ValidJson},
        problem::ApiError,
    },
    state::App,
};

/// Lists the API keys, the newest first; never the keys themselves.
#[utoipa::path(get, path = "/api/v1/api-keys", operation_id = "list_api_keys", tag = "workspace",
    responses((status = 200, body = Vec<ApiKeyView>)))]
pub(super) async fn list(
    operator: Operator<SettingsWrite>,
    State(app): State<App>,
) -> Result<Json<Vec<ApiKeyView>>, ApiError> {
    let keys = key::list_api_keys(app.db.reader(), operator.workspace).await?;
    Ok(Json(keys.into_iter().map(view).collect()))
}

/// Makes an API key; this answer is the only one that shows it.
#[utoipa::path(post, path = "/api/v1/api-keys", operation_id = "create_api_key", tag = "workspace",
    request_body = CreateApiKey,
    responses((status = 201, body = ApiKeyView)))]
pub(super) async fn create(
    operator: Operator<SettingsWrite>,
    State(app): State<App>,
    ValidJson(body): ValidJson<CreateApiKey>,
) -> Result<Created<ApiKeyView>, ApiError> {
    let by = operator
        .user()
        .ok_or_else(|| ApiError::forbidden(Permission::SettingsWrite))?;
    let scopes = scopes(&operator, &body)?;
    let (id, now) = (fresh(&*app.ids), app.now());
    let tx = app.db.begin().await?;
    let key =
        key::create_api_key(&tx, id, operator.workspace, &body.name, &scopes, by, now).await?;
    audit::log(
        &app,
        &tx,
        &operator,
        "api_key.create",
        ("api_key", Some(id.raw())),
        serde_json::json!({ "name": body.name, "scopes": body.scopes }),
    )
    .await?;
    tx.commit().await?;
    let made = key::find_api_key(app.db.reader(), &key)
        .await?
        .ok_or_else(ApiError::not_found)?;
    let view = ApiKeyView {
        key: Some(key),
        ..view(made)
    };
    Ok(Created::new("/api/v1/api-keys", id, view))
}

fn scopes(
    operator: &Operator<SettingsWrite>,
    body: &CreateApiKey,
) -> Result<Vec<Permission>, ApiError> {
    let mut invalid = Invalid::default();
    if body.name.trim().is_empty() || body.name.chars().count() > 100 {
        invalid.push(FieldError::new(
            "/name",
            "length",
            "give a name of 1 to 100 characters",
            "名前は1〜100文字で入れてください",
        ));
    }
    if body.scopes.is_empty() {
        invalid.push(FieldError::new(
            "/scopes",
            "empty",
            "choose at least one scope",
            "権限を1つ以上選んでください",
        ));
    }
    let mut scopes = Vec::new();
    for (i, scope) in body.scopes.iter().enumerate() {
        match Permission::parse(scope).filter(|permission| operator.may(*permission)) {
            Some(permission) => scopes.push(permission),
            None => invalid.push(FieldError::new(
                format!("/scopes/{i}"),
                "unknown",
                "not a scope that you may give",
                "与えられない権限です",
            )),
        }
    }
    invalid.into_result()?;
    Ok(scopes)
}

/// Revokes an API key at once.
#[utoipa::path(delete, path = "/api/v1/api-keys/{id}", operation_id = "revoke_api_key", tag = "workspace",
    params(("id" = String, Path, description = "key_…")),
    responses((status = 204)))]
pub(super) async fn revoke(
    operator: Operator<SettingsWrite>,
    PathId(id): PathId<kind::ApiKey>,
    State(app): State<App>,
) -> Result<StatusCode, ApiError> {
    let tx = app.db.begin().await?;
    if !key::revoke_api_key(&tx, operator.workspace, id, app.now()).await? {
        return Err(ApiError::not_found());
    }
    audit::log(
        &app,
        &tx,
        &operator,
        "api_key.revoke",
        ("api_key", Some(id.raw())),
        serde_json::json!({}),
    )
    .await?;
    tx.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}

fn view(key: key::ApiKey) -> ApiKeyView {
    ApiKeyView {
        id: key.id.to_string(),
        name: key.name,
        hint: key.hint,
        scopes: key
            .scopes
            .iter()
            .map(|scope| scope.scope().to_owned())
            .collect(),
        created_at: key.created_at.to_string(),
        last_used_at: key.last_used_at.map(|at| at.to_string()),
        revoked_at: key.revoked_at.map(|at| at.to_string()),
        key: None,
    }
}
