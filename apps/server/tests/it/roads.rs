//! Questions about segments by both roads: the audience index and SQL say the same, and each answer says who gave it.

use std::sync::Arc;

use access::Role;
use axum::http::{Method, StatusCode};
use kernel::{
    feed::{Change, ChangeKind},
    id::{ProfileId, WorkspaceId},
};
use profiles::{Source, ingest::body};
use serde_json::{Value as Json, json};
use server::audience::{Follower, State};
use storage::{feed, sql};
use testkit::Kit;

use crate::{app::TestApp, audience::deeds::Company};

const SEED: u64 = 20_261_128;
const OTHER: i64 = 700_000_000_000_000_002;

fn document(root: &Json) -> Json {
    json!({"version": 1, "root": root})
}

/// Rules of every kind of condition, with words that nobody has ever used.
fn roots() -> Vec<Json> {
    vec![
        json!({"all": []}),
        json!({"fact": {"of": {"attribute": "rank"}, "test": {"text": {"not_equals": "gold"}}}}),
        json!({"fact": {"of": {"attribute": "rank"}, "test": {"text": {"contains": "ｇｏ"}}, "fold": "japanese"}}),
        json!({"all": [
            {"fact": {"of": {"field": "email"}, "test": "exists"}},
            {"not": {"events": {"names": ["Order Completed"], "within": {"last": {"days": 14}}, "test": {"count": {"times": {"at_least": 1}}}}}},
            {"any": [{"reachable": {"channel": "email"}}, {"reachable": {"channel": "line"}}, {"fact": {"of": {"attribute": "tags"}, "test": {"list": {"any_of": ["赤"]}}}}]},
        ]}),
        json!({"events": {"names": ["Product Purchased", "Own 1", "🦀"], "where": [{"category": {"in": ["食品", "ない"]}}], "test": "never"}}),
        json!({"not": {"consent": {"channel": "email", "purpose": "marketing", "state": "none"}}}),
    ]
}

async fn company(app: &TestApp, steps: usize) {
    let mut company = Company::new(app, SEED);
    for _ in 0..steps {
        company.step().await;
    }
}

async fn say(app: &TestApp, workspace: WorkspaceId, messages: Json) {
    let body = body::read(json!({ "batch": messages }).to_string().as_bytes(), None).unwrap();
    let ingest = &app.app.ingest;
    let verdicts = ingest.submit(workspace, Source::Server, body).await;
    assert!(!verdicts.unwrap().is_empty());
}

/// Starts the indexes of the server and waits until one workspace's has everything.
async fn index(app: &TestApp, workspace: WorkspaceId) -> Arc<Follower> {
    let (tasks, stopping) = (&app.app.tasks, &app.app.stopping);
    app.app.audience.start(tasks, stopping);
    let follower = app.app.audience.follow(workspace, tasks, stopping);
    let newest = feed::newest(app.kit.db.reader()).await.unwrap();
    follower.wait_for(newest).await.unwrap();
    follower
}

async fn preview(app: &TestApp, token: &str, root: &Json, position: Option<&str>) -> Json {
    let mut body = json!({"document": document(root)});
    if let Some(position) = position {
        body["position"] = json!(position);
    }
    let answer = app.post("/api/v1/segments/preview", token, body).await;
    answer.expect(StatusCode::OK).json()
}

fn without_source(mut answer: Json) -> Json {
    let members = answer.as_object_mut().unwrap();
    members.remove("took_ms");
    assert!(members.remove("source").is_some(), "who answered is told");
    answer
}

/// Asks everything that can be asked; each answer must come by one road.
async fn everything(app: &TestApp, segments: &[Json], campaign: &str, road: &str) -> Vec<Json> {
    // Steps of the company take hours: a token lasts ten minutes.
    let token = app.token(Role::Owner).await;
    let mut answers = Vec::new();
    let mut keep = |answer: Json| {
        assert_eq!(answer["source"]["answered_by"], road, "{answer}");
        answers.push(without_source(answer));
    };
    let ask = async |path: &str, body: Json| {
        let answer = app.post(path, &token, body).await;
        answer.expect(StatusCode::OK).json()
    };
    for segment in segments {
        let rule = &segment["document"];
        keep(ask("/api/v1/segments/preview", json!({"document": rule})).await);
        for seed in [0, 1, 7, u32::MAX] {
            let body = json!({"document": rule, "seed": seed});
            keep(ask("/api/v1/segments/examples", body).await);
        }
        let other = &segments[0]["document"];
        let far = &segments[segments.len() - 1]["document"];
        for documents in [json!([rule, other]), json!([rule, other, far, rule])] {
            let body = json!({ "documents": documents });
            keep(ask("/api/v1/segments/overlap", body).await);
        }
        let members = format!(
            "/api/v1/segments/{}/members?limit=3",
            segment["id"].as_str().unwrap()
        );
        let mut next = Some(String::new());
        while let Some(after) = next {
            let page = app.get(&format!("{members}{after}"), &token).await;
            let page = page.expect(StatusCode::OK).json();
            next = page["next"].as_str().map(|next| format!("&after={next}"));
            keep(page);
        }
    }
    let review = app.get(&format!("{campaign}/review"), &token).await;
    keep(review.expect(StatusCode::OK).json());
    let people = format!("{campaign}/people?behind=sendable");
    let people = app.get(&people, &token).await;
    answers.push(people.expect(StatusCode::OK).json());
    answers
}

