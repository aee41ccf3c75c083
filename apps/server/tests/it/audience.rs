//! The audience index follows what the writers do: through restarts, kills, broken files, too little memory.
//!
//! Two histories per database in the usual run; `ENISHI_AUDIENCE_HISTORIES=500` for the long form, and
//! `ENISHI_AUDIENCE_SEED` with the printed seed to see a failure again.

pub(crate) mod deeds;
mod friends;

use std::{
    fs,
    hash::{BuildHasher, Hasher, RandomState},
    path::Path,
    sync::Arc,
    time::Duration,
};

use access::Role;
use axum::http::StatusCode;
use index::Digest;
use kernel::{
    feed::Cursor,
    id::Id,
    time::{Clock, DAY},
};
use profiles::changes::Pages;
use segmentation::{At, language};
use serde_json::{Value as Json, json};
use server::audience::{Audience, Begun, Follower, Options, State, Unavailable};
use storage::{feed, sql};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use crate::app::TestApp;
use deeds::Company;

/// Histories per database of the usual run.
const USUAL: u64 = 2;

/// A server's indexes, without the server.
struct Node {
    follower: Arc<Follower>,
    tasks: TaskTracker,
    stopping: CancellationToken,
}

impl Node {
    fn start(app: &TestApp, folder: &Path) -> Self {
        Self::limited(app, folder, usize::MAX)
    }

    fn limited(app: &TestApp, folder: &Path, limit: usize) -> Self {
        let options = Options {
            folder: folder.to_owned(),
            limit,
            save_every: Duration::from_hours(1),
            // Small pages, so that much happens between two of them.
            pages: Pages {
                people: 3,
                events: 4,
            },
        };
        let clock = Arc::new(app.kit.clock.clone());
        let audience = Audience::new(app.kit.db.clone(), clock, options);
        let (tasks, stopping) = (TaskTracker::new(), CancellationToken::new());
        audience.start(&tasks, &stopping);
        Self {
            follower: audience.follow(app.kit.workspace, &tasks, &stopping),
            tasks,
            stopping,
        }
    }

    /// Stops as a server does, which saves.
    async fn stop(self) {
        self.stopping.cancel();
        self.tasks.close();
        self.tasks.wait().await;
    }

    async fn digest(&self, position: Cursor) -> Digest {
        self.follower.wait_for(position).await.unwrap().digest()
    }

    fn begun(&self) -> Option<Begun> {
        self.follower.phase().begun
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "the long form is asked for in the environment"
)]
fn asked(name: &str) -> Option<u64> {
    std::env::var(name).ok()?.parse().ok()
}

fn seed() -> u64 {
    asked("ENISHI_AUDIENCE_SEED").unwrap_or_else(|| RandomState::new().build_hasher().finish())
}

async fn number(app: &TestApp, text: &str) -> i64 {
    sql::number(app.kit.db.reader(), text, []).await.unwrap()
}

/// What an index built from the tables alone says.
async fn built(app: &TestApp, position: Cursor) -> Digest {
    let folder = tempfile::tempdir().unwrap();
    let node = Node::start(app, folder.path());
    let digest = node.digest(position).await;
    assert_eq!(node.begun(), Some(Begun::Tables));
    node.stop().await;
    digest
}

/// The index selects whom SQL selects: fields, typed attributes, consents, events and their properties.
async fn agrees_with_sql(app: &TestApp, node: &Node, position: Cursor, run: &str) {
    let view = node.follower.wait_for(position).await.unwrap();
    let at = At {
        workspace: app.kit.workspace,
        now: app.kit.clock.now(),
        zone: chrono_tz::Asia::Tokyo,
    };
    for root in [
        json!({"all": []}),
        json!({"fact": {"of": {"attribute": "rank"}, "test": {"text": {"equals": "gold"}}}}),
        json!({"fact": {"of": {"attribute": "vip"}, "test": {"boolean": true}}}),
        json!({"fact": {"of": {"attribute": "tags"}, "test": {"list": {"any_of": ["赤"]}}}}),
        json!({"fact": {"of": {"field": "email"}, "test": "exists"}}),
        json!({"fact": {"of": {"field": "is_anonymous"}, "test": {"boolean": false}}}),
        json!({"reachable": {"channel": "email"}}),
        json!({"reachable": {"channel": "line"}}),
        json!({"events": {"names": ["line_message_received"], "test": {"count": {"times": {"at_least": 1}}}}}),
        json!({"events": {"names": ["Product Purchased"], "where": [{"category": {"in": ["食品"]}}], "test": {"count": {"times": {"at_least": 1}}}}}),
        json!({"message": {"kind": "clicked"}}),
    ] {
        let document = language::read(&json!({"version": 1, "root": root}));
        let document = document.unwrap_or_else(|invalid| panic!("{root}: {invalid:?}"));
        let resolved = segmentation::resolve(app.kit.db.reader(), &at, &[&document])
            .await
            .unwrap();
        let rule = segmentation::index::compile(&document, &resolved, &at);
        let found = segmentation::index::members(&view, &rule);
        let expected = segmentation::all_members(app.kit.db.reader(), &at, &document).await;
        let raw = |ids: Vec<_>| -> Vec<i64> { ids.into_iter().map(Id::raw).collect() };
        assert_eq!(raw(found), raw(expected.unwrap()), "{run}: {root}");
    }
}

