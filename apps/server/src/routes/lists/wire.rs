//! From the domain to the wire.

use api_types::lists::{ListLine, ListReport, ListView, SaveList};
use kernel::id::ListId;
use profiles::lists::{self, Draft, List, Report, UnknownLine, Writer};
use serde_json::json;
use storage::Tx;

use crate::{
    http::{audit, auth::Caller, problem::ApiError},
    state::App,
};

pub(super) fn writer(app: &App, caller: &Caller) -> Writer {
    Writer {
        workspace: caller.workspace,
        user: caller.user(),
        now: app.now(),
    }
}

pub(super) fn draft(body: SaveList) -> Draft {
    Draft {
        name: body.name,
        description: body.description,
    }
}

pub(super) fn view(list: List) -> ListView {
    ListView {
        id: list.id.to_string(),
        name: list.name,
        description: list.description,
        n_people: list.n_people,
        n_unknown: list.n_unknown,
        uploads: list.edition,
        created_at: list.created_at.to_string(),
        updated_at: list.updated_at.to_string(),
    }
}

pub(super) fn report(list: List, report: Report) -> ListReport {
    let line = |one: UnknownLine| ListLine {
        line: one.line,
        text: one.written,
    };
    ListReport {
        list: view(list),
        n_lines: report.n_lines,
        n_found: report.n_found,
        n_duplicates: report.n_duplicates,
        n_unknown: report.n_unknown,
        unknown: report.unknown.into_iter().map(line).collect(),
        n_added: report.n_added,
        n_removed: report.n_removed,
    }
}

/// Returns a list of the caller's workspace or "not found".
pub(super) async fn list(app: &App, caller: &Caller, id: ListId) -> Result<List, ApiError> {
    lists::find(app.db.reader(), caller.workspace, id)
        .await?
        .ok_or_else(ApiError::not_found)
}

/// Logs a change of a list in a transaction.
pub(super) async fn log(
    app: &App,
    tx: &Tx,
    caller: &Caller,
    action: &str,
    list: &List,
) -> Result<(), ApiError> {
    let object = ("list", Some(list.id.raw()));
    let detail = json!({ "name": list.name, "n_people": list.n_people, "uploads": list.edition });
    audit::log(app, tx, caller, action, object, detail).await
}
