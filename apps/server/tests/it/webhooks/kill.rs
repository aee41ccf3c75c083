//! `kill -9` between sending and recording: the real server, a real receiver, three kills. Nothing is lost; what was
//! under way arrives once more under its id.

#![expect(clippy::unwrap_used, reason = "helpers of tests fail by panicking")]

use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
    process::{Command, Stdio},
};

use kernel::{
    feed::{Change, ChangeKind},
    id::{ProfileId, WebhookId},
    time::{Clock, SystemClock},
};
use sea_orm::Database;
use storage::{Db, Options, feed, secret::MasterKey};
use testkit::Kit;
use webhooks::{
    Lease,
    keys::Keys,
    webhook::{self, Switch, Wish},
};

use crate::{
    hook_receiver::{Act, Receiver},
    kill::{Running, free_port, number, own_kit, until},
};

const TURNS: i64 = 300;
/// Notices that are under way to one receiver at a time.
const UNDER_WAY: usize = 8;

fn server(url: &str, folder: &Path) -> Running {
    let child = Command::new(env!("CARGO_BIN_EXE_server"))
        .env(
            "ENISHI__SERVER__LISTEN",
            format!("127.0.0.1:{}", free_port()),
        )
        .env("ENISHI__SERVER__DATA_DIR", folder)
        .env("ENISHI__DATABASE__URL", url)
        .env("ENISHI__SECURITY__ALLOW_PRIVATE", "[\"127.0.0.1/32\"]")
        .env("ENISHI__WEBHOOKS__ALLOW_HTTP", "true")
        // What was under way is due again after seven seconds instead of 45.
        .env("ENISHI__WEBHOOKS__TIMEOUT_SECONDS", "1")
        .env("ENISHI__AUDIENCE__ENABLED", "false")
        .env("ENISHI__LOG__FILTER", "warn")
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    Running(child)
}

/// A webhook, a reader that stands before everything, and so many customers who enter a segment.
async fn stage(kit: &Kit, folder: &Path, port: u16) {
    let master = MasterKey::load_or_create(&folder.join("master.key")).unwrap();
    let (now, id) = (SystemClock.now(), WebhookId::from_raw(kit.ids.next_raw()));
    let lease = Lease::claim(&kit.db, kit.workspace, now).await.unwrap();
    lease.unwrap().release(&kit.db).await.unwrap();
    let wish = Wish {
        url: format!("http://127.0.0.1:{port}/"),
        description: String::new(),
        types: BTreeSet::new(),
        switch: Switch::On,
    };
    let changes: Vec<Change> = (1..=TURNS)
        .map(|n| Change {
            a: 7,
            b: 2,
            ..Change::of(
                kit.workspace,
                ProfileId::from_raw(n),
                ChangeKind::SegmentEnter,
            )
        })
        .collect();
    let tx = kit.db.begin().await.unwrap();
    webhook::insert(&tx, kit.workspace, id, &wish, (None, now))
        .await
        .unwrap();
    let keys = Keys::of(&[7; 32]);
    keys.keep(&tx, &master, (kit.workspace, id), now)
        .await
        .unwrap();
    feed::append(&tx, now, &changes).await.unwrap();
    tx.commit().await.unwrap();
}

async fn survive(kit: Kit, url: String, reader: String) {
    let name = url.split(':').next().unwrap_or_default();
    let folder = tempfile::tempdir().unwrap();
    // The first eight are taken in and never answered: the first kill comes while they are under way.
    let receiver = Receiver::start(vec![Act::Silence; UNDER_WAY]).await;
    stage(&kit, folder.path(), receiver.port).await;
    // The embedded database belongs to one process at a time.
    let db = kit.db.clone();
    drop(kit);
    db.close().await.unwrap();
    drop(db);
    let running = server(&url, folder.path());
    until("under way", async || receiver.connections() >= UNDER_WAY).await;
    drop(running);
    for share in [TURNS / 3, TURNS * 2 / 3] {
        let running = server(&url, folder.path());
        until("so many are taken", async || {
            receiver.taken().await.len() >= usize::try_from(share).unwrap()
        })
        .await;
        drop(running);
    }
    let last = server(&url, folder.path());
    let look = Database::connect(&reader).await.unwrap();
    until("all are delivered", async || {
        number(
            &look,
            "SELECT COUNT(*) FROM webhook_delivery WHERE state = 1",
        )
        .await
            == TURNS
    })
    .await;
    assert_eq!(
        number(&look, "SELECT COUNT(*) FROM webhook_delivery").await,
        TURNS,
        "{name}"
    );
    assert_eq!(
        number(&look, "SELECT COUNT(*) FROM webhook_message").await,
        TURNS,
        "{name}: nothing is written twice"
    );
    look.close().await.unwrap();
    drop(last);

    let taken = receiver.taken().await;
    assert_eq!(
        i64::try_from(taken.len()).unwrap(),
        TURNS,
        "{name}: nothing is lost"
    );
    let mut bodies: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let mut customers = BTreeSet::new();
    for request in receiver.requests().await {
        let body: serde_json::Value = serde_json::from_str(&request.body).unwrap();
        customers.insert(body["data"]["customer"]["id"].to_string());
        let id = request.header("webhook-id").to_owned();
        bodies.entry(id).or_default().push(request.body);
    }
    assert_eq!(
        i64::try_from(customers.len()).unwrap(),
        TURNS,
        "{name}: each is told of"
    );
    let repeated: Vec<_> = bodies.values().filter(|bodies| bodies.len() > 1).collect();
    assert!(
        repeated.len() >= UNDER_WAY,
        "{name}: what was under way came again"
    );
    assert!(
        repeated.len() <= UNDER_WAY * 3,
        "{name}: {} came again",
        repeated.len()
    );
    for bodies in repeated {
        assert!(
            bodies.windows(2).all(|pair| pair[0] == pair[1]),
            "{name}: the same document"
        );
    }
}

async fn open(url: &str) -> Db {
    Db::connect(&Options::parse(url).unwrap()).await.unwrap()
}

#[tokio::test]
async fn three_kills_lose_nothing_on_sqlite() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("kill.db");
    let url = format!("sqlite:{}", path.display());
    let db = open(&url).await;
    migrations::migrate(db.writer()).await.unwrap();
    let kit = own_kit(db).await;
    survive(kit, url, format!("sqlite://{}?mode=ro", path.display())).await;
}

#[tokio::test]
async fn three_kills_lose_nothing_on_postgres() {
    let test = testkit::postgres().await;
    let url = test.url().to_owned();
    let kit = own_kit(open(&url).await).await;
    survive(kit, url.clone(), url).await;
}
