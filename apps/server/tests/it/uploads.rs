//! Files on their way in: large ones, slow ones, and what is no proper file.
//!
//! 50 MB in the usual run; `ENISHI_UPLOAD_BYTES=2200000000` for the long form.

use std::{convert::Infallible, sync::Arc, time::Duration};

use access::Role;
use axum::{
    body::Body,
    http::{Method, Request, StatusCode, header},
    response::Response,
};
use futures::{StreamExt, stream};
use serde_json::json;
use server::http::patience::Patience;
use tokio::sync::Notify;
use tower::ServiceExt;

use crate::{
    app::TestApp,
    process::{Process, Stage, until},
};

const SHORT: u64 = 50_000_000;
/// What a server may need more than before, whatever the size of the file.
const ROOM: u64 = 120 << 20;
const HEADER: &str = "注文番号,会員番号,購入日時,商品コード,数量,金額,備考\n";
/// Nobody asked for this column; it makes the file large without making the database large.
const NOTE: usize = 32 << 10;

#[expect(
    clippy::disallowed_methods,
    reason = "the long form is asked for in the environment"
)]
fn file_bytes() -> u64 {
    let asked = std::env::var("ENISHI_UPLOAD_BYTES").ok();
    asked.and_then(|text| text.parse().ok()).unwrap_or(SHORT)
}

fn row(n: u64, note: &str) -> Vec<u8> {
    let (customer, product) = (n % 50, n % 100);
    format!("C-{n},{customer},2026-01-02 10:00,sku{product},1,100,{note}\n").into_bytes()
}

async fn swallow(stage: Stage, folder: tempfile::TempDir) {
    let process = Process::start(&stage, folder.path()).await;
    // The first request of each kind sets up what stays: connections, buffers, compiled statements.
    let small = [HEADER.as_bytes().to_vec(), row(0, "x")];
    let path = process.import("orders", small.into_iter()).await;
    let look = async |path: &str| process.json("GET", path, None).await;
    until("the small file is in", async || {
        look(&path).await["state"] == "done"
    })
    .await;
    let before = process.peak_memory();

    let note = "x".repeat(NOTE);
    let n_rows = file_bytes() / NOTE as u64;
    let rows = (1..=n_rows).map(|n| row(n, &note));
    let pieces = std::iter::once(HEADER.as_bytes().to_vec()).chain(rows);
    let path = process.import("orders", pieces).await;
    until("the large file is in", async || {
        let import = look(&path).await;
        assert_ne!(import["state"], "failed", "{import}");
        import["state"] == "done"
    })
    .await;
    assert_eq!(look(&path).await["n_taken"], n_rows);
    let grown = process.peak_memory().saturating_sub(before);
    assert!(
        grown < ROOM,
        "{} MB for a file of {} MB",
        grown >> 20,
        file_bytes() >> 20
    );
    let uploads = folder.path().join("imports");
    until("what was taken in is gone from the disk", async || {
        std::fs::read_dir(&uploads).unwrap().count() == 0
    })
    .await;
}

#[tokio::test]
async fn a_large_file_streams_through_in_little_memory_on_sqlite() {
    let folder = tempfile::tempdir().unwrap();
    swallow(Stage::sqlite(folder.path()).await, folder).await;
}

#[tokio::test]
async fn a_large_file_streams_through_in_little_memory_on_postgres() {
    swallow(Stage::postgres().await, tempfile::tempdir().unwrap()).await;
}

const START: &str = "--x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.csv\"\r\n\r\n会員番号,姓\n1,佐藤\n";
const END: &str = "2,鈴木\n\r\n--x--\r\n";

/// An upload of which the second half comes when it is let go.
fn halting(token: &str, go: Arc<Notify>) -> Request<Body> {
    let first = stream::iter([Ok::<_, Infallible>(START)]);
    let second = stream::once(async move {
        go.notified().await;
        Ok(END)
    });
    Request::builder()
        .method(Method::POST)
        .uri("/api/v1/imports?kind=customers")
        .header(header::AUTHORIZATION, format!("Bearer {token}"))
        .header(header::CONTENT_TYPE, "multipart/form-data; boundary=x")
        .body(Body::from_stream(first.chain(second)))
        .unwrap()
}

async fn send(app: &TestApp, patience: Patience, request: Request<Body>) -> Response {
    let router = server::app::router_with(app.app.clone(), patience);
    router.oneshot(request).await.unwrap()
}

