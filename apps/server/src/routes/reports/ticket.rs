//! `POST /api/v1/campaigns/{id}/report/ticket`.

use access::ticket::{self, Ticket};
use api_types::imports::DownloadTicket;
use axum::{Json, extract::State};
use kernel::id::kind;

use super::download::TableQuery;
use crate::{
    http::{
        auth::{Operator, needs::ReportsRead},
        extract::{Locale, PathId, ValidQuery},
        problem::ApiError,
    },
    state::App,
};

/// The purpose of download tickets.
pub(super) const PURPOSE: &str = "report_csv";

/// Gives a single-use address for a table of the report as CSV, for a browser's plain link.
#[utoipa::path(post, path = "/api/v1/campaigns/{id}/report/ticket", operation_id = "create_report_ticket", tag = "reports",
    params(("id" = String, Path, description = "cmp_…"), TableQuery),
    responses((status = 200, body = DownloadTicket)))]
pub(super) async fn ticket(
    operator: Operator<ReportsRead>,
    PathId(id): PathId<kind::Campaign>,
    ValidQuery(query): ValidQuery<TableQuery>,
    Locale(locale): Locale,
    State(app): State<App>,
) -> Result<Json<DownloadTicket>, ApiError> {
    let table = query.table()?;
    analytics::report::find(app.db.reader(), operator.workspace, id).await?;
    let tx = app.db.begin().await?;
    let ticket = Ticket {
        workspace: operator.workspace,
        user: operator.user(),
        purpose: PURPOSE.to_owned(),
        payload: serde_json::json!({ "campaign": id, "table": table.as_str(), "locale": locale }),
    };
    let token = ticket::create(&tx, &ticket, app.now()).await?;
    tx.commit().await?;
    Ok(Json(DownloadTicket {
        url: format!("/download/report/{token}"),
    }))
}