async fn save(app: &TestApp) -> (Vec<Json>, String) {
    let token = app.token(Role::Owner).await;
    let mut saved: Vec<Json> = Vec::new();
    for root in roots() {
        let body = json!({"name": "試し", "document": document(&root)});
        let answer = app.post("/api/v1/segments", &token, body).await;
        saved.push(answer.expect(StatusCode::CREATED).json());
    }
    let inner = json!({"not": {"segment": {"id": saved[3]["id"]}}});
    let body = json!({"name": "ほかを指す", "document": document(&inner)});
    let answer = app.post("/api/v1/segments", &token, body).await;
    saved.push(answer.expect(StatusCode::CREATED).json());
    let made = app.post("/api/v1/campaigns", &token, json!({"name": "便り"}));
    let made = made.await.expect(StatusCode::CREATED).json();
    let path = format!("/api/v1/campaigns/{}", made["id"].as_str().unwrap());
    let target = json!({"include": [saved[1]["id"], saved[6]["id"]], "exclude": [saved[2]["id"]]});
    let cards = json!({"version": 1, "target": target, "timing": {"kind": "now"}});
    let body = json!({"version": made["version"], "name": "便り", "document": cards});
    let changed = app.call(Method::PUT, &path, &token, Some(body)).await;
    changed.expect(StatusCode::OK);
    (saved, path)
}

#[tokio::test]
async fn both_roads_give_the_same_answers() {
    for test in testkit::both().await {
        let app = TestApp::new(&test).await;
        company(&app, 80).await;
        let (segments, campaign) = save(&app).await;
        let by_sql = everything(&app, &segments, &campaign, "sql").await;
        let everybody = by_sql[0]["total"].as_i64().unwrap();
        assert!(everybody > 5, "{everybody} people tell too little");
        index(&app, app.kit.workspace).await;
        let by_index = everything(&app, &segments, &campaign, "index").await;
        assert_eq!(by_sql.len(), by_index.len());
        for (sql, index) in by_sql.iter().zip(&by_index) {
            assert_eq!(sql, index, "{}", test.name());
        }
        // Once more, from the answers that were kept.
        assert_eq!(
            everything(&app, &segments, &campaign, "index").await,
            by_index
        );
    }
}

#[tokio::test]
async fn sql_answers_while_the_index_is_built_and_where_there_is_none() {
    for test in testkit::both().await {
        let app = TestApp::new(&test).await;
        company(&app, 30).await;
        let token = app.token(Role::Viewer).await;
        let rule = &roots()[1];
        let off = preview(&app, &token, rule, Some("newest")).await;
        assert_eq!(
            off["source"]["reason"], "off",
            "no worker runs yet: {}",
            off["source"]
        );
        assert_eq!(off["source"]["stale"], false);

        // The tables cannot be read: building is tried again and again.
        let rename = async |from: &str, to: &str| {
            let text = format!("ALTER TABLE {from} RENAME TO {to}");
            sql::exec(app.kit.db.writer(), text, []).await.unwrap();
        };
        rename("term", "term_away").await;
        let (tasks, stopping) = (&app.app.tasks, &app.app.stopping);
        app.app.audience.start(tasks, stopping);
        let follower = app.app.audience.follow(app.kit.workspace, tasks, stopping);
        let building = preview(&app, &token, rule, Some("newest")).await;
        assert_eq!(building["source"]["answered_by"], "sql");
        assert_eq!(
            building["source"]["reason"], "building",
            "{}",
            building["source"]
        );
        let (without, with) = (without_source(off), without_source(building));
        assert_eq!(without, with, "{}", test.name());
        rename("term_away", "term").await;
        assert_eq!(follower.settled().await.state, State::Following);
        let indexed = preview(&app, &token, rule, Some("newest")).await;
        assert_eq!(indexed["source"]["answered_by"], "index");
        assert_eq!(without_source(indexed), with, "{}", test.name());

        // One that was added since is not indexed yet.
        let other = WorkspaceId::from_raw(OTHER);
        app.kit.add_workspace(other, "よその店").await;
        let stranger = app.token_in(other, Role::Owner).await;
        let young = preview(&app, &stranger, rule, None).await;
        assert_eq!(young["source"]["reason"], "building");
        assert_eq!(young["everybody"], 0);
        let state = app.get("/api/v1/audience", &stranger).await;
        assert_eq!(
            state.expect(StatusCode::OK).json()["state"],
            "building",
            "not off"
        );

        stopping.cancel();
        tasks.close();
        tasks.wait().await;
        let stopped = preview(&app, &token, rule, None).await;
        assert_eq!(stopped["source"]["reason"], "stopped");
        assert_eq!(without_source(stopped), with, "{}", test.name());
    }
}

