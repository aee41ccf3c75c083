//! Lists of people: files in, segments out.

mod unknown;

use access::Role;
use axum::{
    body::Body,
    http::{Method, Request, StatusCode, header},
};
use kernel::id::ProfileId;
use profiles::{Ctx, Source, ingest::body, merge};
use serde_json::{Value as Json, json};
use storage::sql;

use crate::app::{Answer, TestApp};

async fn say(app: &TestApp, messages: Json) {
    let body = body::read(json!({ "batch": messages }).to_string().as_bytes(), None).unwrap();
    let ingest = &app.app.ingest;
    let verdicts = ingest.submit(app.kit.workspace, Source::Server, body).await;
    verdicts.unwrap();
}

/// Customers u1 to u5 with addresses.
async fn people(app: &TestApp) {
    let one = |n| {
        let email = format!("p{n}@example.jp");
        json!({"type": "identify", "userId": format!("u{n}"), "traits": {"email": email, "name": format!("客{n}")}})
    };
    say(app, (1..=5).map(one).collect()).await;
}

async fn send(app: &TestApp, token: &str, path: &str, file: &[u8]) -> Answer {
    let head =
        "--x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"名簿.csv\"\r\n\r\n";
    let body = [head.as_bytes(), file, b"\r\n--x--\r\n"].concat();
    let request = Request::builder()
        .method(Method::POST)
        .uri(path)
        .header(header::AUTHORIZATION, format!("Bearer {token}"))
        .header(header::CONTENT_TYPE, "multipart/form-data; boundary=x")
        .body(Body::from(body))
        .unwrap();
    app.send(request).await
}

/// A list, and what can be done with it.
struct List<'a> {
    app: &'a TestApp,
    token: &'a str,
    id: String,
}

impl<'a> List<'a> {
    async fn new(app: &'a TestApp, token: &'a str) -> Self {
        let made = app
            .post("/api/v1/lists", token, json!({"name": "夏の招待"}))
            .await;
        let made = made.expect(StatusCode::CREATED).json();
        Self {
            app,
            token,
            id: made["id"].as_str().unwrap().to_owned(),
        }
    }

    fn path(&self, rest: &str) -> String {
        format!("/api/v1/lists/{}{rest}", self.id)
    }

    async fn upload(&self, mode: &str, file: &[u8]) -> Json {
        let path = self.path(&format!("/upload?mode={mode}"));
        let done = send(self.app, self.token, &path, file).await;
        done.expect(StatusCode::OK).json()
    }

    /// The customer numbers on it, page by page.
    async fn members(&self) -> Vec<String> {
        let (mut found, mut after) = (Vec::new(), String::new());
        loop {
            let path = self.path(&format!("/members?limit=2{after}"));
            let page = self.app.get(&path, self.token).await;
            let page = page.expect(StatusCode::OK).json();
            for one in page["items"].as_array().unwrap() {
                found.push(one["external_id"].as_str().unwrap_or("?").to_owned());
            }
            match page["next"].as_str() {
                Some(next) => after = format!("&after={next}"),
                None => break,
            }
        }
        found.sort();
        found
    }

    fn rule(&self) -> Json {
        json!({"version": 2, "root": {"all": [{"list": {"id": self.id}}]}})
    }

    /// How many a segment finds who asks for it, and its sentence.
    async fn count(&self) -> (i64, String) {
        let body = json!({"document": self.rule(), "position": "newest"});
        let found = self
            .app
            .post("/api/v1/segments/preview", self.token, body)
            .await;
        let found = found.expect(StatusCode::OK).json();
        let sentence = found["sentence"]["ja"].as_str().unwrap().to_owned();
        (found["total"].as_i64().unwrap(), sentence)
    }
}

fn numbers(report: &Json) -> [u64; 6] {
    [
        "n_lines",
        "n_found",
        "n_duplicates",
        "n_unknown",
        "n_added",
        "n_removed",
    ]
    .map(|name| report[name].as_u64().unwrap())
}

