//! The tracking API: what it accepts, and the stock SDKs run for real against it.

use std::{
    io::Write,
    path::{Path, PathBuf},
    process::Stdio,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

use access::key::{Power, create_write_key, revoke_write_key};
use axum::{
    body::Body,
    extract::Request,
    http::{Method, StatusCode, header},
    middleware::{self, Next},
    response::IntoResponse,
};
use base64::{Engine, engine::general_purpose::STANDARD};
use kernel::id::WriteKeyId;
use serde_json::json;
use storage::sql;
use testkit::TestDb;

use crate::app::{Answer, TestApp};

struct Tracking {
    app: TestApp,
    server_key: String,
    browser_key: String,
}

impl Tracking {
    async fn new(test: &TestDb) -> Self {
        let app = TestApp::new(test).await;
        let server_key = key(&app, 1, Power::Server).await;
        let browser_key = key(&app, 2, Power::Browser).await;
        Self {
            app,
            server_key,
            browser_key,
        }
    }

    async fn post(
        &self,
        path: &str,
        headers: &[(header::HeaderName, &str)],
        body: impl Into<Body>,
    ) -> Answer {
        let mut request = Request::builder().method(Method::POST).uri(path);
        for (name, value) in headers {
            request = request.header(name, *value);
        }
        self.app.send(request.body(body.into()).unwrap()).await
    }

    async fn number(&self, text: &str) -> i64 {
        sql::number(self.app.kit.db.reader(), text, [])
            .await
            .unwrap()
    }
}

async fn key(app: &TestApp, id: i64, power: Power) -> String {
    let tx = app.kit.db.begin().await.unwrap();
    let id = WriteKeyId::from_raw(id);
    let key = create_write_key(&tx, id, app.kit.workspace, "test", power, app.app.now())
        .await
        .unwrap();
    tx.commit().await.unwrap();
    key
}

fn basic(key: &str) -> String {
    format!("Basic {}", STANDARD.encode(format!("{key}:")))
}

fn gzip(text: &str) -> Vec<u8> {
    let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    packer.write_all(text.as_bytes()).unwrap();
    packer.finish().unwrap()
}

#[tokio::test]
async fn a_call_is_taken_however_an_sdk_sends_it() {
    for test in testkit::both().await {
        let track = Tracking::new(&test).await;
        let authorization = basic(&track.server_key);
        let header_key = (header::AUTHORIZATION, authorization.as_str());
        let plain = (header::CONTENT_TYPE, "text/plain");
        for (path, event) in [("/v1/track", "A"), ("/v1/t", "B")] {
            let body = json!({"event": event, "userId": "u1", "messageId": path}).to_string();
            track
                .post(path, &[header_key.clone(), plain.clone()], body)
                .await
                .expect(StatusCode::OK);
        }
        for path in [
            "/v1/page",
            "/v1/p",
            "/v1/screen",
            "/v1/s",
            "/v1/identify",
            "/v1/i",
        ] {
            let body = json!({"anonymousId": "a1", "userId": "u1", "writeKey": track.browser_key})
                .to_string();
            track
                .post(path, std::slice::from_ref(&plain), body)
                .await
                .expect(StatusCode::OK);
        }
        let group =
            json!({"userId": "u1", "groupId": "g", "writeKey": track.server_key}).to_string();
        track
            .post("/v1/g", &[], group.clone())
            .await
            .expect(StatusCode::OK);
        track
            .post("/v1/group", &[], group)
            .await
            .expect(StatusCode::OK);
        let alias =
            json!({"userId": "u1", "previousId": "a9", "writeKey": track.server_key}).to_string();
        track
            .post("/v1/alias", &[], alias.clone())
            .await
            .expect(StatusCode::OK);
        track.post("/v1/a", &[], alias).await.expect(StatusCode::OK);
        let batch = json!({"batch": [{"type": "track", "event": "C", "userId": "u1"}, {"type": "nonsense"}]}).to_string();
        for path in ["/v1/batch", "/v1/b", "/v1/import"] {
            let packed = [
                header_key.clone(),
                (header::CONTENT_ENCODING, "gzip"),
                (header::CONTENT_TYPE, "application/x-www-form-urlencoded"),
            ];
            let answer = track
                .post(path, &packed, gzip(&batch))
                .await
                .expect(StatusCode::OK);
            assert_eq!(answer.json()["success"], true);
        }
        assert_eq!(
            track.number("SELECT COUNT(*) FROM event").await,
            11,
            "{}",
            test.name()
        );
        assert_eq!(
            track
                .number("SELECT COUNT(*) FROM profile WHERE state = 0")
                .await,
            1
        );
        assert_eq!(track.number("SELECT COUNT(*) FROM quarantine").await, 3);
    }
}

#[tokio::test]
async fn what_cannot_be_taken_is_answered_clearly() {
    let test = testkit::sqlite().await;
    let track = Tracking::new(&test).await;
    let authorization = basic(&track.server_key);
    let ours = [(header::AUTHORIZATION, authorization.as_str())];
    let many = json!({"batch": vec![json!({}); 3_000]}).to_string();
    let long =
        json!({"event": "A", "userId": "u", "properties": {"x": "x".repeat(40_000)}}).to_string();
    let bomb = gzip(&" ".repeat(50_000_000));
    for (path, body, slug) in [
        ("/v1/batch", "{".as_bytes().to_vec(), "bad-json"),
        ("/v1/track", b"\xff\xfe".to_vec(), "bad-json"),
        ("/v1/batch", many.into_bytes(), "too-large"),
        ("/v1/track", long.into_bytes(), "too-large"),
        ("/v1/batch", vec![b' '; 600_000], "too-large"),
    ] {
        let answer = track
            .post(path, &ours, body)
            .await
            .expect(StatusCode::BAD_REQUEST);
        assert_eq!(answer.json()["type"], format!("/problems/{slug}"), "{path}");
    }
    let packed = [ours[0].clone(), (header::CONTENT_ENCODING, "gzip")];
    track
        .post("/v1/batch", &packed, bomb)
        .await
        .expect(StatusCode::BAD_REQUEST);
    track
        .post("/v1/batch", &packed, "no gzip")
        .await
        .expect(StatusCode::BAD_REQUEST);

    let call = json!({"event": "A", "userId": "u"}).to_string();
    track
        .post("/v1/track", &[], call.clone())
        .await
        .expect(StatusCode::UNAUTHORIZED);
    for wrong in ["Basic !!", "Bearer x", &basic("enb_nothing"), &basic("")] {
        let answer = track
            .post("/v1/track", &[(header::AUTHORIZATION, wrong)], call.clone())
            .await;
        assert_eq!(answer.status, StatusCode::UNAUTHORIZED, "{wrong}");
    }
    let tx = track.app.kit.db.begin().await.unwrap();
    let (workspace, now) = (track.app.kit.workspace, track.app.app.now());
    assert!(
        revoke_write_key(&tx, workspace, WriteKeyId::from_raw(1), now)
            .await
            .unwrap()
    );
    tx.commit().await.unwrap();
    track
        .post("/v1/track", &ours, call)
        .await
        .expect(StatusCode::UNAUTHORIZED);
    assert_eq!(track.number("SELECT COUNT(*) FROM event").await, 0);
}

#[tokio::test]
async fn a_browser_of_any_site_may_call_but_never_with_credentials() {
    let test = testkit::sqlite().await;
    let track = Tracking::new(&test).await;
    let preflight = Request::builder()
        .method(Method::OPTIONS)
        .uri("/v1/t")
        .header(header::ORIGIN, "https://shop.example.jp")
        .header(header::ACCESS_CONTROL_REQUEST_METHOD, "POST")
        .header(
            header::ACCESS_CONTROL_REQUEST_HEADERS,
            "authorization,content-type",
        );
    let answer = track
        .app
        .send(preflight.body(Body::empty()).unwrap())
        .await
        .expect(StatusCode::OK);
    assert_eq!(answer.headers[header::ACCESS_CONTROL_ALLOW_ORIGIN], "*");
    assert_eq!(
        answer.headers[header::ACCESS_CONTROL_ALLOW_HEADERS],
        "authorization,content-type"
    );
    assert!(
        !answer
            .headers
            .contains_key(header::ACCESS_CONTROL_ALLOW_CREDENTIALS)
    );

    let settings = |key: &str| format!("/v1/projects/{key}/settings");
    let answer = track
        .app
        .get(&settings(&track.browser_key), "")
        .await
        .expect(StatusCode::OK);
    let told = &answer.json()["integrations"]["Segment.io"];
    assert_eq!(told["apiKey"], track.browser_key);
    let address = format!(
        "{}://{}",
        told["protocol"].as_str().unwrap(),
        told["apiHost"].as_str().unwrap()
    );
    let own = format!("{}/v1", track.app.app.config.public_url());
    assert_eq!(address, own, "the SDK delivers to us and nowhere else");
    track
        .app
        .get(&settings(&track.server_key), "")
        .await
        .expect(StatusCode::UNAUTHORIZED);
    let outside = Request::builder()
        .uri("/api/v1/session")
        .header(header::ORIGIN, "https://shop.example.jp");
    let answer = track.app.send(outside.body(Body::empty()).unwrap()).await;
    assert!(
        !answer
            .headers
            .contains_key(header::ACCESS_CONTROL_ALLOW_ORIGIN),
        "CORS holds for tracking only"
    );
}

/// Serves the application on a port of its own. The first `n_lost` calls are stored, but the sender is
/// told 503, as when an answer is lost on its way.
async fn serve(track: &Tracking, n_lost: usize) -> (String, Arc<AtomicUsize>) {
    let calls = Arc::new(AtomicUsize::new(0));
    let counted = calls.clone();
    let lose = move |request: Request, next: Next| {
        let counted = counted.clone();
        async move {
            let answer = next.run(request).await;
            if counted.fetch_add(1, Ordering::SeqCst) < n_lost {
                return StatusCode::SERVICE_UNAVAILABLE.into_response();
            }
            answer
        }
    };
    let router = server::router(track.app.app.clone()).layer(middleware::from_fn(lose));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let host = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
    (host, calls)
}

/// The folder of the SDKs and the Python that has them; `cargo xtask test` installs both.
fn surroundings() -> (PathBuf, PathBuf) {
    let compat = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/compat");
    let python = Path::new(env!("CARGO_TARGET_TMPDIR")).join("../venv/bin/python");
    assert!(
        compat.join("node_modules").exists() && python.exists(),
        "the SDKs are installed by `cargo xtask test`"
    );
    (compat, python)
}

#[tokio::test]
async fn the_stock_sdks_deliver_once_even_when_an_answer_is_lost() {
    let (compat, python) = surroundings();
    let node = PathBuf::from("node");
    for test in testkit::both().await {
        let track = Tracking::new(&test).await;
        for (sdk, program, extra) in [
            ("segment.mjs", &node, ""),
            ("rudder.mjs", &node, ""),
            ("segment_python.py", &python, ""),
            ("segment_python.py", &python, "gzip"),
        ] {
            let (host, calls) = serve(&track, 1).await;
            let person = format!("{}{extra}", sdk.replace('.', "-"));
            let mut command = tokio::process::Command::new(program);
            command.current_dir(&compat).arg(sdk).args([
                &host,
                &track.server_key,
                &person,
                &format!("order-{person}"),
            ]);
            command
                .args([extra].iter().filter(|extra| !extra.is_empty()))
                .stdin(Stdio::null())
                .kill_on_drop(true);
            let output = command.output().await.unwrap();
            let told = String::from_utf8_lossy(&output.stderr);
            assert!(output.status.success(), "{sdk} on {}: {told}", test.name());
            assert!(calls.load(Ordering::SeqCst) >= 2, "{sdk} sent again");
            arrived(&track, &person).await;
        }
        assert_eq!(
            track.number("SELECT COUNT(*) FROM quarantine").await,
            0,
            "{}",
            test.name()
        );
    }
}

/// One person with the anonymous history, one order of one line, and nothing twice.
async fn arrived(track: &Tracking, person: &str) {
    let db = track.app.kit.db.reader();
    let owner = |value: String| async move {
        sql::number(
            db,
            "SELECT MAX(profile_id) FROM identity WHERE value = $1",
            [value.into()],
        )
        .await
        .unwrap()
    };
    let id = owner(person.to_owned()).await;
    for value in [
        format!("anon-{person}"),
        format!("old-{person}"),
        format!("{person}@example.com"),
    ] {
        assert_eq!(owner(value.clone()).await, id, "{value}");
    }
    for (name, n) in [
        ("Page Viewed", 1),
        ("Product Viewed", 1),
        ("Group Joined", 1),
        ("Order Completed", 1),
        ("Product Purchased", 1),
    ] {
        let text = "SELECT COUNT(*) FROM event e JOIN event_name n ON n.id = e.name_id AND n.workspace_id = e.workspace_id
                    WHERE e.profile_id = $1 AND n.name = $2";
        assert_eq!(
            sql::number(db, text, [id.into(), name.into()])
                .await
                .unwrap(),
            n,
            "{person}: {name}"
        );
    }
    let amount = "SELECT amount FROM purchase_order WHERE profile_id = $1";
    assert_eq!(
        sql::number(db, amount, [id.into()]).await.unwrap(),
        1_080,
        "{person}"
    );
    let name = "SELECT COUNT(*) FROM profile WHERE id = $1 AND full_name = '山田 𠮷子' AND NOT is_anonymous";
    assert_eq!(
        sql::number(db, name, [id.into()]).await.unwrap(),
        1,
        "{person}"
    );
}