#[tokio::test]
async fn sql_answers_for_a_workspace_that_does_not_fit() {
    for test in testkit::both().await {
        let app = TestApp::with(Kit::new(&test).await, |config| {
            config.audience.memory_limit_mb = 0;
        });
        company(&app, 20).await;
        let (tasks, stopping) = (&app.app.tasks, &app.app.stopping);
        app.app.audience.start(tasks, stopping);
        let follower = app.app.audience.follow(app.kit.workspace, tasks, stopping);
        follower.settled().await;
        let token = app.token(Role::Viewer).await;
        let told = preview(&app, &token, &json!({"all": []}), Some("newest")).await;
        assert_eq!(
            told["source"]["reason"],
            "too_large",
            "{}: {}",
            test.name(),
            told["source"]
        );
        let people = "SELECT COUNT(*) FROM profile WHERE state = 0";
        let people = sql::number(app.kit.db.reader(), people, []).await.unwrap();
        assert_eq!(told["total"], people);
    }
}

#[tokio::test]
async fn who_just_wrote_sees_it() {
    for test in testkit::both().await {
        let app = TestApp::new(&test).await;
        index(&app, app.kit.workspace).await;
        let token = app.token(Role::Owner).await;
        let mut last = String::new();
        for n in 1..=20 {
            let user = format!("u{n}");
            say(
                &app,
                app.kit.workspace,
                json!([{"type": "identify", "userId": user, "traits": {"rank": "gold"}}]),
            )
            .await;
            let gold = json!({"fact": {"of": {"attribute": "rank"}, "test": {"text": {"equals": "gold"}}}});
            let told = preview(&app, &token, &gold, Some("newest")).await;
            assert_eq!(told["total"], n, "{}", test.name());
            let source = &told["source"];
            assert_eq!(
                (&source["answered_by"], &source["stale"]),
                (&json!("index"), &json!(false))
            );
            // What an answer has seen, the next one has seen too.
            source["position"].as_str().unwrap().clone_into(&mut last);
            let again = preview(&app, &token, &gold, Some(&last)).await;
            assert_eq!(
                (&again["total"], &again["source"]["stale"]),
                (&json!(n), &json!(false))
            );
        }
        // A position that never comes: a second, then the answer as it is, marked.
        let future = format!("{}.1", i64::MAX);
        let told = preview(&app, &token, &json!({"all": []}), Some(&future)).await;
        assert_eq!(
            told["source"],
            json!({"answered_by": "index", "position": last, "stale": true})
        );
        assert_eq!(told["total"], 20);
    }
}

#[tokio::test]
async fn a_position_that_is_none_is_pointed_at() {
    let test = testkit::sqlite().await;
    let app = TestApp::new(&test).await;
    let token = app.token(Role::Owner).await;
    let rule = document(&json!({"all": []}));
    let body = json!({"name": "みんな", "document": rule});
    let saved = app.post("/api/v1/segments", &token, body).await.json();
    let asked = |body: Json| {
        let (app, token) = (&app, &token);
        async move {
            let mut answers = Vec::new();
            for path in ["preview", "examples"] {
                let mut body = body.clone();
                body["document"] = document(&json!({"all": []}));
                let path = format!("/api/v1/segments/{path}");
                answers.push(app.post(&path, token, body).await);
            }
            let mut body = body;
            let everybody = document(&json!({"all": []}));
            body["documents"] = json!([everybody, everybody]);
            answers.push(app.post("/api/v1/segments/overlap", token, body).await);
            answers
        }
    };
    for wrong in ["", "1", "-1.2", "１.２", "Newest", "🦀"] {
        for answer in asked(json!({"position": wrong})).await {
            let problem = answer.expect(StatusCode::UNPROCESSABLE_ENTITY).json();
            assert_eq!(problem["errors"][0]["pointer"], "/position", "{wrong}");
        }
    }
    for answer in asked(json!({"position": 12})).await {
        let problem = answer.expect(StatusCode::UNPROCESSABLE_ENTITY).json();
        assert_eq!(problem["errors"][0]["pointer"], "/position");
    }
    let id = saved["id"].as_str().unwrap();
    let path = format!("/api/v1/segments/{id}/members?position=1.2.3");
    let problem = app.get(&path, &token).await;
    let problem = problem.expect(StatusCode::UNPROCESSABLE_ENTITY).json();
    assert_eq!(problem["errors"][0]["pointer"], "/position");
}