#[tokio::test]
async fn a_file_is_added_to_a_list_taken_from_it_and_put_in_its_place() {
    for test in testkit::both().await {
        let app = TestApp::new(&test).await;
        people(&app).await;
        let token = app.token(Role::Owner).await;
        let list = List::new(&app, &token).await;
        assert_eq!(
            list.count().await,
            (0, "リスト「夏の招待」に載っている人".to_owned())
        );
        // Somebody twice under two names, somebody unknown, and nothing at all.
        let file = "u1\r\n\r\nＰ２@example.jp\nu2\nghost\n  \nnull\n";
        let report = list.upload("add", file.as_bytes()).await;
        assert_eq!(numbers(&report), [5, 2, 1, 2, 2, 0], "{report}");
        let unknown = json!([{"line": 5, "text": "ghost"}, {"line": 7, "text": "null"}]);
        assert_eq!(report["unknown"], unknown);
        assert_eq!(report["list"]["n_people"], 2);
        assert_eq!(list.members().await, ["u1", "u2"]);
        assert_eq!(list.count().await.0, 2);
        // 氏名,会員番号 and three names, as Excel writes them.
        let sjis = b"\x8E\x81\x96\xBC,\x89\xEF\x88\xF5\x94\xD4\x8D\x86\n\xEE\xE0\x8B\xB4,u3\n\x8ER\x93c,u4\n\x8D\xB2\x93\xA1,u1\n";
        let report = list.upload("add", sjis).await;
        assert_eq!(numbers(&report), [3, 3, 0, 0, 2, 0], "{report}");
        assert_eq!(list.members().await, ["u1", "u2", "u3", "u4"]);
        let report = list
            .upload("take", b"email\np3@example.jp\np5@example.jp\n")
            .await;
        assert_eq!(numbers(&report), [2, 2, 0, 0, 0, 1], "{report}");
        let report = list.upload("replace", b"u5\nu1\n").await;
        assert_eq!(numbers(&report), [2, 2, 0, 0, 1, 2], "{report}");
        assert_eq!(list.members().await, ["u1", "u5"]);
        // Back again after having been taken off, and a number that is seen everywhere.
        let report = list.upload("add", b"u2").await;
        assert_eq!(numbers(&report), [1, 1, 0, 0, 1, 0], "{report}");
        assert_eq!(list.count().await.0, 3);
        let found = app.get(&list.path(""), &token).await.json();
        assert_eq!(
            (&found["n_people"], &found["uploads"]),
            (&json!(3), &json!(5))
        );
    }
}

