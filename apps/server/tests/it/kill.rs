//! `kill -9` in the middle of sending: the real server, a real mail server, three kills.
//!
//! 2,000 recipients in the usual run; `ENISHI_KILL_RECIPIENTS=20000` for the long form.

#![expect(clippy::unwrap_used, reason = "helpers of tests fail by panicking")]

use std::{
    collections::{HashMap, HashSet},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::Arc,
    time::Duration,
};

use kernel::{
    id::{IdSource, Snowflake},
    time::{Clock, SystemClock},
};
use sea_orm::{ConnectionTrait, Database, DatabaseConnection};
use storage::Db;
use testkit::Kit;

use crate::shop;

/// A kill leaves the one message of each connection in doubt: three kills of six among 20,000 are 0.09 %.
const LANES: u32 = 6;
const KILLS: i64 = 3;

#[expect(
    clippy::disallowed_methods,
    reason = "the long form is asked for in the environment"
)]
fn recipients() -> i64 {
    let asked = std::env::var("ENISHI_KILL_RECIPIENTS").ok();
    asked.and_then(|text| text.parse().ok()).unwrap_or(2_000)
}

/// A child process that does not outlive the test.
pub(crate) struct Running(pub(crate) Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

pub(crate) fn free_port() -> u16 {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    listener.local_addr().unwrap().port()
}

/// Postfix's sink, writing each message into a file of its own.
pub(crate) fn sink(port: u16, folder: &Path) -> Running {
    std::fs::create_dir_all(folder).unwrap();
    let open = std::os::unix::fs::PermissionsExt::from_mode(0o777);
    std::fs::set_permissions(folder, open).unwrap();
    let template = format!("{}/m.", folder.display());
    let mut command = Command::new("/usr/sbin/smtp-sink");
    let id = Command::new("id").arg("-u").output().unwrap();
    if id.stdout.trim_ascii() == b"0" {
        command.args(["-u", "nobody"]);
    }
    let child = command
        .args(["-d", &template, &format!("127.0.0.1:{port}"), "200"])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("smtp-sink (Debian: postfix) is needed; `cargo xtask test` installs it");
    Running(child)
}

fn server(url: &str, folder: &Path, port: u16) -> Running {
    let child = Command::new(env!("CARGO_BIN_EXE_server"))
        .env("ENISHI__SERVER__LISTEN", format!("127.0.0.1:{port}"))
        .env("ENISHI__SERVER__DATA_DIR", folder)
        .env("ENISHI__DATABASE__URL", url)
        .env("ENISHI__SECURITY__ALLOW_PRIVATE", "[\"127.0.0.1/32\"]")
        .env("ENISHI__LOG__FILTER", "warn")
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    Running(child)
}

fn n_arrived(folder: &Path) -> i64 {
    let n = std::fs::read_dir(folder).unwrap().count();
    i64::try_from(n).unwrap()
}

pub(crate) async fn until(what: &str, mut done: impl AsyncFnMut() -> bool) {
    for _ in 0..6_000 {
        if done().await {
            return;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    panic!("two minutes and still not {what}");
}

pub(crate) async fn number(db: &DatabaseConnection, text: &str) -> i64 {
    let backend = db.get_database_backend();
    let row = db
        .query_one_raw(sea_orm::Statement::from_string(backend, text))
        .await
        .unwrap();
    row.unwrap().try_get_by_index(0).unwrap()
}

/// Returns recipient and Message-ID of every message that arrived whole.
fn arrived(folder: &Path) -> Vec<(String, String)> {
    let mut messages = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let text = std::fs::read_to_string(entry.unwrap().path()).unwrap();
        // A connection that broke inside a message leaves a file without an end: it was not delivered.
        if !text.trim_end().ends_with("--") {
            continue;
        }
        let line = |name: &str| {
            let found = text.lines().find_map(|line| line.strip_prefix(name));
            found.unwrap_or_default().trim().to_owned()
        };
        messages.push((line("X-Rcpt-Args:"), line("Message-ID:")));
    }
    messages
}

async fn survive(kit: Kit, url: String, reader: String) {
    let n = recipients();
    let folder = tempfile::tempdir().unwrap();
    let mail: PathBuf = folder.path().join("mail");
    let open = std::os::unix::fs::PermissionsExt::from_mode(0o755);
    std::fs::set_permissions(folder.path(), open).unwrap();
    let port = free_port();
    let _sink = sink(port, &mail);
    shop::people(&kit, n).await;
    shop::launch(&kit, port, LANES).await;
    // The embedded database belongs to one process at a time.
    let db: Db = kit.db.clone();
    drop(kit);
    db.close().await.unwrap();
    drop(db);

    let mut dice = SystemClock.now().0;
    for kill in 1..=KILLS {
        let running = server(&url, folder.path(), free_port());
        dice = dice
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        let share = 10 + (kill - 1) * 25 + (dice >> 33).rem_euclid(20);
        until("enough messages have left", async || {
            n_arrived(&mail) >= n * share / 100
        })
        .await;
        // `kill` is SIGKILL: no handler runs, nothing is flushed.
        drop(running);
        assert!(
            n_arrived(&mail) < n * 98 / 100,
            "kill {kill} came too late to test anything"
        );
    }
    let last = server(&url, folder.path(), free_port());
    let look = Database::connect(&reader).await.unwrap();
    until("the campaign has finished", async || {
        number(
            &look,
            "SELECT COUNT(*) FROM campaign WHERE state = 'finished'",
        )
        .await
            == 1
    })
    .await;
    let accepted = number(&look, "SELECT COUNT(*) FROM delivery WHERE state = 5").await;
    let unknown = number(&look, "SELECT COUNT(*) FROM delivery WHERE state = 7").await;
    let events = number(&look, "SELECT COUNT(*) FROM event WHERE name_id = 40").await;
    look.close().await.unwrap();
    drop(last);

    let messages = arrived(&mail);
    let mut by_recipient: HashMap<&str, u32> = HashMap::new();
    for (recipient, _) in &messages {
        *by_recipient.entry(recipient).or_default() += 1;
    }
    let doubled: Vec<_> = by_recipient
        .iter()
        .filter(|(_, times)| **times > 1)
        .collect();
    assert!(doubled.is_empty(), "somebody got it twice: {doubled:?}");
    let ids: HashSet<&str> = messages.iter().map(|(_, id)| id.as_str()).collect();
    assert_eq!(
        ids.len(),
        messages.len(),
        "every message has a name of its own"
    );
    assert_eq!(accepted + unknown, n, "nobody is lost");
    assert!(
        unknown <= KILLS * i64::from(LANES),
        "{unknown} in doubt, more than one per connection and kill"
    );
    assert!(
        n < 20_000 || accepted * 1_000 > n * 999,
        "only {accepted} of {n} ended as accepted"
    );
    let received = i64::try_from(messages.len()).unwrap();
    assert!(
        accepted <= received && received <= n,
        "{accepted} accepted, {received} arrived"
    );
    assert_eq!(events, accepted, "the timeline tells of each");
}

#[tokio::test]
async fn three_kills_lose_nobody_and_double_nobody_on_sqlite() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("kill.db");
    let url = format!("sqlite:{}", path.display());
    let db = Db::connect(&storage::Options::parse(&url).unwrap())
        .await
        .unwrap();
    migrations::migrate(db.writer()).await.unwrap();
    let kit = own_kit(db).await;
    survive(kit, url, format!("sqlite://{}?mode=ro", path.display())).await;
}

#[tokio::test]
async fn three_kills_lose_nobody_and_double_nobody_on_postgres() {
    let test = testkit::postgres().await;
    let url = test.url().to_owned();
    let db = Db::connect(&storage::Options::parse(&url).unwrap())
        .await
        .unwrap();
    let kit = own_kit(db).await;
    survive(kit, url.clone(), url).await;
}

pub(crate) async fn own_kit(db: Db) -> Kit {
    let kit = Kit {
        db,
        clock: testkit::FakeClock::at(SystemClock.now()),
        ids: Arc::new(Snowflake::new(SystemClock, 8)) as Arc<dyn IdSource>,
        workspace: kernel::id::WorkspaceId::from_raw(700_000_000_000_000_001),
    };
    kit.add_workspace(kit.workspace, "青葉ストア").await;
    kit
}
