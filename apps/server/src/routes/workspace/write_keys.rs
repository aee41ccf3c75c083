//! Write keys of the tracking API: list, make, revoke.

use access::key::{self, Power};
use api_types::session::{CreateWriteKey, WriteKeyView};
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

/// Lists the write keys, the newest first; a browser key is public and shown.
#[utoipa::path(get, path = "/api/v1/write-keys", operation_id = "list_write_keys", tag = "workspace",
    responses((status = 200, body = Vec<WriteKeyView>)))]
pub(super) async fn list(
    operator: Operator<SettingsWrite>,
    State(app): State<App>,
) -> Result<Json<Vec<WriteKeyView>>, ApiError> {
    let keys = key::list_write_keys(app.db.reader(), operator.workspace).await?;
    Ok(Json(keys.into_iter().map(view).collect()))
}

/// Makes a write key; a server key is shown in this answer only.
#[utoipa::path(post, path = "/api/v1/write-keys", operation_id = "create_write_key", tag = "workspace",
    request_body = CreateWriteKey,
    responses((status = 201, body = WriteKeyView)))]
pub(super) async fn create(
    operator: Operator<SettingsWrite>,
    State(app): State<App>,
    ValidJson(body): ValidJson<CreateWriteKey>,
) -> Result<Created<WriteKeyView>, ApiError> {
    let mut invalid = Invalid::default();
    if body.name.trim().is_empty() || body.name.chars().count() > 100 {
        invalid.push(FieldError::new(
            "/name",
            "length",
            "give a name of 1 to 100 characters",
            "名前は1〜100文字で入れてください",
        ));
    }
    let power = Power::parse(&body.power);
    if power.is_none() {
        invalid.push(FieldError::new(
            "/power",
            "unknown",
            "use server or browser",
            "server か browser を選んでください",
        ));
    }
    invalid.into_result()?;
    let power = power.unwrap_or(Power::Browser);
    let (id, now) = (fresh(&*app.ids), app.now());
    let tx = app.db.begin().await?;
    let key = key::create_write_key(&tx, id, operator.workspace, &body.name, power, now).await?;
    audit::log(
        &app,
        &tx,
        &operator,
        "write_key.create",
        ("write_key", Some(id.raw())),
        serde_json::json!({ "name": body.name, "power": body.power }),
    )
    .await?;
    tx.commit().await?;
    let made = key::find_write_key(app.db.reader(), &key)
        .await?
        .ok_or_else(ApiError::not_found)?;
    let view = WriteKeyView {
        key: Some(key),
        ..view(made)
    };
    Ok(Created::new("/api/v1/write-keys", id, view))
}

/// Revokes a write key at once.
#[utoipa::path(delete, path = "/api/v1/write-keys/{id}", operation_id = "revoke_write_key", tag = "workspace",
    params(("id" = String, Path, description = "wrk_…")),
    responses((status = 204)))]
pub(super) async fn revoke(
    operator: Operator<SettingsWrite>,
    PathId(id): PathId<kind::WriteKey>,
    State(app): State<App>,
) -> Result<StatusCode, ApiError> {
    let tx = app.db.begin().await?;
    if !key::revoke_write_key(&tx, operator.workspace, id, app.now()).await? {
        return Err(ApiError::not_found());
    }
    audit::log(
        &app,
        &tx,
        &operator,
        "write_key.revoke",
        ("write_key", Some(id.raw())),
        serde_json::json!({}),
    )
    .await?;
    tx.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}

fn view(key: key::WriteKey) -> WriteKeyView {
    WriteKeyView {
        id: key.id.to_string(),
        name: key.name,
        power: key.power.name().to_owned(),
        hint: key.hint,
        created_at: key.created_at.to_string(),
        revoked_at: key.revoked_at.map(|at| at.to_string()),
        key: key.public_key,
    }
}
