//! The lines of the last upload that mean nobody, all of them as CSV: `GET /api/v1/lists/{id}/unknown.csv`, and the same
//! by ticket.

mod file;

use access::ticket::{self, Ticket};
use api_types::imports::DownloadTicket;
use axum::{
    Json,
    extract::{Path, State},
    response::Response,
};
use kernel::id::{ListId, kind};
use profiles::lists::{self, List};

use self::file::answer;
use super::wire;
use crate::{
    http::{
        audit::{self, Look},
        auth::{Caller, Operator, needs::PiiRead},
        extract::{Locale, PathId},
        problem::ApiError,
    },
    state::App,
};

/// The purpose of download tickets.
const PURPOSE: &str = "list_unknown_csv";

/// Writes every line of the last upload that means nobody who is known as CSV, with its number. The export is logged.
#[utoipa::path(get, path = "/api/v1/lists/{id}/unknown.csv", operation_id = "download_list_unknown", tag = "lists",
    params(("id" = String, Path, description = "lst_…")),
    responses((status = 200, body = String, content_type = "text/csv")))]
pub(super) async fn csv(
    operator: Operator<PiiRead>,
    PathId(id): PathId<kind::List>,
    Locale(locale): Locale,
    State(app): State<App>,
) -> Result<Response, ApiError> {
    let list = wire::list(&app, &operator, id).await?;
    audit::look(&app, &operator, look(&list)).await?;
    Ok(answer(app, operator.workspace, &list, &locale))
}

/// Gives a single-use address for the download of the unknown lines, for a browser's plain link. The export is logged.
#[utoipa::path(post, path = "/api/v1/lists/{id}/unknown/ticket", operation_id = "create_list_unknown_ticket", tag = "lists",
    params(("id" = String, Path, description = "lst_…")),
    responses((status = 200, body = DownloadTicket)))]
pub(super) async fn ticket(
    operator: Operator<PiiRead>,
    PathId(id): PathId<kind::List>,
    Locale(locale): Locale,
    State(app): State<App>,
) -> Result<Json<DownloadTicket>, ApiError> {
    let list = wire::list(&app, &operator, id).await?;
    let token = give(&app, &operator, &list, &locale).await?;
    Ok(Json(DownloadTicket {
        url: format!("/download/list-unknown/{token}"),
    }))
}

async fn give(app: &App, caller: &Caller, list: &List, locale: &str) -> Result<String, ApiError> {
    let tx = app.db.begin().await?;
    let ticket = Ticket {
        workspace: caller.workspace,
        user: caller.user(),
        purpose: PURPOSE.to_owned(),
        payload: serde_json::json!({ "list": list.id, "locale": locale }),
    };
    let token = ticket::create(&tx, &ticket, app.now()).await?;
    audit::look_in(app, &tx, caller, look(list)).await?;
    tx.commit().await?;
    Ok(token)
}

pub(super) async fn by_ticket(
    State(app): State<App>,
    Path(token): Path<String>,
) -> Result<Response, ApiError> {
    let tx = app.db.begin().await?;
    let ticket = ticket::consume(&tx, &token, PURPOSE, app.now())
        .await?
        .ok_or_else(ApiError::not_found)?;
    tx.commit().await?;
    let word = |name: &str| {
        let held = ticket.payload.get(name).and_then(|value| value.as_str());
        held.unwrap_or_default().to_owned()
    };
    let id: ListId = word("list").parse().map_err(|_| ApiError::not_found())?;
    let list = lists::find(app.db.reader(), ticket.workspace, id)
        .await?
        .ok_or_else(ApiError::not_found)?;
    Ok(answer(app, ticket.workspace, &list, &word("locale")))
}

const fn look(list: &List) -> Look<'static> {
    Look {
        action: "list.unknown.export",
        profile: None,
        n_people: list.n_unknown,
        fields: "file rows",
    }
}
