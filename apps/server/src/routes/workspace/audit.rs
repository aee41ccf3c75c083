//! `GET /api/v1/audit`: who changed what.

use access::audit;
use api_types::{PageOf, session::AuditEntryView};
use axum::{Json, extract::State};
use kernel::time::Millis;

use crate::{
    http::{
        auth::{Operator, needs::AuditRead},
        extract::{PageQuery, ValidQuery},
        problem::ApiError,
    },
    state::App,
};

/// Lists the changes, the newest first.
#[utoipa::path(get, path = "/api/v1/audit", operation_id = "list_audit", tag = "workspace", params(PageQuery),
    responses((status = 200, body = PageOf<AuditEntryView>)))]
pub(super) async fn list(
    operator: Operator<AuditRead>,
    ValidQuery(page): ValidQuery<PageQuery>,
    State(app): State<App>,
) -> Result<Json<PageOf<AuditEntryView>>, ApiError> {
    let page = audit::list(app.db.reader(), operator.workspace, &page.into())
        .await??
        .map(|entry| AuditEntryView {
            id: entry.audit_id().to_string(),
            at: Millis(entry.at).to_string(),
            actor_kind: entry.actor_kind,
            actor_name: entry.actor_name,
            action: entry.action,
            object_kind: entry.object_kind,
            detail: entry.detail,
        });
    Ok(Json(PageOf {
        items: page.items,
        next: page.next,
    }))
}