#[tokio::test]
async fn an_index_that_followed_equals_one_that_was_built_anew() {
    let first = seed();
    for history in 0..asked("ENISHI_AUDIENCE_HISTORIES").unwrap_or(USUAL) {
        let seed = first.wrapping_add(history);
        for test in testkit::both().await {
            let run = format!("ENISHI_AUDIENCE_SEED={seed} on {}", test.name());
            let app = TestApp::new(&test).await;
            let folder = tempfile::tempdir().unwrap();
            let mut company = Company::new(&app, seed);
            let mut node = Node::start(&app, folder.path());
            for part in 0..4 {
                for _ in 0..5 + company.dice.below(15) {
                    company.step().await;
                    // A reader now and then: what it holds is copied before it changes.
                    if company.dice.below(4) == 0 {
                        let _held = node.follower.view();
                    }
                }
                let position = company.position().await;
                let followed = node.digest(position).await;
                assert_eq!(followed, built(&app, position).await, "{run}, part {part}");
                let events = number(&app, "SELECT COUNT(*) FROM event").await;
                assert_eq!(followed.n_events, events.unsigned_abs(), "{run}");
                agrees_with_sql(&app, &node, position, &run).await;
                if company.dice.below(2) == 0 {
                    node.stop().await;
                    node = Node::start(&app, folder.path());
                    node.follower.settled().await;
                    assert_eq!(node.begun(), Some(Begun::Snapshot), "{run}");
                } else {
                    // Killed: an older file, or none, is all that is left.
                    node = Node::start(&app, folder.path());
                }
            }
            let position = company.position().await;
            assert_eq!(
                node.digest(position).await,
                built(&app, position).await,
                "{run}"
            );
        }
    }
}

#[tokio::test]
async fn what_is_written_while_the_tables_are_read_is_not_missed() {
    let seed = seed();
    for test in testkit::both().await {
        let app = TestApp::new(&test).await;
        let mut company = Company::new(&app, seed);
        for _ in 0..30 {
            company.step().await;
        }
        let folder = tempfile::tempdir().unwrap();
        let node = Node::start(&app, folder.path());
        while node.follower.phase().state == State::Building {
            company.step().await;
        }
        let position = company.position().await;
        let run = format!("ENISHI_AUDIENCE_SEED={seed} on {}", test.name());
        assert_eq!(
            node.digest(position).await,
            built(&app, position).await,
            "{run}"
        );
    }
}

#[tokio::test]
async fn a_file_that_does_not_fit_is_replaced_by_a_scan() {
    for test in testkit::both().await {
        let app = TestApp::new(&test).await;
        let folder = tempfile::tempdir().unwrap();
        let mut company = Company::new(&app, 7);
        for _ in 0..20 {
            company.step().await;
        }
        let position = company.position().await;
        let node = Node::start(&app, folder.path());
        let digest = node.digest(position).await;
        node.stop().await;
        let file = folder
            .path()
            .join(format!("{}.index", app.kit.workspace.raw()));
        let proof = file.with_extension("json");
        let (whole, said) = (fs::read(&file).unwrap(), fs::read(&proof).unwrap());

        // Each is started over, found wanting, and leaves a good file behind when it stops.
        let other = String::from_utf8(said.clone()).unwrap().replacen(
            &format!("{}", app.kit.workspace.raw()),
            "1",
            1,
        );
        let mut broken = whole.clone();
        let middle = broken.len() / 2;
        broken[middle] ^= 1;
        for (snapshot, proof_said, what) in [
            (&whole[..whole.len() / 2], said.as_slice(), "cut in half"),
            (&broken[..], said.as_slice(), "one bit is wrong"),
            (&whole[..], other.as_bytes(), "of another database"),
            (&whole[..], &b"{}"[..], "the proof is no proof"),
        ] {
            fs::write(&file, snapshot).unwrap();
            fs::write(&proof, proof_said).unwrap();
            let node = Node::start(&app, folder.path());
            assert_eq!(node.digest(position).await, digest, "{what}");
            assert_eq!(node.begun(), Some(Begun::Tables), "{what}, {}", test.name());
            node.stop().await;
        }
        let node = Node::start(&app, folder.path());
        assert_eq!(node.digest(position).await, digest);
        assert_eq!(node.begun(), Some(Begun::Snapshot), "{}", test.name());
    }
}

