//! `POST /api/v1/lists/{id}/upload`.

use api_types::lists::ListReport;
use axum::{
    Json,
    extract::{Multipart, State, multipart::MultipartRejection},
};
use kernel::{
    id::{ImportId, fresh, kind},
    invalid::Invalid,
};
use profiles::lists::{self, Mode, Upload};
use serde::Deserialize;

use super::wire;
use crate::{
    http::{
        auth::{Operator, needs::ProfilesWrite},
        extract::{PathId, ValidQuery},
        problem::ApiError,
    },
    routes::file::{self, Most, Orphan},
    state::App,
};

/// The largest file: a million lines of 256 bytes.
const MOST: Most = Most {
    bytes: 256 << 20,
    said: "256 MB",
};

#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct UploadQuery {
    /// `replace` (whoever is not in the file goes), `add` or `take` (whoever is in the file goes).
    mode: String,
}

/// Takes a file (multipart field `file`) of customer numbers or addresses: CSV or plain text, with a header or without, in
/// UTF-8, UTF-16 or `Shift_JIS`. It answers when everybody sees the list changed; what it does goes on when the caller goes away.
#[utoipa::path(post, path = "/api/v1/lists/{id}/upload", operation_id = "upload_list", tag = "lists",
    params(("id" = String, Path, description = "lst_…"), UploadQuery),
    request_body(content_type = "multipart/form-data", content = Vec<u8>),
    responses((status = 200, body = ListReport), (status = 409), (status = 413)))]
pub(super) async fn upload(
    operator: Operator<ProfilesWrite>,
    PathId(id): PathId<kind::List>,
    ValidQuery(query): ValidQuery<UploadQuery>,
    State(app): State<App>,
    multipart: Result<Multipart, MultipartRejection>,
) -> Result<Json<ListReport>, ApiError> {
    let mode = match query.mode.as_str() {
        "replace" => Mode::Replace,
        "add" => Mode::Add,
        "take" => Mode::Take,
        _ => return Err(unknown_mode().into()),
    };
    let list = wire::list(&app, &operator, id).await?.id;
    let mut multipart = multipart.map_err(|_| file::missing())?;
    let folder = app.config.server.data_dir.join("lists");
    tokio::fs::create_dir_all(&folder)
        .await
        .map_err(|error| ApiError::internal(&error))?;
    let name: ImportId = fresh(&*app.ids);
    let path = folder.join(format!("{name}.csv"));
    let held = Orphan(Some(path.clone()));
    loop {
        let field = multipart.next_field().await.map_err(|_| file::broken())?;
        let field = field.ok_or_else(file::missing)?;
        if field.name() == Some("file") {
            file::write(&path, field, MOST).await?;
            break;
        }
    }
    let (worker, caller) = (app.clone(), wire::writer(&app, &operator));
    let work = async move {
        let _held = held;
        let upload = Upload { list, mode, path };
        lists::upload(&worker.db, caller, &*worker.clock, upload).await
    };
    // Half of a long file is worth nothing: it is taken in also when nobody waits for the answer any more.
    let done = app.tasks.spawn(work).await;
    let report = done.map_err(|error| ApiError::internal(&error))??;
    let list = wire::list(&app, &operator, list).await?;
    let tx = app.db.begin().await?;
    wire::log(&app, &tx, &operator, "list.upload", &list).await?;
    tx.commit().await?;
    Ok(Json(wire::report(list, report)))
}

fn unknown_mode() -> Invalid {
    Invalid::one(
        "/mode",
        "unknown",
        "must be replace, add or take",
        "replace・add・take のいずれかです",
    )
}
