//! `GET /api/v1/imports/{id}/refused` and the ticket for its download.

use access::{
    Permission,
    ticket::{self, Ticket},
};
use api_types::{
    PageOf,
    imports::{DownloadTicket, RefusedRowView},
};
use axum::{Json, extract::State};
use kernel::id::kind;
use profiles::import::list_refused;

use super::wire;
use crate::{
    http::{
        audit::{self, Look},
        auth::{
            Operator,
            needs::{PiiRead, ProfilesRead},
        },
        extract::{Locale, PageQuery, PathId, ValidQuery},
        problem::ApiError,
    },
    state::App,
};

/// The purpose of download tickets.
pub(super) const PURPOSE: &str = "refused_csv";

/// Lists the rows that an import put aside, in the order of the file.
#[utoipa::path(get, path = "/api/v1/imports/{id}/refused", operation_id = "list_refused_rows", tag = "imports",
    params(("id" = String, Path, description = "imp_…"), PageQuery),
    responses((status = 200, body = PageOf<RefusedRowView>)))]
pub(super) async fn list(
    operator: Operator<ProfilesRead>,
    PathId(id): PathId<kind::Import>,
    ValidQuery(query): ValidQuery<PageQuery>,
    Locale(locale): Locale,
    State(app): State<App>,
) -> Result<Json<PageOf<RefusedRowView>>, ApiError> {
    wire::find(&app, &operator, id).await?;
    let shows = operator.may(Permission::PiiRead);
    let page = list_refused(app.db.reader(), operator.workspace, id, &query.into()).await?;
    let page = page.map(|row| RefusedRowView {
        line: row.line,
        code: row.code,
        // A reason quotes the value that is wrong.
        reason: if shows {
            row.reason.for_locale(&locale).to_owned()
        } else {
            String::new()
        },
        raw: shows.then_some(row.raw),
    });
    Ok(Json(PageOf {
        items: page.items,
        next: page.next,
    }))
}

/// Gives a single-use address for the download of the rows put aside. The export is logged.
#[utoipa::path(post, path = "/api/v1/imports/{id}/refused/ticket", operation_id = "create_refused_ticket", tag = "imports",
    params(("id" = String, Path, description = "imp_…")),
    responses((status = 200, body = DownloadTicket)))]
pub(super) async fn ticket(
    operator: Operator<PiiRead>,
    PathId(id): PathId<kind::Import>,
    Locale(locale): Locale,
    State(app): State<App>,
) -> Result<Json<DownloadTicket>, ApiError> {
    let import = wire::find(&app, &operator, id).await?;
    let tx = app.db.begin().await?;
    let ticket = Ticket {
        workspace: operator.workspace,
        user: operator.user(),
        purpose: PURPOSE.to_owned(),
        payload: serde_json::json!({ "import": id, "locale": locale }),
    };
    let token = ticket::create(&tx, &ticket, app.now()).await?;
    let look = Look {
        action: "import.refused.export",
        profile: None,
        n_people: import.n_refused,
        fields: "file rows",
    };
    audit::look_in(&app, &tx, &operator, look).await?;
    tx.commit().await?;
    Ok(Json(DownloadTicket {
        url: format!("/download/refused/{token}"),
    }))
}
