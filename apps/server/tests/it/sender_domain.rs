//! What the DNS says of a sender, through REST.

use std::path::{Path, PathBuf};

use access::Role;
use axum::http::StatusCode;
use kernel::id::WorkspaceId;
use serde_json::{Value, json};
use storage::sql;
use testkit::{Kit, TestDb};

use crate::{app::TestApp, names::Names};

/// Returns the Python of the test environment.
#[expect(
    clippy::disallowed_methods,
    reason = "the test command says by environment where its tools are"
)]
fn python() -> PathBuf {
    let folder = std::env::var_os("ENISHI_TEST_VENV").map_or_else(
        || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target/venv"),
        PathBuf::from,
    );
    folder.join("bin/python")
}

fn names() -> Names {
    let script = "../../crates/channels/email/tests/it/names.py";
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join(script);
    let huge = format!("\"v=spf1 {}\" \"ip4:8.8.8.8 -all\"", "a ".repeat(120));
    Names::serve(
        &python(),
        &script,
        &[
            ("shop.example.jp", "MX", "10 mx.shop.example.jp."),
            ("mx.shop.example.jp", "A", "8.8.8.8"),
            ("bounce.shop.example.jp", "TXT", &huge),
            ("_dmarc.example.jp", "TXT", "\"v=DMARC1; p=none\""),
        ],
    )
}

async fn app(test: &TestDb, names: &Names) -> TestApp {
    let at = names.at.to_string();
    TestApp::with(Kit::new(test).await, |config| config.mail.resolver = at)
}

/// Makes a sender; returns the address of its examination.
async fn sender(app: &TestApp, admin: &str, smtp: Value) -> String {
    let body = json!({"from_name": "縁ストア", "from_address": "news@Shop.example.jp",
        "transport": if smtp.is_null() { "sandbox" } else { "smtp" }, "smtp": smtp});
    let made = app.post("/api/v1/senders", admin, body).await;
    let id = made.expect(StatusCode::CREATED).json()["id"].clone();
    format!("/api/v1/senders/{}/domain", id.as_str().unwrap())
}

/// A mail server to which no connection leads: its address is not public.
fn smtp() -> Value {
    json!({"host": "127.0.0.1", "port": 9, "tls": "required", "return_domain": "bounce.shop.example.jp"})
}

fn check<'a>(domain: &'a Value, name: &str) -> &'a Value {
    let checks = domain["checks"].as_array().unwrap();
    checks.iter().find(|check| check["check"] == name).unwrap()
}

#[tokio::test]
async fn a_domain_is_examined_and_says_what_to_publish() {
    for test in testkit::both().await {
        let names = names();
        let app = app(&test, &names).await;
        let (admin, viewer) = (app.token(Role::Admin).await, app.token(Role::Viewer).await);
        let path = sender(&app, &admin, smtp()).await;
        let domain = app.get(&path, &viewer).await.expect(StatusCode::OK).json();
        assert_eq!(domain["from_domain"], "shop.example.jp");
        assert_eq!(domain["return_domain"], "bounce.shop.example.jp");
        assert_eq!(domain["checks"].as_array().unwrap().len(), 7);
        assert_eq!(check(&domain, "spf")["reason"], "spf_too_many");
        assert_eq!(check(&domain, "dkim")["reason"], "dkim_unsigned");
        // Found at the parent, and the return domain is below it.
        assert_eq!(check(&domain, "dmarc")["reason"], "dmarc_watching");
        let found = "_dmarc.example.jp: v=DMARC1; p=none";
        assert_eq!(check(&domain, "dmarc")["found"], json!([found]));
        assert_eq!(check(&domain, "ptr")["reason"], "ptr_private");
        let tls = check(&domain, "tls");
        assert_eq!(
            (&tls["state"], &tls["reason"]),
            (&json!("unknown"), &json!("host_silent"))
        );
        let one_click = check(&domain, "one_click");
        assert_eq!(one_click["state"], "fail", "{one_click}");

        // Signed now: the key is to be published.
        let key = json!({"version": 1, "domain": "shop.example.jp", "selector": "s1"});
        let keyed = path.replace("/domain", "/dkim");
        let keyed = app
            .call(axum::http::Method::PUT, &keyed, &admin, Some(key))
            .await
            .expect(StatusCode::OK);
        let domain = app.get(&path, &viewer).await.json();
        let dkim = check(&domain, "dkim");
        assert_eq!(dkim["reason"], "dkim_unpublished");
        assert_eq!(
            dkim["publish"],
            json!([{"name": "s1._domainkey.shop.example.jp", "kind": "TXT",
                "value": keyed.json()["smtp"]["dkim"]["record"]}])
        );
    }
}

#[tokio::test]
async fn what_is_no_sender_of_this_workspace_is_not_examined() {
    for test in testkit::both().await {
        let names = names();
        let app = app(&test, &names).await;
        let admin = app.token(Role::Admin).await;
        let sandbox = sender(&app, &admin, Value::Null).await;
        let wrong = app.get(&sandbox, &admin).await;
        let wrong = wrong.expect(StatusCode::UNPROCESSABLE_ENTITY).json();
        assert_eq!(wrong["errors"][0]["code"], "transport");
        let path = sender(&app, &admin, smtp()).await;
        let elsewhere = WorkspaceId::from_raw(700_000_000_000_000_002);
        app.kit.add_workspace(elsewhere, "よその店").await;
        let binds = [elsewhere.raw().into()];
        let text = "UPDATE sender SET workspace_id = $1";
        sql::exec(app.kit.db.writer(), text, binds).await.unwrap();
        app.get(&path, &admin).await.expect(StatusCode::NOT_FOUND);
        let nobody = "/api/v1/senders/snd_x/domain";
        app.get(nobody, &admin).await.expect(StatusCode::NOT_FOUND);
    }
}

#[tokio::test]
async fn without_a_resolver_nothing_is_claimed() {
    let test = testkit::sqlite().await;
    let at = {
        let names = names();
        names.at.to_string()
    };
    let app = TestApp::with(Kit::new(&test).await, |config| config.mail.resolver = at);
    let admin = app.token(Role::Admin).await;
    let path = sender(&app, &admin, smtp()).await;
    let domain = app.get(&path, &admin).await.expect(StatusCode::OK).json();
    for name in ["spf", "dmarc", "return_path"] {
        assert_eq!(check(&domain, name)["state"], "unknown", "{name}");
        assert_eq!(check(&domain, name)["publish"], json!([]), "{name}");
    }
}
