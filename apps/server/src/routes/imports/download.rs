//! `GET /download/refused/{ticket}`: rows put aside, as CSV with the reason behind each.

use access::ticket;
use axum::{
    body::Body,
    extract::{Path, State},
    http::header,
    response::{IntoResponse, Response},
};
use futures::{StreamExt, stream};
use kernel::{
    id::{ImportId, WorkspaceId},
    page::{MAX_LIMIT, PageRequest},
};
use profiles::import::{Import, ImportError, list_refused, store, write_refused_csv};

use super::refused::PURPOSE;
use crate::{http::problem::ApiError, state::App};

pub(super) async fn download(
    State(app): State<App>,
    Path(token): Path<String>,
) -> Result<Response, ApiError> {
    let tx = app.db.begin().await?;
    let ticket = ticket::consume(&tx, &token, PURPOSE, app.now())
        .await?
        .ok_or_else(ApiError::not_found)?;
    tx.commit().await?;
    let word = |name: &str| {
        ticket
            .payload
            .get(name)
            .and_then(|value| value.as_str())
            .unwrap_or_default()
            .to_owned()
    };
    let id: ImportId = word("import").parse().map_err(|_| ApiError::not_found())?;
    let import = store::find(app.db.reader(), ticket.workspace, id)
        .await?
        .ok_or_else(ApiError::not_found)?;
    let headers = [
        (header::CONTENT_TYPE, "text/csv; charset=utf-8".to_owned()),
        (
            header::CONTENT_DISPOSITION,
            format!("attachment; filename=\"{id}-refused.csv\""),
        ),
        (header::CACHE_CONTROL, "no-store".to_owned()),
    ];
    let rows = stream::try_unfold(
        Some(Reader::new(app, ticket.workspace, import, word("locale"))),
        |reader| async {
            let Some(reader) = reader else {
                return Ok(None);
            };
            reader.next().await.map(Some)
        },
    );
    Ok((headers, Body::from_stream(rows.boxed())).into_response())
}

/// Reads page after page, so that a million rows need no memory.
struct Reader {
    app: App,
    workspace: WorkspaceId,
    import: Import,
    locale: String,
    after: Option<String>,
}

impl Reader {
    fn new(app: App, workspace: WorkspaceId, import: Import, locale: String) -> Self {
        Self {
            app,
            workspace,
            import,
            locale,
            after: None,
        }
    }

    async fn next(mut self) -> Result<(String, Option<Self>), ImportError> {
        let page = PageRequest {
            after: self.after.take(),
            limit: Some(MAX_LIMIT),
        };
        let is_first = page.after.is_none();
        let rows =
            list_refused(self.app.db.reader(), self.workspace, self.import.id, &page).await?;
        // Excel takes a file without this mark for Shift_JIS.
        let mark = if is_first { "\u{feff}" } else { "" };
        let text = format!(
            "{mark}{}",
            write_refused_csv(&self.import, &rows.items, &self.locale, is_first)
        );
        self.after = rows.next;
        let rest = self.after.is_some().then_some(self);
        Ok((text, rest))
    }
}
