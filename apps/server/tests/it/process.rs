//! A real server process on a port of its own, and plain HTTP to it.

use std::{
    path::Path,
    process::{Child, Command, Stdio},
    sync::Arc,
    time::Duration,
};

use access::{Permission, key::create_api_key};
use kernel::{
    id::{ApiKeyId, IdSource, Snowflake, UserId, WorkspaceId},
    time::{Clock, SystemClock},
};
use serde_json::Value as Json;
use storage::{Db, Options};
use testkit::{FakeClock, Kit};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

/// A database that no process holds, and a key that opens the workspace in it.
pub(crate) struct Stage {
    pub(crate) url: String,
    pub(crate) key: String,
}

impl Stage {
    /// Sets a SQLite stage in a folder.
    pub(crate) async fn sqlite(folder: &Path) -> Self {
        let url = format!("sqlite:{}", folder.join("stage.db").display());
        let db = Db::connect(&Options::parse(&url).unwrap()).await.unwrap();
        migrations::migrate(db.writer()).await.unwrap();
        Self::set(db, url).await
    }

    /// Sets a stage on PostgreSQL.
    pub(crate) async fn postgres() -> Self {
        let url = testkit::postgres().await.url().to_owned();
        let db = Db::connect(&Options::parse(&url).unwrap()).await.unwrap();
        Self::set(db, url).await
    }

    async fn set(db: Db, url: String) -> Self {
        let kit = Kit {
            db: db.clone(),
            clock: FakeClock::at(SystemClock.now()),
            ids: Arc::new(Snowflake::new(SystemClock, 8)) as Arc<dyn IdSource>,
            workspace: WorkspaceId::from_raw(700_000_000_000_000_001),
        };
        kit.add_workspace(kit.workspace, "青葉ストア").await;
        let scopes = [
            Permission::ProfilesRead,
            Permission::ProfilesWrite,
            Permission::PiiRead,
        ];
        let (id, by) = (ApiKeyId::from_raw(71), UserId::from_raw(72));
        let now = SystemClock.now();
        let tx = db.begin().await.unwrap();
        let key = create_api_key(&tx, id, kit.workspace, "test", &scopes, by, now)
            .await
            .unwrap();
        tx.commit().await.unwrap();
        drop(kit);
        db.close().await.unwrap();
        Self { url, key }
    }

    /// Opens the database; no server may run on it when it is an embedded one.
    pub(crate) async fn open(&self) -> Db {
        let options = Options::parse(&self.url).unwrap();
        Db::connect(&options).await.unwrap()
    }
}

