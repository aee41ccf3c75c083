//! The test audience: list, take in, take out.

use api_types::contents::TestRecipientView;
use axum::{
    Json,
    extract::{Path, State},
    http::StatusCode,
};
use campaigns::test_audience::{self, TestRecipient};
use serde_json::json;
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{
    http::{
        audit,
        auth::{
            Operator,
            needs::{CampaignsRead, SettingsWrite},
        },
        extract::ValidJson,
        problem::ApiError,
    },
    state::App,
};

const AUDIENCE: audit::Object = ("test_audience", None);

pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(list, put))
        .routes(routes!(remove))
}

/// Lists the addresses beside the members' that may get test mails.
#[utoipa::path(get, path = "/api/v1/test-audience", operation_id = "list_test_audience", tag = "senders",
    responses((status = 200, body = Vec<TestRecipientView>)))]
async fn list(
    operator: Operator<CampaignsRead>,
    State(app): State<App>,
) -> Result<Json<Vec<TestRecipientView>>, ApiError> {
    let all = test_audience::list(app.db.reader(), operator.workspace).await?;
    Ok(Json(all.into_iter().map(view).collect()))
}

/// Takes an address in, or gives one that is there another label.
#[utoipa::path(put, path = "/api/v1/test-audience", operation_id = "put_test_recipient", tag = "senders",
    request_body = TestRecipientView,
    responses((status = 200, body = TestRecipientView)))]
async fn put(
    operator: Operator<SettingsWrite>,
    State(app): State<App>,
    ValidJson(body): ValidJson<TestRecipientView>,
) -> Result<Json<TestRecipientView>, ApiError> {
    let (workspace, now) = (operator.workspace, app.now());
    let tx = app.db.begin().await?;
    let kept = test_audience::put(&tx, workspace, &body.address, &body.label, now).await?;
    // Of the person no more than the label.
    let detail = json!({ "label": kept.label });
    audit::log(&app, &tx, &operator, "test_audience.put", AUDIENCE, detail).await?;
    tx.commit().await?;
    Ok(Json(view(kept)))
}

/// Takes an address out.
#[utoipa::path(delete, path = "/api/v1/test-audience/{address}", operation_id = "remove_test_recipient", tag = "senders",
    params(("address" = String, Path, description = "the address, percent-encoded")),
    responses((status = 204)))]
async fn remove(
    operator: Operator<SettingsWrite>,
    Path(address): Path<String>,
    State(app): State<App>,
) -> Result<StatusCode, ApiError> {
    let tx = app.db.begin().await?;
    if !test_audience::remove(&tx, operator.workspace, &address).await? {
        return Err(ApiError::not_found());
    }
    audit::log(
        &app,
        &tx,
        &operator,
        "test_audience.remove",
        AUDIENCE,
        json!({}),
    )
    .await?;
    tx.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}

fn view(recipient: TestRecipient) -> TestRecipientView {
    TestRecipientView {
        address: recipient.address,
        label: recipient.label,
    }
}