#[tokio::test]
async fn the_index_of_another_workspace_never_answers() {
    for test in testkit::both().await {
        let app = TestApp::new(&test).await;
        let other = WorkspaceId::from_raw(OTHER);
        app.kit.add_workspace(other, "よその店").await;
        let gold = |user: &str| json!({"type": "identify", "userId": user, "traits": {"name": user, "rank": "gold"}});
        say(
            &app,
            app.kit.workspace,
            json!([gold("u1"), gold("u2"), gold("u3")]),
        )
        .await;
        say(&app, other, json!([gold("よそ")])).await;
        index(&app, app.kit.workspace).await;
        index(&app, other).await;
        let rule =
            json!({"fact": {"of": {"attribute": "rank"}, "test": {"text": {"equals": "gold"}}}});
        for (workspace, n) in [(app.kit.workspace, 3), (other, 1), (app.kit.workspace, 3)] {
            let token = app.token_in(workspace, Role::Owner).await;
            let told = preview(&app, &token, &rule, Some("newest")).await;
            assert_eq!(told["source"]["answered_by"], "index");
            assert_eq!(
                (&told["total"], &told["everybody"]),
                (&json!(n), &json!(n)),
                "{}",
                test.name()
            );
            let body = json!({"document": document(&rule)});
            let shown = app.post("/api/v1/segments/examples", &token, body).await;
            let shown = shown.json();
            let names = shown["items"].as_array().unwrap().iter();
            let strangers = names.filter(|person| person["name"] == "よそ").count();
            assert_eq!(strangers, usize::from(workspace == other), "{shown}");
        }
    }
}

#[tokio::test]
async fn who_was_merged_or_erased_is_in_no_answer() {
    for test in testkit::both().await {
        let app = TestApp::new(&test).await;
        let identify = |user: &str| json!({"type": "identify", "userId": user, "traits": {"name": user, "rank": "gold"}});
        let workspace = app.kit.workspace;
        let all = (1..=5).map(|n| identify(&format!("u{n}")));
        say(&app, workspace, Json::Array(all.collect())).await;
        index(&app, workspace).await;
        let token = app.token(Role::Owner).await;
        let rule =
            json!({"fact": {"of": {"attribute": "rank"}, "test": {"text": {"equals": "gold"}}}});
        let names = async || {
            let body = json!({"document": document(&rule), "position": "newest"});
            let shown = app.post("/api/v1/segments/examples", &token, body).await;
            let shown = shown.expect(StatusCode::OK).json();
            assert_eq!(shown["source"]["answered_by"], "index");
            let people = shown["items"].as_array().unwrap().iter();
            let names = people.map(|person| person["name"].as_str().unwrap().to_owned());
            let mut names: Vec<String> = names.collect();
            names.sort();
            let counted = preview(&app, &token, &rule, Some("newest")).await;
            let n = json!(names.len());
            assert_eq!(
                (&counted["total"], &counted["everybody"]),
                (&n, &n),
                "{names:?}"
            );
            names
        };
        assert_eq!(names().await.len(), 5, "{}", test.name());
        // Two of them turn out to be one.
        say(
            &app,
            workspace,
            json!([{"type": "alias", "userId": "u1", "previousId": "u2"}]),
        )
        .await;
        assert_eq!(names().await.len(), 4, "{}", test.name());

        let text = "SELECT profile_id FROM identity WHERE value = $1 AND kind = 1";
        let gone = sql::number(app.kit.db.reader(), text, ["u3".into()]).await;
        let gone = gone.unwrap();
        let tx = app.kit.db.begin().await.unwrap();
        let erase = "UPDATE profile SET state = 2 WHERE workspace_id = $1 AND id = $2";
        sql::exec(&tx, erase, [workspace.raw().into(), gone.into()])
            .await
            .unwrap();
        let row = Change::of(workspace, ProfileId::from_raw(gone), ChangeKind::Erase);
        feed::append(&tx, app.app.now(), &[row]).await.unwrap();
        tx.commit().await.unwrap();
        let left = names().await;
        assert_eq!(left.len(), 3, "{}", test.name());
        assert!(!left.contains(&"u3".to_owned()), "{left:?}");
    }
}