/// A server process; dropping it is `kill -9`.
pub(crate) struct Process {
    child: Child,
    port: u16,
    key: String,
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Process {
    /// Starts a server and waits until it answers.
    pub(crate) async fn start(stage: &Stage, folder: &Path) -> Self {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        drop(listener);
        let child = Command::new(env!("CARGO_BIN_EXE_server"))
            .env("ENISHI__SERVER__LISTEN", format!("127.0.0.1:{port}"))
            .env("ENISHI__SERVER__DATA_DIR", folder)
            .env("ENISHI__DATABASE__URL", &stage.url)
            .env("ENISHI__LOG__FILTER", "warn")
            .stdout(Stdio::null())
            .spawn()
            .unwrap();
        let key = stage.key.clone();
        let process = Self { child, port, key };
        until("the server answers", async || {
            TcpStream::connect(("127.0.0.1", port)).await.is_ok()
        })
        .await;
        process
    }

    /// Sends a request with a JSON body and returns status and answer.
    pub(crate) async fn ask(&self, method: &str, path: &str, body: Option<&Json>) -> (u16, String) {
        let body = body.map_or_else(String::new, Json::to_string);
        let mut stream = TcpStream::connect(("127.0.0.1", self.port)).await.unwrap();
        // Of HTTP 1.0 the end of the answer is the end of the connection.
        let head = format!(
            "{method} {path} HTTP/1.0\r\nHost: localhost\r\nAuthorization: Bearer {}\r\n\
             Content-Type: application/json\r\nContent-Length: {}\r\n\r\n",
            self.key,
            body.len()
        );
        stream.write_all(head.as_bytes()).await.unwrap();
        stream.write_all(body.as_bytes()).await.unwrap();
        answer(stream).await
    }

    /// Sends a request that must succeed and reads its answer.
    pub(crate) async fn json(&self, method: &str, path: &str, body: Option<&Json>) -> Json {
        let (status, text) = self.ask(method, path, body).await;
        assert!(
            (200..300).contains(&status),
            "{method} {path}: {status} {text}"
        );
        serde_json::from_str(&text).unwrap()
    }

    /// Uploads a file in pieces, none of which is kept, and returns the inspection.
    pub(crate) async fn upload(&self, kind: &str, pieces: impl Iterator<Item = Vec<u8>>) -> Json {
        let mut stream = TcpStream::connect(("127.0.0.1", self.port)).await.unwrap();
        let head = format!(
            "POST /api/v1/imports?kind={kind} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\
             Authorization: Bearer {}\r\nContent-Type: multipart/form-data; boundary=x\r\n\
             Transfer-Encoding: chunked\r\n\r\n",
            self.key
        );
        stream.write_all(head.as_bytes()).await.unwrap();
        let field =
            "--x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.csv\"\r\n\r\n";
        let all = std::iter::once(field.as_bytes().to_vec())
            .chain(pieces)
            .chain(std::iter::once(b"\r\n--x--\r\n".to_vec()));
        for piece in all {
            let head = format!("{:x}\r\n", piece.len());
            stream.write_all(head.as_bytes()).await.unwrap();
            stream.write_all(&piece).await.unwrap();
            stream.write_all(b"\r\n").await.unwrap();
        }
        stream.write_all(b"0\r\n\r\n").await.unwrap();
        let (status, text) = answer(stream).await;
        assert_eq!(status, 201, "{text}");
        serde_json::from_str(&text).unwrap()
    }

    /// Uploads a file, takes the guess and starts the import; returns its address.
    pub(crate) async fn import(&self, kind: &str, pieces: impl Iterator<Item = Vec<u8>>) -> String {
        let seen = self.upload(kind, pieces).await;
        let path = format!("/api/v1/imports/{}", seen["import"]["id"].as_str().unwrap());
        let start = serde_json::json!({
            "encoding": seen["encoding"], "delimiter": seen["delimiter"], "mapping": seen["mapping"],
        });
        self.json("POST", &format!("{path}/start"), Some(&start))
            .await;
        path
    }

    /// Returns the most memory that the process has held, in bytes.
    pub(crate) fn peak_memory(&self) -> u64 {
        let path = format!("/proc/{}/status", self.child.id());
        let status = std::fs::read_to_string(path).unwrap();
        let line = status.lines().find(|line| line.starts_with("VmHWM:"));
        let kilobytes = line.unwrap().split_whitespace().nth(1).unwrap();
        kilobytes.parse::<u64>().unwrap() << 10
    }
}

async fn answer(mut stream: TcpStream) -> (u16, String) {
    let mut bytes = Vec::new();
    stream.read_to_end(&mut bytes).await.unwrap();
    let text = String::from_utf8(bytes).unwrap();
    let (head, body) = text.split_once("\r\n\r\n").unwrap();
    let status = head.split(' ').nth(1).unwrap().parse().unwrap();
    assert!(
        !head.to_lowercase().contains("transfer-encoding"),
        "these answers come in one piece"
    );
    (status, body.to_owned())
}

/// Looks again and again, for minutes at most.
pub(crate) async fn until(what: &str, mut done: impl AsyncFnMut() -> bool) {
    for _ in 0..60_000 {
        if done().await {
            return;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("ten minutes and still not: {what}");
}
