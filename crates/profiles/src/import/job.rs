//! Takes a file in chunks: each chunk's rows, its refusals and the checkpoint are one transaction.

use std::{collections::VecDeque, fs::File, path::PathBuf, sync::Arc};

use jobs::{JobContext, JobError, JobHandler, Outcome, Progress, async_trait};
use kernel::{
    id::{IdSource, ImportId, WorkspaceId},
    money::Currency,
    time::{Millis, SECOND},
};
use serde::{Deserialize, Serialize};
use storage::{Db, Tx, sql};

use super::{
    mapping::ImportKind,
    quarantine,
    refusal::Refusal,
    row::{MappedRow, ProductRow},
    source::{Chunk, Rows, SourceRow},
    store::{self, Counts, Import, ImportState},
};
use crate::{
    bulk::{BulkLoader, Catalogue, RowOutcome},
    context::Ctx,
};

/// The kind of job that takes imports.
pub const JOB_KIND: &str = "csv_import";
/// Rows of a chunk: small enough that a send never waits over 100 ms for the writer.
const CHUNK_ROWS: usize = 1_000;
/// Chunks of one run. A run that got this far is no failed try when the process is killed later on.
const RUN_CHUNKS: u32 = 200;
/// How long a killed server's import waits until it goes on; each chunk and a beat in between prolong it.
const LEASE: i64 = 10 * SECOND;
/// A file whose first rows are all refused has the wrong mapping: it is stopped.
const HOPELESS: i64 = 5_000;

#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Payload {
    pub(crate) import: ImportId,
}

/// Runs imports.
pub struct ImportJob {
    ids: Arc<dyn IdSource>,
    catalogue: Option<Arc<dyn Catalogue>>,
    chunk_rows: usize,
}

impl ImportJob {
    /// Makes the handler; without a catalogue, files of products cannot be taken.
    pub fn new(ids: Arc<dyn IdSource>, catalogue: Option<Arc<dyn Catalogue>>) -> Self {
        Self {
            ids,
            catalogue,
            chunk_rows: CHUNK_ROWS,
        }
    }

    /// Changes the number of rows per chunk, at most 2,000.
    #[must_use]
    pub fn with_chunk_rows(mut self, rows: usize) -> Self {
        self.chunk_rows = rows.clamp(1, 2_000);
        self
    }
}

#[async_trait]
impl JobHandler for ImportJob {
    fn kind(&self) -> &'static str {
        JOB_KIND
    }

    fn lease_ms(&self) -> i64 {
        LEASE
    }

    async fn run(&self, ctx: &JobContext) -> Result<Outcome, JobError> {
        let payload: Payload = ctx.payload()?;
        let workspace = ctx.job().workspace;
        let Some((import, currency)) = find(ctx.db(), workspace, payload.import).await? else {
            return Ok(Outcome::Done);
        };
        if import.state == ImportState::Done {
            // The server was killed after the last chunk and before the file was removed.
            forget(&import.file_path).await;
        }
        if import.state != ImportState::Running {
            return Ok(Outcome::Done);
        }
        let mut loader = BulkLoader::new(workspace, currency, import.id.raw());
        if let Some(catalogue) = &self.catalogue {
            loader = loader.with_catalogue(catalogue.clone());
        }
        Run {
            ctx,
            ids: &*self.ids,
            loader,
            catalogue: self.catalogue.as_deref(),
            began: ctx.now(),
            n_before: import.n_rows(),
            import,
        }
        .all(self.chunk_rows)
        .await
    }

    async fn given_up(&self, tx: &Tx, job: &jobs::Job, error: &str) -> Result<(), JobError> {
        let payload: Payload =
            serde_json::from_value(job.payload.clone()).map_err(JobError::fail)?;
        let code = if error.contains("file") {
            "file_gone"
        } else {
            "internal"
        };
        Ok(store::fail(tx, payload.import, code, job.run_at).await?)
    }
}