#[tokio::test]
async fn what_broke_off_is_seen_by_nobody_and_cleared_by_the_next() {
    for test in testkit::both().await {
        let app = TestApp::new(&test).await;
        people(&app).await;
        let token = app.token(Role::Owner).await;
        let list = List::new(&app, &token).await;
        list.upload("add", b"u1\nu2\n").await;
        // A kill in the midst of the second upload: u3 had come, u1 had gone, the list is still claimed.
        let tx = app.kit.db.begin().await.unwrap();
        for text in [
            "INSERT INTO people_list_member (workspace_id, list_id, profile_id, added, added_at)
             SELECT p.workspace_id, l.id, p.id, 2, 0 FROM profile p CROSS JOIN people_list l WHERE p.external_id = 'u3'",
            "UPDATE people_list_member SET removed = 2 WHERE profile_id IN (SELECT id FROM profile WHERE external_id = 'u1')",
        ] {
            sql::exec(&tx, text, []).await.unwrap();
        }
        let until = app.app.now().plus(60_000).0;
        let claim = "UPDATE people_list SET busy_until = $1";
        sql::exec(&tx, claim, [until.into()]).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(list.members().await, ["u1", "u2"]);
        assert_eq!(list.count().await.0, 2);
        let path = list.path("/upload?mode=add");
        let busy = send(&app, &token, &path, b"u4")
            .await
            .expect(StatusCode::CONFLICT);
        assert!(busy.json()["type"].as_str().unwrap().ends_with("list-busy"));
        let gone = app.delete(&list.path(""), &token).await;
        gone.expect(StatusCode::CONFLICT);
        app.kit.clock.advance(60_001);
        list.upload("add", b"u4").await;
        assert_eq!(list.members().await, ["u1", "u2", "u4"]);
        let path = list.path("/upload?mode=replace");
        // No line names anybody: an empty list would be no list.
        let empty = send(&app, &token, &path, b"ghost").await;
        let empty = empty.expect(StatusCode::UNPROCESSABLE_ENTITY).json();
        assert_eq!(empty["errors"][0]["code"], "nobody");
        for (file, slug) in [
            (&b""[..], "unreadable-file"),
            (&[0u8, 1, 2, 3, 4, 5, 6, 7][..], "unreadable-file"),
        ] {
            let refused = send(&app, &token, &path, file).await;
            let refused = refused.expect(StatusCode::UNPROCESSABLE_ENTITY).json();
            assert!(
                refused["type"].as_str().unwrap().ends_with(slug),
                "{refused}"
            );
        }
        // None of them left the list claimed, nor a file behind.
        assert_eq!(list.upload("add", b"u5").await["list"]["n_people"], 4);
        let folder = app.app.config.server.data_dir.join("lists");
        assert_eq!(std::fs::read_dir(folder).unwrap().count(), 0);
    }
}

#[tokio::test]
async fn who_may_do_what_and_what_is_wrong_with_it() {
    for test in testkit::both().await {
        let app = TestApp::new(&test).await;
        people(&app).await;
        let token = app.token(Role::Owner).await;
        let list = List::new(&app, &token).await;
        let viewer = app.token(Role::Viewer).await;
        app.get(&list.path(""), &viewer)
            .await
            .expect(StatusCode::OK);
        let refused = app
            .post("/api/v1/lists", &viewer, json!({"name": "x"}))
            .await;
        refused.expect(StatusCode::FORBIDDEN);
        let path = list.path("/upload?mode=add");
        send(&app, &viewer, &path, b"u1")
            .await
            .expect(StatusCode::FORBIDDEN);
        for (body, pointer) in [
            (json!({"name": " "}), "/name"),
            (json!({"name": "あ".repeat(121)}), "/name"),
            (
                json!({"name": "x", "description": "👨‍👩‍👧".repeat(1_000)}),
                "/description",
            ),
        ] {
            let wrong = app
                .call(Method::PUT, &list.path(""), &token, Some(body))
                .await;
            let wrong = wrong.expect(StatusCode::UNPROCESSABLE_ENTITY).json();
            assert_eq!(wrong["errors"][0]["pointer"], pointer);
        }
        let wrong = send(&app, &token, &list.path("/upload?mode=clear"), b"u1").await;
        let wrong = wrong.expect(StatusCode::UNPROCESSABLE_ENTITY).json();
        assert_eq!(wrong["errors"][0]["pointer"], "/mode");
        let named = json!({"name": "秋の招待", "description": "店頭で"});
        let saved = app
            .call(Method::PUT, &list.path(""), &token, Some(named))
            .await;
        assert_eq!(saved.expect(StatusCode::OK).json()["name"], "秋の招待");
        let all = app.get("/api/v1/lists", &viewer).await.json();
        assert_eq!(all["items"][0]["name"], "秋の招待");
        // A segment that asks for it holds it.
        let body = json!({"name": "招待", "document": list.rule()});
        let segment = app.post("/api/v1/segments", &token, body).await;
        let segment = segment.expect(StatusCode::CREATED).json();
        assert_eq!(
            segment["sentence"]["en"],
            "people who are on the list “秋の招待”"
        );
        let held = app
            .delete(&list.path(""), &token)
            .await
            .expect(StatusCode::CONFLICT);
        assert!(held.json()["type"].as_str().unwrap().ends_with("in-use"));
        let path = format!("/api/v1/segments/{}", segment["id"].as_str().unwrap());
        app.delete(&path, &token)
            .await
            .expect(StatusCode::NO_CONTENT);
        list.upload("add", b"u1\nu2").await;
        app.delete(&list.path(""), &token)
            .await
            .expect(StatusCode::NO_CONTENT);
        app.get(&list.path(""), &token)
            .await
            .expect(StatusCode::NOT_FOUND);
        let body = json!({"document": list.rule()});
        let unknown = app.post("/api/v1/segments/preview", &token, body).await;
        let unknown = unknown.expect(StatusCode::UNPROCESSABLE_ENTITY).json();
        assert_eq!(
            unknown["errors"][0]["pointer"],
            "/document/root/all/0/list/id"
        );
        let left = sql::number(
            app.kit.db.reader(),
            "SELECT COUNT(*) FROM people_list_member",
            [],
        );
        assert_eq!(left.await.unwrap(), 0);
    }
}

