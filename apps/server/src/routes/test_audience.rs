//! The test audience: list, take in, take out.

use access::audit;
use api_types::contents::TestRecipientView;
use axum::{
    Json,
    extract::{Path, State},
    http::StatusCode,
};
use campaigns::test_audience::{self, TestRecipient};
use storage::Tx;
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{
    http::{
        auth::{
            Caller, Operator,
            needs::{CampaignsRead, SettingsWrite},
        },
        extract::ValidJson,
        problem::ApiError,
    },
    state::App,
};

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
    log(&app, &tx, &operator, "test_audience.put", &kept.label).await?;
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
    log(&app, &tx, &operator, "test_audience.remove", "").await?;
    tx.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}

fn view(recipient: TestRecipient) -> TestRecipientView {
    TestRecipientView {
        address: recipient.address,
        label: recipient.label,
    }
}

/// Logs a change; of the person no more than the label.
async fn log(
    app: &App,
    tx: &Tx,
    caller: &Caller,
    action: &'static str,
    label: &str,
) -> Result<(), ApiError> {
    let change = audit::Change {
        workspace: caller.workspace,
        actor: caller.actor,
        action,
        object_kind: "test_audience",
        object: None,
        detail: serde_json::json!({ "label": label }),
    };
    Ok(audit::record(tx, &*app.ids, app.now(), change).await?)
}
