//! The file, written while it is read.

use analytics::csv_rows;
use axum::{
    body::Body,
    http::header,
    response::{IntoResponse, Response},
};
use futures::{StreamExt, stream};
use kernel::id::{ListId, WorkspaceId};
use profiles::lists::{self, List, ListError};

use crate::state::App;

/// Lines that are read together.
const PAGE: u64 = 1_000;

/// Answers with the unknown lines of a list.
pub(super) fn answer(app: App, workspace: WorkspaceId, list: &List, locale: &str) -> Response {
    let headers = [
        (header::CONTENT_TYPE, "text/csv; charset=utf-8".to_owned()),
        (
            header::CONTENT_DISPOSITION,
            format!("attachment; filename=\"{}-unknown.csv\"", list.id),
        ),
        (header::CACHE_CONTROL, "no-store".to_owned()),
    ];
    let head = if locale.starts_with("en") {
        ["line", "text"]
    } else {
        ["行番号", "内容"]
    };
    let reader = Reader {
        app,
        workspace,
        list: list.id,
        edition: list.edition,
        after: 0,
        head: Some(head),
    };
    let rows = stream::try_unfold(Some(reader), |reader| async {
        let Some(reader) = reader else {
            return Ok(None);
        };
        reader.next().await.map(Some)
    });
    (headers, Body::from_stream(rows.boxed())).into_response()
}

/// Reads page after page, so that a million lines need no memory.
struct Reader {
    app: App,
    workspace: WorkspaceId,
    list: ListId,
    edition: i64,
    after: u64,
    head: Option<[&'static str; 2]>,
}

impl Reader {
    async fn next(mut self) -> Result<(String, Option<Self>), ListError> {
        let (db, id) = (self.app.db.reader(), self.list);
        let found = lists::unknown(db, self.workspace, id, self.edition, self.after, PAGE).await?;
        let mut rows = Vec::with_capacity(found.len());
        let is_last = (found.len() as u64) < PAGE;
        self.after = found.last().map_or(self.after, |line| line.line);
        for one in found {
            rows.push(vec![one.line.to_string(), one.written]);
        }
        // Another upload has taken the lines away meanwhile: a file cut short must not look whole.
        if is_last {
            let list = lists::find(db, self.workspace, id).await?;
            if list.map(|list| list.edition) != Some(self.edition) {
                return Err(ListError::NotFound);
            }
        }
        // Excel takes a file without this mark for Shift_JIS.
        let head = self.head.take().map_or_else(String::new, |head| {
            format!("\u{feff}{}", csv_rows(&[head.map(str::to_owned).to_vec()]))
        });
        let text = format!("{head}{}", csv_rows(&rows));
        Ok((text, (!is_last).then_some(self)))
    }
}
