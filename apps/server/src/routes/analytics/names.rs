//! `GET /api/v1/analytics/rfm/names`, `PUT` and `DELETE /api/v1/analytics/rfm/names/{key}`.

use access::workspace;
use analytics::buyers::{
    name::{NAMES, Name},
    own::{self, OwnNames},
};
use api_types::analytics::{GiveRfmName, RfmName};
use axum::{
    Json,
    extract::{Path, State},
    http::StatusCode,
};
use kernel::invalid::Invalid;

use crate::{
    http::{
        audit,
        auth::{
            Caller, Operator,
            needs::{ReportsRead, SegmentsWrite},
        },
        extract::ValidJson,
        problem::ApiError,
    },
    state::App,
};

/// Lists the named groups of the RFM analysis: what each is called when nothing else is said, and what the workspace calls it.
#[utoipa::path(get, path = "/api/v1/analytics/rfm/names", operation_id = "list_rfm_names", tag = "reports",
    responses((status = 200, body = Vec<RfmName>)))]
pub(super) async fn list(
    operator: Operator<ReportsRead>,
    State(app): State<App>,
) -> Result<Json<Vec<RfmName>>, ApiError> {
    let names = own::find(app.db.reader(), operator.workspace).await?;
    Ok(Json(NAMES.iter().map(|name| view(&names, name)).collect()))
}

/// Calls a group something else, in every language alike. Two groups are never called the same in any spelling.
#[utoipa::path(put, path = "/api/v1/analytics/rfm/names/{key}", operation_id = "give_rfm_name", tag = "reports",
    params(("key" = String, Path, description = "such as `best`")), request_body = GiveRfmName,
    responses((status = 200, body = RfmName), (status = 409)))]
pub(super) async fn give(
    operator: Operator<SegmentsWrite>,
    Path(key): Path<String>,
    State(app): State<App>,
    ValidJson(body): ValidJson<GiveRfmName>,
) -> Result<Json<RfmName>, ApiError> {
    let name = part(&key)?;
    let change = |names: &mut OwnNames| names.give(name, &body.name);
    let names = change_names(&app, &operator, name, change).await?;
    Ok(Json(view(&names, name)))
}

/// Gives a group its given name back.
#[utoipa::path(delete, path = "/api/v1/analytics/rfm/names/{key}", operation_id = "reset_rfm_name", tag = "reports",
    params(("key" = String, Path, description = "such as `best`")),
    responses((status = 204), (status = 409), (status = 422)))]
pub(super) async fn reset(
    operator: Operator<SegmentsWrite>,
    Path(key): Path<String>,
    State(app): State<App>,
) -> Result<StatusCode, ApiError> {
    let name = part(&key)?;
    change_names(&app, &operator, name, |names| names.reset(name)).await?;
    Ok(StatusCode::NO_CONTENT)
}

fn part(key: &str) -> Result<&'static Name, ApiError> {
    own::part(key).ok_or_else(ApiError::not_found)
}

/// Changes the names among the workspace's settings. Of two at the same instant one is told of a conflict: both had looked
/// at the same names, and might have chosen one.
async fn change_names(
    app: &App,
    caller: &Caller,
    name: &Name,
    change: impl FnOnce(&mut OwnNames) -> Result<(), Invalid>,
) -> Result<OwnNames, ApiError> {
    let tx = app.db.begin().await?;
    let mut workspace = workspace::find(&tx, caller.workspace)
        .await?
        .ok_or_else(ApiError::not_found)?;
    let mut names = OwnNames::read(&workspace.settings);
    let before = names.of(name).map(str::to_owned);
    change(&mut names)?;
    let after = names.of(name);
    if after == before.as_deref() {
        return Ok(names);
    }
    names.write(&mut workspace.settings);
    if !workspace::update(&tx, &workspace).await? {
        return Err(ApiError::conflict());
    }
    let detail = serde_json::json!({ "key": name.key, "before": before, "after": after });
    let object = ("workspace", Some(caller.workspace.raw()));
    audit::log(app, &tx, caller, "rfm_name.change", object, detail).await?;
    tx.commit().await?;
    Ok(names)
}

fn view(names: &OwnNames, name: &Name) -> RfmName {
    RfmName {
        key: name.key.to_owned(),
        name_ja: name.ja.to_owned(),
        name_en: name.en.to_owned(),
        own: names.of(name).map(str::to_owned),
    }
}