/// Returns an import and the currency that its workspace reports in.
async fn find(
    db: &Db,
    workspace: WorkspaceId,
    id: ImportId,
) -> Result<Option<(Import, Currency)>, JobError> {
    let db = db.reader();
    let Some(import) = store::find(db, workspace, id).await? else {
        return Ok(None);
    };
    let text = "SELECT currency FROM workspace WHERE id = $1";
    let row: Option<Reporting> = sql::one(db, text, [workspace.raw().into()]).await?;
    let currency = row
        .and_then(|row| Currency::parse(&row.currency).ok())
        .unwrap_or(Currency::JPY);
    Ok(Some((import, currency)))
}

#[derive(sea_orm::FromQueryResult)]
struct Reporting {
    currency: String,
}

/// One run of one import.
struct Run<'a> {
    ctx: &'a JobContext,
    ids: &'a dyn IdSource,
    loader: BulkLoader,
    catalogue: Option<&'a dyn Catalogue>,
    import: Import,
    began: Millis,
    n_before: i64,
}

impl Run<'_> {
    async fn all(mut self, chunk_rows: usize) -> Result<Outcome, JobError> {
        let rows = open(&self.import, self.ctx.now()).await?;
        let mut next = tokio::task::spawn_blocking(move || read(rows, chunk_rows));
        for n_chunks in 1.. {
            let (rows, chunk) = next
                .await
                .map_err(JobError::retry)?
                .map_err(|error| file_error(&error))?;
            let is_last = chunk.is_last;
            // The next rows are read and converted while these are written.
            next = tokio::task::spawn_blocking(move || read(rows, chunk_rows));
            if !self.take(chunk).await? {
                return Ok(Outcome::Done);
            }
            if is_last {
                break;
            }
            if self.ctx.is_stopping() || n_chunks == RUN_CHUNKS {
                return Ok(Outcome::Again(self.ctx.now()));
            }
            // Whoever waits for the writer comes first.
            tokio::task::yield_now().await;
        }
        forget(&self.import.file_path).await;
        Ok(Outcome::Done)
    }

    /// Takes a chunk; `false` when the import was paused, cancelled or given up meanwhile.
    async fn take(&mut self, chunk: Chunk) -> Result<bool, JobError> {
        let instants: Vec<Millis> = chunk.rows.iter().filter_map(SourceRow::instant).collect();
        self.loader
            .make_room(self.ctx.db(), self.ctx.now(), &instants)
            .await?;
        let tx = self.ctx.db().begin().await?;
        self.ctx.fence(&tx).await?;
        let ctx = Ctx {
            tx: &tx,
            workspace: self.import.workspace,
            now: self.ctx.now(),
            ids: self.ids,
        };
        let (to, is_last) = ((chunk.offset, chunk.line), chunk.is_last);
        let (counts, refused) = self.load(ctx, chunk).await?;
        let end = self.end(ctx.now, counts, is_last);
        if !store::advance(&tx, &self.import, to, counts, end).await? {
            tx.rollback().await?;
            return Ok(false);
        }
        quarantine::put_aside(ctx, &self.import, refused).await?;
        self.import.byte_offset = to.0.cast_signed();
        self.import.line = to.1.cast_signed();
        self.import.n_taken += counts.taken;
        self.import.n_repeated += counts.repeated;
        self.import.n_refused += counts.refused;
        self.ctx
            .report(&tx, &self.progress(ctx.now, is_last))
            .await?;
        tx.commit().await?;
        Ok(!matches!(end, Some((ImportState::Failed, _))))
    }

    fn end(&self, now: Millis, counts: Counts, is_last: bool) -> Option<(ImportState, Millis)> {
        let n_good = self.import.n_taken + self.import.n_repeated + counts.taken + counts.repeated;
        if is_last {
            Some((ImportState::Done, now))
        } else if n_good == 0 && self.import.n_refused + counts.refused >= HOPELESS {
            Some((ImportState::Failed, now))
        } else {
            None
        }
    }

    fn progress(&self, now: Millis, is_last: bool) -> Progress {
        let done = self.import.n_rows();
        let total = if is_last {
            done
        } else {
            let estimate = i128::from(done) * i128::from(self.import.file_bytes)
                / i128::from(self.import.byte_offset.max(1));
            i64::try_from(estimate).unwrap_or(i64::MAX).max(done)
        };
        Progress::measure(done, total, self.n_before, self.began, now)
    }

    async fn load(
        &mut self,
        ctx: Ctx<'_>,
        chunk: Chunk,
    ) -> Result<(Counts, Vec<(u64, Refusal, Vec<u8>)>), JobError> {
        let (mut places, mut good, mut refused) = (Vec::new(), Vec::new(), Vec::new());
        for row in chunk.rows {
            match row.mapped {
                Ok(mapped) => {
                    places.push((row.line, row.raw));
                    good.push(mapped);
                }
                Err(refusal) => refused.push((row.line, refusal, row.raw)),
            }
        }
        let outcomes = self.dispatch(ctx, good).await?;
        let mut counts = Counts::default();
        let mut n_partly = 0;
        for ((line, raw), outcome) in places.into_iter().zip(outcomes) {
            match outcome {
                RowOutcome::Taken => counts.taken += 1,
                RowOutcome::Repeated => counts.repeated += 1,
                RowOutcome::Partly(note) => {
                    counts.taken += 1;
                    n_partly += 1;
                    refused.push((line, note, raw));
                }
                RowOutcome::Refused(refusal) => refused.push((line, refusal, raw)),
            }
        }
        counts.refused = i64::try_from(refused.len()).unwrap_or(i64::MAX) - n_partly;
        Ok((counts, refused))
    }

    async fn dispatch(
        &mut self,
        ctx: Ctx<'_>,
        rows: Vec<MappedRow>,
    ) -> Result<VecDeque<RowOutcome>, JobError> {
        let outcomes = match self.import.kind {
            ImportKind::Customers => {
                let rows: Vec<_> = rows
                    .into_iter()
                    .filter_map(|row| {
                        if let MappedRow::Customer(row) = row {
                            Some(*row)
                        } else {
                            None
                        }
                    })
                    .collect();
                self.loader.customers(ctx, &rows).await?
            }
            ImportKind::Orders => {
                let rows: Vec<_> = rows
                    .into_iter()
                    .filter_map(|row| {
                        if let MappedRow::OrderLine(row) = row {
                            Some(*row)
                        } else {
                            None
                        }
                    })
                    .collect();
                self.loader.order_lines(ctx, &rows).await?
            }
            ImportKind::Products => {
                let rows: Vec<ProductRow> = rows
                    .into_iter()
                    .filter_map(|row| {
                        if let MappedRow::Product(row) = row {
                            Some(*row)
                        } else {
                            None
                        }
                    })
                    .collect();
                let catalogue = self
                    .catalogue
                    .ok_or_else(|| JobError::fail("there is no catalogue to load products into"))?;
                ctx.lock().await?;
                catalogue.load(ctx, &rows).await?
            }
        };
        Ok(outcomes.into())
    }
}

