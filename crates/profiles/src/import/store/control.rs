//! Starting and stopping imports.

use jobs::NewJob;
use kernel::{
    id::ImportId,
    invalid::{FieldError, Invalid},
};
use sea_orm::DbErr;
use storage::{Value, sql};

use super::{Import, ImportError, ImportState, find};
use crate::{
    attributes::{self, ValueType},
    context::Ctx,
    import::{
        encoding::TextEncoding,
        job::{JOB_KIND, Payload},
        mapping::{ImportKind, Mapping},
    },
};

/// How a file is to be read and taken.
#[derive(Debug, Clone)]
pub struct Start {
    /// Its encoding.
    pub encoding: TextEncoding,
    /// What stands between its fields.
    pub delimiter: u8,
    /// Which column means what.
    pub mapping: Mapping,
}

/// Starts an uploaded import with a mapping; its job is enqueued in the same transaction.
pub async fn start(ctx: Ctx<'_>, id: ImportId, start: Start) -> Result<Import, ImportError> {
    let import = find(ctx.tx, ctx.workspace, id)
        .await?
        .ok_or(ImportError::NotFound)?;
    if import.state != ImportState::Uploaded {
        return Err(ImportError::State(import.state));
    }
    start.mapping.validate(import.kind)?;
    if import.kind == ImportKind::Customers {
        define_attributes(ctx, &start.mapping).await?;
    }
    let mapping =
        serde_json::to_value(&start.mapping).map_err(|error| DbErr::Json(error.to_string()))?;
    sql::exec(
        ctx.tx,
        "UPDATE csv_import SET encoding = $1, delimiter = $2, mapping = $3 WHERE id = $4",
        [
            start.encoding.as_str().into(),
            char::from(start.delimiter).to_string().into(),
            Value::Json(Some(Box::new(mapping))),
            id.raw().into(),
        ],
    )
    .await?;
    run(ctx, id, ImportState::Uploaded).await
}

/// Lets a paused or failed import go on where it stopped.
pub async fn resume(ctx: Ctx<'_>, id: ImportId) -> Result<Import, ImportError> {
    let import = find(ctx.tx, ctx.workspace, id)
        .await?
        .ok_or(ImportError::NotFound)?;
    match import.state {
        ImportState::Paused | ImportState::Failed if import.mapping.is_some() => {
            run(ctx, id, import.state).await
        }
        state => Err(ImportError::State(state)),
    }
}

/// Makes the attributes of a file known; one that is known already keeps its type.
async fn define_attributes(ctx: Ctx<'_>, mapping: &Mapping) -> Result<(), ImportError> {
    let known = attributes::list(ctx.tx, ctx.workspace).await?;
    let (mut wanted, mut invalid) = (Vec::new(), Invalid::default());
    for (at, column) in mapping.columns.iter().enumerate() {
        let Some(key) = column.key.as_deref() else {
            continue;
        };
        let given = column.value_type.unwrap_or(ValueType::Text);
        wanted.push((key, given));
        if let Some(definition) = known
            .iter()
            .find(|definition| definition.key == key && definition.value_type != given)
        {
            let word = definition.value_type.as_str();
            invalid.push(FieldError::new(
                format!("/columns/{at}/value_type"),
                "type",
                format!("{key} is of type {word} already"),
                format!("属性「{key}」の型はすでに {word} です"),
            ));
        }
    }
    invalid.into_result()?;
    attributes::define(ctx, wanted).await?;
    Ok(())
}

async fn run(ctx: Ctx<'_>, id: ImportId, from: ImportState) -> Result<Import, ImportError> {
    sql::exec(
        ctx.tx,
        "UPDATE csv_import SET state = 'running', started_at = $1, finished_at = NULL, error_code = NULL
         WHERE id = $2 AND state = $3",
        [ctx.now.0.into(), id.raw().into(), from.as_str().into()],
    )
    .await?;
    let import = find(ctx.tx, ctx.workspace, id)
        .await?
        .ok_or(ImportError::NotFound)?;
    let job = NewJob::new(ctx.workspace, JOB_KIND, &Payload { import: id })
        .map_err(|error| DbErr::Custom(error.to_string()))?
        .unique(import.job_key());
    jobs::enqueue(ctx.tx, ctx.ids, ctx.now, job).await?;
    Ok(import)
}

/// Stops a running import; it can go on later.
pub async fn pause(ctx: Ctx<'_>, id: ImportId) -> Result<(), ImportError> {
    stop(ctx, id, &[ImportState::Running], ImportState::Paused).await
}

/// Stops an import for good; what was taken stays.
pub async fn cancel(ctx: Ctx<'_>, id: ImportId) -> Result<(), ImportError> {
    stop(
        ctx,
        id,
        &[
            ImportState::Uploaded,
            ImportState::Running,
            ImportState::Paused,
        ],
        ImportState::Cancelled,
    )
    .await
}

async fn stop(
    ctx: Ctx<'_>,
    id: ImportId,
    from: &[ImportState],
    to: ImportState,
) -> Result<(), ImportError> {
    let import = find(ctx.tx, ctx.workspace, id)
        .await?
        .ok_or(ImportError::NotFound)?;
    if !from.contains(&import.state) {
        return Err(ImportError::State(import.state));
    }
    let finished = (to == ImportState::Cancelled).then_some(ctx.now.0);
    let touched = sql::exec(
        ctx.tx,
        "UPDATE csv_import SET state = $1, finished_at = $2 WHERE id = $3 AND state = $4",
        [
            to.as_str().into(),
            finished.into(),
            id.raw().into(),
            import.state.as_str().into(),
        ],
    )
    .await?;
    if touched == 1 {
        Ok(())
    } else {
        Err(ImportError::State(import.state))
    }
}