#[tokio::test]
async fn who_is_further_behind_than_the_feed_is_kept_builds_anew() {
    for test in testkit::both().await {
        let app = TestApp::new(&test).await;
        let folder = tempfile::tempdir().unwrap();
        let mut company = Company::new(&app, 11);
        for _ in 0..10 {
            company.step().await;
        }
        let node = Node::start(&app, folder.path());
        node.digest(company.position().await).await;
        node.stop().await;
        for _ in 0..10 {
            company.step().await;
        }
        app.kit.clock.advance(8 * DAY);
        let tx = app.kit.db.begin().await.unwrap();
        feed::prune(&tx, app.app.now().plus(-7 * DAY), 10_000)
            .await
            .unwrap();
        tx.commit().await.unwrap();
        assert_eq!(number(&app, "SELECT COUNT(*) FROM feed").await, 0);
        company.step().await;
        let position = company.position().await;
        let node = Node::start(&app, folder.path());
        assert_eq!(
            node.digest(position).await,
            built(&app, position).await,
            "{}",
            test.name()
        );
        assert_eq!(node.begun(), Some(Begun::Tables), "{}", test.name());
    }
}

#[tokio::test]
async fn a_workspace_that_does_not_fit_is_left_to_sql() {
    for test in testkit::both().await {
        let app = TestApp::new(&test).await;
        let mut company = Company::new(&app, 13);
        for _ in 0..20 {
            company.step().await;
        }
        let folder = tempfile::tempdir().unwrap();
        let node = Node::limited(&app, folder.path(), 2_000);
        let phase = node.follower.settled().await;
        assert!(
            matches!(phase.state, State::TooLarge { used } if used > 2_000),
            "{phase:?}"
        );
        assert_eq!(node.follower.view().unwrap_err(), Unavailable::TooLarge);
        let position = company.position().await;
        assert_eq!(
            node.follower.wait_for(position).await.unwrap_err(),
            Unavailable::TooLarge
        );
        assert_eq!(node.follower.counts(), (0, 0), "what did not fit is freed");
        node.stop().await;
    }
}

#[tokio::test]
async fn the_state_of_the_index_is_told_to_who_may_see_segments() {
    for test in testkit::both().await {
        let app = TestApp::new(&test).await;
        let viewer = app.token(Role::Viewer).await;
        let before = app.get("/api/v1/audience", &viewer).await;
        let before = before.expect(StatusCode::OK).json();
        assert_eq!(before["state"], "off", "no worker runs yet");

        let mut company = Company::new(&app, 17);
        for _ in 0..20 {
            company.step().await;
        }
        let (tasks, stopping) = (&app.app.tasks, &app.app.stopping);
        app.app.audience.start(tasks, stopping);
        let follower = app.app.audience.follow(app.kit.workspace, tasks, stopping);
        follower.wait_for(company.position().await).await.unwrap();
        // Hours have passed: a token lasts ten minutes.
        let viewer = app.token(Role::Viewer).await;
        let told: Json = app.get("/api/v1/audience", &viewer).await.json();
        assert_eq!(told["state"], "following", "{told}");
        assert_eq!(told["begun_from"], "tables");
        let people = number(&app, "SELECT COUNT(*) FROM profile WHERE state = 0").await;
        let events = number(&app, "SELECT COUNT(*) FROM event").await;
        assert_eq!(
            (&told["people"], &told["events"]),
            (&json!(people), &json!(events))
        );
        assert_eq!(told["lag_ms"], 0);
        let memory = told["memory"].as_object().unwrap();
        let parts = memory
            .iter()
            .filter(|(part, _)| !matches!(part.as_str(), "total" | "limit"));
        let sum: i64 = parts.map(|(_, bytes)| bytes.as_i64().unwrap()).sum();
        assert_eq!(memory["total"], sum, "{told}");
        app.get("/api/v1/audience", "")
            .await
            .expect(StatusCode::UNAUTHORIZED);
        stopping.cancel();
        tasks.close();
        tasks.wait().await;
    }
}