async fn person(app: &TestApp, user: &str) -> ProfileId {
    let text = "SELECT id FROM profile WHERE external_id = $1";
    let id = sql::number(app.kit.db.reader(), text, [user.into()]).await;
    ProfileId::from_raw(id.unwrap())
}

#[tokio::test]
async fn a_merge_takes_the_place_on_a_list_along_and_its_undoing_gives_it_back() {
    for test in testkit::both().await {
        let app = TestApp::new(&test).await;
        people(&app).await;
        say(&app, json!([{"type": "identify", "traits": {"email": "web@example.jp"}, "anonymousId": "a9"}])).await;
        let token = app.token(Role::Owner).await;
        let list = List::new(&app, &token).await;
        list.upload("add", b"web@example.jp\nu2\n").await;
        assert_eq!(list.members().await, ["?", "u2"]);
        // The visitor turns out to be u1.
        say(
            &app,
            json!([{"type": "identify", "userId": "u1", "traits": {"email": "web@example.jp"}}]),
        )
        .await;
        let merged = sql::number(
            app.kit.db.reader(),
            "SELECT COUNT(*) FROM profile WHERE state = 1",
            [],
        );
        assert_eq!(merged.await.unwrap(), 1, "{}", test.name());
        assert_eq!(list.members().await, ["u1", "u2"]);
        assert_eq!(list.count().await.0, 2);
        let u1 = person(&app, "u1").await.to_string();
        let body = json!({"document": list.rule(), "profile": u1});
        let why = app.post("/api/v1/segments/explain", &token, body).await;
        let why = why.expect(StatusCode::OK).json();
        assert!(why["clauses"][1]["listed_at"].is_string(), "{why}");
        // By her old address she is meant, and put where she will be found when they are parted.
        assert_eq!(
            numbers(&list.upload("add", b"web@example.jp\nu1\n").await),
            [2, 1, 1, 0, 0, 0]
        );
        list.upload("take", b"u1\n").await;
        assert_eq!(list.members().await, ["u2"]);
        list.upload("add", b"web@example.jp\n").await;
        assert_eq!(list.members().await, ["u1", "u2"]);
        let merge_id = sql::number(app.kit.db.reader(), "SELECT MAX(id) FROM merge_log", []);
        let merge_id = merge_id.await.unwrap();
        let tx = app.kit.db.begin().await.unwrap();
        let ctx = Ctx {
            tx: &tx,
            workspace: app.kit.workspace,
            now: app.app.now(),
            ids: &*app.kit.ids,
        };
        merge::undo(ctx, merge_id).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(list.members().await, ["?", "u2"], "{}", test.name());
        assert_eq!(list.count().await.0, 2);
    }
}
