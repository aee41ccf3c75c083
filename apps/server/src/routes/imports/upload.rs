//! `POST /api/v1/imports`.

use std::path::PathBuf;

use api_types::imports::InspectionView;
use axum::extract::{Multipart, State, multipart::Field};
use kernel::{id::ImportId, invalid::Invalid};
use profiles::import::{self, ImportKind, NewImport, normalise_upload, store};
use serde::Deserialize;

use super::wire;
use crate::{
    http::{
        auth::{Operator, needs::ProfilesWrite},
        created::Created,
        extract::{Locale, ValidQuery},
        problem::ApiError,
    },
    routes::file::{self, Most, Orphan},
    state::App,
};

/// The largest file.
const MOST: Most = Most {
    bytes: 4 << 30,
    said: "4 GB",
};

#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct UploadQuery {
    /// `customers`, `products` or `orders`.
    kind: String,
}

/// Takes a CSV file (multipart field `file`), streams it to disk and tells what it looks like.
#[utoipa::path(post, path = "/api/v1/imports", operation_id = "upload_import", tag = "imports", params(UploadQuery),
    request_body(content_type = "multipart/form-data", content = Vec<u8>),
    responses((status = 201, body = InspectionView)))]
pub(super) async fn upload(
    operator: Operator<ProfilesWrite>,
    ValidQuery(query): ValidQuery<UploadQuery>,
    Locale(locale): Locale,
    State(app): State<App>,
    multipart: Result<Multipart, axum::extract::multipart::MultipartRejection>,
) -> Result<Created<InspectionView>, ApiError> {
    let kind = ImportKind::parse(&query.kind).ok_or_else(|| {
        Invalid::one(
            "/kind",
            "unknown",
            "must be customers, products or orders",
            "customers・products・orders のいずれかです",
        )
    })?;
    let mut multipart = multipart.map_err(|_| file::missing())?;
    let id = store::fresh_id(&*app.ids);
    let folder = app.config.server.data_dir.join("imports");
    let path = folder.join(format!("{id}.csv"));
    loop {
        let field = multipart
            .next_field()
            .await
            .map_err(|_| file::broken())?
            .ok_or_else(file::missing)?;
        if field.name() == Some("file") {
            let file_name = file_name(&field);
            let mut orphan = Orphan(Some(path.clone()));
            let result = receive(
                &app,
                &operator,
                &locale,
                Received {
                    id,
                    kind,
                    file_name,
                    folder,
                    path: path.clone(),
                },
                field,
            )
            .await;
            if result.is_ok() {
                orphan.0 = None;
            }
            return result.map(|view| Created::new("/api/v1/imports", id, view));
        }
    }
}

struct Received {
    id: ImportId,
    kind: ImportKind,
    file_name: String,
    folder: PathBuf,
    path: PathBuf,
}

async fn receive(
    app: &App,
    operator: &Operator<ProfilesWrite>,
    locale: &str,
    new: Received,
    field: Field<'_>,
) -> Result<InspectionView, ApiError> {
    tokio::fs::create_dir_all(&new.folder)
        .await
        .map_err(|error| ApiError::internal(&error))?;
    file::write(&new.path, field, MOST).await?;
    let defaults = wire::defaults(app, operator.workspace).await?;
    let (path, kind) = (new.path.clone(), new.kind);
    let inspection = wire::blocking(move || {
        normalise_upload(&path)?;
        import::inspect(&path, kind, &defaults)
    })
    .await?;
    let file_bytes = tokio::fs::metadata(&new.path)
        .await
        .map_err(|error| ApiError::internal(&error))?
        .len();
    let tx = app.db.begin().await?;
    let created = NewImport {
        id: new.id,
        kind: new.kind,
        file_name: new.file_name,
        file_path: new.path,
        file_bytes: i64::try_from(file_bytes).unwrap_or(i64::MAX),
        created_by: operator.user(),
    };
    store::create(wire::ctx(app, &tx, operator), created).await?;
    let import = store::find(&tx, operator.workspace, new.id)
        .await?
        .ok_or_else(ApiError::not_found)?;
    wire::log(app, &tx, operator, "import.upload", &import).await?;
    tx.commit().await?;
    wire::inspection(app, locale, import, inspection).await
}

/// The last part of the name that the browser gives, without anything odd; only shown, never a path.
fn file_name(field: &Field<'_>) -> String {
    let name = field.file_name().unwrap_or("import.csv");
    let last = name.rsplit(['/', '\\']).next().unwrap_or(name);
    last.chars().filter(|c| !c.is_control()).take(200).collect()
}