#[tokio::test]
async fn a_slow_upload_outlives_the_limit_that_cuts_off_other_requests() {
    let test = testkit::sqlite().await;
    let app = TestApp::new(&test).await;
    let token = app.token(Role::Owner).await;
    let patience = Patience {
        request: Duration::from_millis(100),
        silence: Duration::from_mins(1),
    };
    let go = Arc::new(Notify::new());
    let upload = send(&app, patience, halting(&token, go.clone()));
    let other = async {
        let request = Request::builder()
            .method(Method::POST)
            .uri("/api/v1/customers")
            .header(header::AUTHORIZATION, format!("Bearer {token}"))
            .header(header::CONTENT_TYPE, "application/json")
            .body(Body::from_stream(
                stream::pending::<Result<&str, Infallible>>(),
            ))
            .unwrap();
        let cut = send(&app, patience, request).await;
        // By now the upload has taken longer than any other request may.
        go.notify_one();
        cut
    };
    let (upload, other) = tokio::join!(upload, other);
    assert_eq!(other.status(), StatusCode::REQUEST_TIMEOUT);
    assert_eq!(upload.status(), StatusCode::CREATED);
}

#[tokio::test]
async fn an_upload_that_falls_silent_is_cut_off_and_leaves_no_file() {
    let test = testkit::sqlite().await;
    let app = TestApp::new(&test).await;
    let token = app.token(Role::Owner).await;
    let patience = Patience {
        request: Duration::from_mins(1),
        silence: Duration::from_millis(100),
    };
    let never = Arc::new(Notify::new());
    let answer = send(&app, patience, halting(&token, never)).await;
    assert_eq!(answer.status(), StatusCode::REQUEST_TIMEOUT);
    let folder = app.app.config.server.data_dir.join("imports");
    assert_eq!(std::fs::read_dir(folder).unwrap().count(), 0);
}

#[tokio::test]
async fn broken_quotes_and_single_columns_are_told_before_anything_is_written() {
    for test in testkit::both().await {
        let app = TestApp::new(&test).await;
        let token = app.token(Role::Owner).await;
        let upload = async |text: &str| {
            let body = format!(
                "--x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.csv\"\r\n\r\n{text}\r\n--x--\r\n"
            );
            let request = Request::builder()
                .method(Method::POST)
                .uri("/api/v1/imports?kind=customers")
                .header(header::AUTHORIZATION, format!("Bearer {token}"))
                .header(header::CONTENT_TYPE, "multipart/form-data; boundary=x")
                .body(Body::from(body))
                .unwrap();
            app.send(request).await.expect(StatusCode::CREATED).json()
        };
        let codes = |seen: &serde_json::Value| {
            let warnings = seen["warnings"].as_array().unwrap().clone();
            let code = |warning: serde_json::Value| warning["code"].as_str().unwrap().to_owned();
            warnings.into_iter().map(code).collect::<Vec<_>>()
        };
        let start = async |seen: &serde_json::Value| {
            let path = format!(
                "/api/v1/imports/{}/start",
                seen["import"]["id"].as_str().unwrap()
            );
            let body = json!({
                "encoding": seen["encoding"], "delimiter": seen["delimiter"], "mapping": seen["mapping"],
            });
            app.post(&path, &token, body).await
        };

        let seen = upload("会員番号,姓\n1,佐藤\n2,\"鈴木\"x\n3,田中\n4,\"開いた\n5,山田\n").await;
        assert!(codes(&seen).contains(&"broken_rows".to_owned()), "{seen}");
        start(&seen).await.expect(StatusCode::OK);
        server::job_worker(&app.app).run_due().await.unwrap();
        let path = format!("/api/v1/imports/{}", seen["import"]["id"].as_str().unwrap());
        let import = app.get(&path, &token).await.json();
        assert_eq!(
            (&import["n_taken"], &import["n_refused"]),
            (&json!(3), &json!(2)),
            "{}: the rows around the broken ones are taken",
            test.name()
        );
        let refused = app.get(&format!("{path}/refused"), &token).await.json();
        let lines = refused["items"].as_array().unwrap().iter();
        let lines: Vec<_> = lines.map(|row| (&row["line"], &row["code"])).collect();
        assert_eq!(
            lines,
            [
                (&json!(3), &json!("broken_quote")),
                (&json!(5), &json!("unclosed_quote"))
            ]
        );

        let seen = upload("ひとことメモ\nこんにちは\nさようなら\n").await;
        assert!(codes(&seen).contains(&"one_column".to_owned()), "{seen}");
        let answer = start(&seen).await.expect(StatusCode::UNPROCESSABLE_ENTITY);
        assert!(!answer.json()["errors"].as_array().unwrap().is_empty());
    }
}