async fn open(import: &Import, now: Millis) -> Result<Rows, JobError> {
    let (path, offset, line) = (import.file_path.clone(), import.byte_offset, import.line);
    let options = import
        .source_options()
        .ok_or_else(|| JobError::fail("the import has no mapping"))?;
    let opened = tokio::task::spawn_blocking(move || {
        let file = File::open(path)?;
        if line == 0 {
            Rows::begin(file, &options, now)
        } else {
            Rows::resume(
                file,
                &options,
                now,
                offset.cast_unsigned(),
                line.cast_unsigned(),
            )
        }
    });
    opened
        .await
        .map_err(JobError::retry)?
        .map_err(|error| JobError::fail(format!("the uploaded file cannot be read: {error}")))
}

fn read(mut rows: Rows, limit: usize) -> std::io::Result<(Rows, Chunk)> {
    let chunk = rows.take_rows(limit)?;
    Ok((rows, chunk))
}

fn file_error(error: &std::io::Error) -> JobError {
    JobError::fail(format!("the uploaded file cannot be read: {error}"))
}

/// Removes the upload: its rows are in the database now, and it is full of personal data.
async fn forget(path: &PathBuf) {
    if let Err(error) = tokio::fs::remove_file(path).await
        && error.kind() != std::io::ErrorKind::NotFound
    {
        tracing::warn!(%error, "an imported file could not be removed");
    }
}
