//! Measures how many order lines a second the CSV import takes, durable commits included.
//!
//! `cargo run --release -p profiles --example import_rate -- [lines] [sqlite|postgres]…`
//! The file has the shape of The Complete Journey: 2,469 households, baskets of about nine lines, sorted by
//! time. PostgreSQL is the server of `TEST_DATABASE_URL`; whether it syncs is its own setting and printed.

use std::{
    fmt::Write as _,
    io::{BufWriter, Write as _},
    path::Path,
    sync::Arc,
    time::Instant,
};

use anyhow::Context as _;
use jobs::Worker;
use kernel::{
    id::{IdSource, ImportId, Snowflake, WorkspaceId},
    time::{Clock, SystemClock},
};
use profiles::{
    Ctx,
    import::{Defaults, ImportJob, ImportKind, NewImport, Start, inspect, store},
};
use storage::{Db, sql};

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let mut args = std::env::args().skip(1);
    let n_lines: u64 = args.next().map_or(Ok(1_469_307), |text| text.parse())?;
    let wanted: Vec<String> = args.collect();
    let folder = tempfile::tempdir()?;
    let mut out = String::new();
    for database in ["sqlite", "postgres"] {
        if wanted.is_empty() || wanted.iter().any(|name| name == database) {
            // The import removes its file when it is done.
            let file = folder.path().join(format!("{database}.csv"));
            write_file(&file, n_lines)?;
            writeln!(
                out,
                "{}",
                measure(database, folder.path(), &file, n_lines).await?
            )?;
        }
    }
    std::io::stdout().write_all(out.as_bytes())?;
    Ok(())
}

async fn measure(
    database: &str,
    folder: &Path,
    file: &Path,
    n_lines: u64,
) -> anyhow::Result<String> {
    let test = if database == "postgres" {
        Some(testkit::postgres().await)
    } else {
        None
    };
    let url = test.as_ref().map_or_else(
        || format!("sqlite:{}/bench.db", folder.display()),
        |test| test.url().to_owned(),
    );
    let db = testkit::durable(&url).await;
    let (clock, ids) = (
        Arc::new(SystemClock),
        Arc::new(Snowflake::new(SystemClock, 1)),
    );
    let workspace = WorkspaceId::from_raw(1);
    let id = begin(&db, &*clock, &*ids, workspace, file).await?;

    let worker = Worker::new(db.clone(), clock.clone(), ids.clone())
        .with(Arc::new(ImportJob::new(ids, None)));
    let began = Instant::now();
    worker.run_due().await?;
    let took = began.elapsed();
    let import = store::find(db.reader(), workspace, id)
        .await?
        .context("the import is there")?;
    anyhow::ensure!(
        import.n_taken.cast_unsigned() == n_lines,
        "{} taken, {} refused",
        import.n_taken,
        import.n_refused
    );
    let durable = if database == "postgres" {
        let rows = sql::rows(db.reader(), "SHOW fsync", []).await?;
        format!(
            "fsync {}",
            rows.first()
                .map_or(Ok(String::new()), |row| row.try_get_by_index::<String>(0))?
        )
    } else {
        "synchronous FULL".to_owned()
    };
    let rate = u128::from(n_lines) * 1_000 / took.as_millis().max(1);
    let took = took.as_secs_f64();
    let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    Ok(format!(
        "{database} ({durable}, {cores} cores): {n_lines} order lines in {took:.1} s = {rate} lines/s"
    ))
}

async fn begin(
    db: &Db,
    clock: &dyn Clock,
    ids: &dyn IdSource,
    workspace: WorkspaceId,
    file: &Path,
) -> anyhow::Result<ImportId> {
    let defaults = Defaults {
        time_zone: "Asia/Tokyo".to_owned(),
        currency: "JPY".to_owned(),
        encoding: None,
        delimiter: None,
    };
    let inspection = inspect(file, ImportKind::Orders, &defaults)?;
    let id = store::fresh_id(ids);
    let tx = db.begin().await?;
    let insert = "INSERT INTO workspace (id, name, time_zone, currency, locale, tracking_mode, settings, created_at)
                  VALUES ($1, 'bench', 'Asia/Tokyo', 'JPY', 'ja', 'notice', $2, 0)";
    let settings = storage::Value::Json(Some(Box::new(serde_json::json!({}))));
    sql::exec(&tx, insert, [workspace.raw().into(), settings]).await?;
    let ctx = Ctx {
        tx: &tx,
        workspace,
        now: clock.now(),
        ids,
    };
    let new = NewImport {
        id,
        kind: ImportKind::Orders,
        file_name: "orders.csv".to_owned(),
        file_path: file.to_owned(),
        file_bytes: std::fs::metadata(file)?.len().cast_signed(),
        created_by: None,
    };
    store::create(ctx, new).await?;
    let start = Start {
        encoding: inspection.encoding,
        delimiter: inspection.delimiter,
        mapping: inspection.mapping,
    };
    store::start(ctx, id, start).await?;
    tx.commit().await?;
    Ok(id)
}

/// A small generator with a fixed seed: the same file in every run.
fn write_file(path: &Path, n_lines: u64) -> anyhow::Result<()> {
    let mut file = BufWriter::new(std::fs::File::create(path)?);
    writeln!(
        file,
        "注文番号,会員番号,購入日時,商品コード,カテゴリ,数量,金額"
    )?;
    let mut seed = 0x2545_f491_4f6c_dd1d_u64;
    let mut next = |below: u64| {
        seed ^= seed << 13;
        seed ^= seed >> 7;
        seed ^= seed << 17;
        seed % below
    };
    let (mut written, mut basket) = (0, 0);
    while written < n_lines {
        basket += 1;
        let (household, minutes) = (1 + next(2_469), basket * 525_600 / (n_lines / 9 + 1));
        for _ in 0..(1 + next(18)).min(n_lines - written) {
            let product = next(300) * next(300);
            writeln!(
                file,
                "{basket},{household},2025-{:02}-{:02} {:02}:{:02},{product},部門{} > 分類{},{},{}",
                1 + minutes / 43_801 % 12,
                1 + minutes / 1_440 % 28,
                minutes / 60 % 24,
                minutes % 60,
                product % 30,
                product % 300,
                1 + next(3),
                50 + next(900)
            )?;
            written += 1;
        }
    }
    Ok(file.flush()?)
}
