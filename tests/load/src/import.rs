//! `bench import`: order lines of a CSV file through REST, as somebody in the admin would bring them.

mod file;

use std::{
    path::Path,
    time::{Duration, Instant},
};

use access::Permission;
use anyhow::{Context, ensure};
use serde_json::{Value, json};
use tokio::io::AsyncWriteExt;

use crate::{
    Databases,
    database::{self, Database, Kind},
    figure::{Bar, Report},
    home::Home,
    http::{self, Connection},
    machine,
    server::{Server, Start},
    shop,
};

pub(crate) use self::file::write as write_file;

/// Lines a second.
const BAR: f64 = 20_000.0;
const BOUNDARY: &str = "enishi-bench";

#[derive(clap::Args)]
pub(crate) struct Options {
    /// Where to measure.
    #[arg(long, value_enum, default_value = "both")]
    database: Databases,
    /// Order lines, the first of The Complete Journey by time; 1,469,307 are all.
    #[arg(long, default_value_t = 1_000_000)]
    lines: usize,
}

/// Measures.
pub(crate) async fn run(home: &Home, options: &Options, report: &mut Report) -> anyhow::Result<()> {
    let folder = home.folder("import-file")?;
    let path = folder.join("orders.csv");
    eprintln!("writing {} order lines", options.lines);
    let n_lines = write_file(&path, options.lines)?;
    for kind in options.database.kinds() {
        measure(home, kind, (&path, n_lines), report).await?;
    }
    report.note("from the start call to state `done`; the upload is not part of it".to_owned());
    Ok(())
}

async fn measure(
    home: &Home,
    kind: Kind,
    (path, n_lines): (&Path, usize),
    report: &mut Report,
) -> anyhow::Result<()> {
    let database = Database::empty(home, kind, "import").await?;
    let durability = database.durability().await?;
    let db = database.open().await?;
    let tx = db.begin().await?;
    shop::found(&tx).await?;
    tx.commit().await?;
    let scopes = [Permission::ProfilesRead, Permission::ProfilesWrite];
    let key = shop::api_key(&db, &scopes).await?;
    database::close(db).await?;

    let data_dir = home.folder("import-data")?;
    let start = Start {
        data_dir: &data_dir,
        url: Some(&database.url),
        patience: Duration::from_mins(1),
    };
    let mut server = Server::start(home, start).await?;
    let mut rest = Rest {
        connection: Connection::open(server.port).await?,
        headers: format!("Authorization: Bearer {key}\r\n"),
    };
    let began = Instant::now();
    let inspected = rest.upload(path).await?;
    let uploaded = began.elapsed();
    let import = inspected.pointer("/import/id").and_then(Value::as_str);
    let import = import.context("the upload has no id")?.to_owned();
    let cpu = machine::cpu(server.pid());
    let began = Instant::now();
    rest.start(&import, &inspected).await?;
    eprintln!("{}: uploaded in {uploaded:.1?}, importing", kind.name());
    let done = rest.wait(&mut server, &import).await?;
    let took = began.elapsed();
    let cpu = machine::cpu(server.pid()) - cpu;
    let memory = machine::memory(server.pid());
    let log = server.stop().await?;

    #[expect(clippy::cast_precision_loss, reason = "a rate for people")]
    let rate = n_lines as f64 / took.as_secs_f64();
    let name = kind.name();
    report.add(
        format!("{name} import"),
        rate,
        "lines/s",
        Some(Bar::AtLeast(BAR)),
    );
    report.add(format!("{name} memory, peak"), memory.peak, "MB", None);
    report.note(format!(
        "{name}: {durability}; {n_lines} lines in {:.1} s, upload {:.1} s, the server used {:.2} cores",
        took.as_secs_f64(),
        uploaded.as_secs_f64(),
        cpu / took.as_secs_f64()
    ));
    let n_taken = done.get("n_taken").and_then(Value::as_u64).unwrap_or(0);
    ensure!(
        n_taken == n_lines as u64,
        "{n_lines} lines were sent: {done}"
    );
    ensure!(log.trim().is_empty(), "the server complained:\n{log}");
    Ok(())
}

/// Imports a file and returns how many lines it took in a second; the upload is not part of it.
pub(crate) async fn lines_per_second(
    server: &mut Server,
    api_key: &str,
    (path, n_lines): (&Path, usize),
) -> anyhow::Result<f64> {
    let mut rest = Rest {
        connection: Connection::open(server.port).await?,
        headers: format!("Authorization: Bearer {api_key}\r\n"),
    };
    let inspected = rest.upload(path).await?;
    let import = inspected.pointer("/import/id").and_then(Value::as_str);
    let import = import.context("the upload has no id")?.to_owned();
    let began = Instant::now();
    rest.start(&import, &inspected).await?;
    rest.wait(server, &import).await?;
    #[expect(clippy::cast_precision_loss, reason = "a rate for people")]
    Ok(n_lines as f64 / began.elapsed().as_secs_f64())
}

/// The REST API as an integrator uses it.
struct Rest {
    connection: Connection,
    headers: String,
}

impl Rest {
    async fn upload(&mut self, path: &Path) -> anyhow::Result<Value> {
        let before = format!(
            "--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"file\"; filename=\"orders.csv\"\r\nContent-Type: text/csv\r\n\r\n"
        );
        let after = format!("\r\n--{BOUNDARY}--\r\n");
        let mut file = tokio::fs::File::open(path).await?;
        let length = file.metadata().await?.len() + (before.len() + after.len()) as u64;
        let headers = format!(
            "{}Content-Type: multipart/form-data; boundary={BOUNDARY}\r\n",
            self.headers
        );
        let head = http::head("POST", "/api/v1/imports?kind=orders", &headers, length);
        let stream = self.connection.stream();
        stream.write_all(head.as_bytes()).await?;
        stream.write_all(before.as_bytes()).await?;
        tokio::io::copy(&mut file, stream).await?;
        stream.write_all(after.as_bytes()).await?;
        self.connection.answer().await?.json()
    }

    async fn start(&mut self, import: &str, inspected: &Value) -> anyhow::Result<()> {
        let field = |name: &str| inspected.get(name).cloned().unwrap_or_default();
        let body = json!({
            "encoding": field("encoding"), "delimiter": field("delimiter"), "mapping": field("mapping"),
        });
        let body = body.to_string();
        let headers = format!("{}Content-Type: application/json\r\n", self.headers);
        let path = format!("/api/v1/imports/{import}/start");
        let mut request = http::head("POST", &path, &headers, body.len() as u64);
        request.push_str(&body);
        self.connection.send(request.as_bytes()).await?.json()?;
        Ok(())
    }

    /// Asks until the import has ended.
    async fn wait(&mut self, server: &mut Server, import: &str) -> anyhow::Result<Value> {
        let path = format!("/api/v1/imports/{import}");
        loop {
            tokio::time::sleep(Duration::from_millis(200)).await;
            server.check()?;
            let seen = self.connection.get(&path, &self.headers).await?.json()?;
            match seen.get("state").and_then(Value::as_str) {
                Some("running") => {}
                Some("done") => return Ok(seen),
                _ => anyhow::bail!("the import ended otherwise: {seen}"),
            }
        }
    }
}
