//! Imports on the wire.

use api_types::imports::{ImportProgressView, ImportView, InspectionView, WarningView};
use kernel::{
    id::{ImportId, WorkspaceId},
    invalid::Invalid,
};
use profiles::{
    Ctx,
    import::{Defaults, Import, Inspection, Start, TextEncoding, store},
};
use sea_orm::FromQueryResult;
use storage::{Tx, sql};

use crate::{
    http::{audit, auth::Caller, problem::ApiError},
    state::App,
};

pub(super) async fn view(app: &App, import: Import) -> Result<ImportView, ApiError> {
    let progress = store::progress(app.db.reader(), &import).await?;
    Ok(ImportView {
        id: import.id.to_string(),
        kind: import.kind.as_str().to_owned(),
        file_name: import.file_name,
        file_bytes: import.file_bytes,
        state: import.state.as_str().to_owned(),
        n_taken: import.n_taken,
        n_repeated: import.n_repeated,
        n_refused: import.n_refused,
        progress: progress.map(|progress| ImportProgressView {
            done: progress.done,
            total: progress.total,
            rate_per_s: progress.rate_per_s,
            eta_ms: progress.eta_ms,
        }),
        error_code: import.error_code,
        created_at: import.created_at.to_string(),
        started_at: import.started_at.map(|at| at.to_string()),
        finished_at: import.finished_at.map(|at| at.to_string()),
    })
}

pub(super) async fn inspection(
    app: &App,
    locale: &str,
    import: Import,
    inspection: Inspection,
) -> Result<InspectionView, ApiError> {
    let mapping =
        serde_json::to_value(&inspection.mapping).map_err(|error| ApiError::internal(&error))?;
    let warnings = inspection.warnings.into_iter().map(|warning| WarningView {
        code: warning.code.to_owned(),
        message: warning.message.for_locale(locale).to_owned(),
    });
    Ok(InspectionView {
        import: view(app, import).await?,
        encoding: inspection.encoding.as_str().to_owned(),
        delimiter: char::from(inspection.delimiter).to_string(),
        header: inspection.header,
        rows: inspection.rows,
        mapping,
        warnings: warnings.collect(),
    })
}

pub(super) async fn find(app: &App, caller: &Caller, id: ImportId) -> Result<Import, ApiError> {
    store::find(app.db.reader(), caller.workspace, id)
        .await?
        .ok_or_else(ApiError::not_found)
}

pub(super) fn ctx<'a>(app: &'a App, tx: &'a Tx, caller: &Caller) -> Ctx<'a> {
    Ctx {
        tx,
        workspace: caller.workspace,
        now: app.now(),
        ids: &*app.ids,
    }
}

/// What a workspace takes for granted where a file does not say it.
pub(super) async fn defaults(app: &App, workspace: WorkspaceId) -> Result<Defaults, ApiError> {
    #[derive(FromQueryResult)]
    struct Row {
        time_zone: String,
        currency: String,
    }
    let text = "SELECT time_zone, currency FROM workspace WHERE id = $1";
    let row: Option<Row> = sql::one(app.db.reader(), text, [workspace.raw().into()]).await?;
    let row = row.ok_or_else(ApiError::not_found)?;
    Ok(Defaults {
        time_zone: row.time_zone,
        currency: row.currency,
        encoding: None,
        delimiter: None,
    })
}

pub(super) fn encoding(word: &str) -> Result<TextEncoding, ApiError> {
    TextEncoding::parse(word).ok_or_else(|| {
        Invalid::one(
            "/encoding",
            "unknown",
            "must be utf-8 or shift_jis",
            "utf-8 か shift_jis を指定してください",
        )
        .into()
    })
}

pub(super) fn delimiter(word: &str) -> Result<u8, ApiError> {
    match word {
        "," => Ok(b','),
        ";" => Ok(b';'),
        "\t" | "tab" => Ok(b'\t'),
        _ => Err(Invalid::one(
            "/delimiter",
            "unknown",
            "must be , or ; or a tab",
            "カンマ・セミコロン・タブのいずれかを指定してください",
        )
        .into()),
    }
}

pub(super) fn start(body: api_types::imports::StartImport) -> Result<Start, ApiError> {
    let mapping = serde_json::from_value(body.mapping).map_err(|error| {
        Invalid::one(
            "/mapping",
            "malformed",
            error.to_string(),
            format!("マッピングの形が正しくありません（{error}）"),
        )
    })?;
    Ok(Start {
        encoding: encoding(&body.encoding)?,
        delimiter: delimiter(&body.delimiter)?,
        mapping,
    })
}

pub(super) async fn log(
    app: &App,
    tx: &Tx,
    caller: &Caller,
    action: &str,
    import: &Import,
) -> Result<(), ApiError> {
    audit::log(
        app,
        tx,
        caller,
        action,
        ("import", Some(import.id.raw())),
        serde_json::json!({ "kind": import.kind.as_str(), "file": import.file_name }),
    )
    .await
}

/// Runs work on files where blocking is allowed.
pub(super) async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, profiles::import::ImportError> + Send + 'static,
) -> Result<T, ApiError> {
    let done = tokio::task::spawn_blocking(work)
        .await
        .map_err(|error| ApiError::internal(&error))?;
    Ok(done?)
}
