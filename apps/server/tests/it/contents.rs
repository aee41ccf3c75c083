//! Saved emails, previews for a real customer, and test sends.
#![expect(clippy::unwrap_used, reason = "helpers of tests")]

use access::Role;
use axum::http::{Method, StatusCode, header};
use kernel::id::{ProfileId, SenderId};
use serde_json::{Value, json};
use storage::sql;

use crate::app::{Answer, TestApp};

async fn put(app: &TestApp, path: &str, token: &str, body: Value) -> Answer {
    app.call(Method::PUT, path, token, Some(body)).await
}

async fn from_starter(app: &TestApp, token: &str, starter: &str) -> Value {
    app.post("/api/v1/contents", token, json!({ "starter": starter }))
        .await
        .expect(StatusCode::CREATED)
        .json()
}

/// Adds a customer, one product that others bought, and no order.
async fn customer(app: &TestApp) -> String {
    let tx = app.kit.db.begin().await.unwrap();
    let (workspace, now) = (app.kit.workspace.raw(), app.app.now().0);
    let id = app.kit.ids.next_raw();
    let json = |value: Value| storage::Value::Json(Some(Box::new(value)));
    sql::exec(
        &tx,
        "INSERT INTO profile (workspace_id, id, email, family_name, given_name, full_name, is_anonymous, attributes,
             search_text, first_seen_at, last_seen_at, created_at, updated_at)
         VALUES ($1, $2, 'yumi@example.jp', '佐々木', '由美', '佐々木 由美', FALSE, $3, '', $4, $4, $4, $4)",
        [
            workspace.into(),
            id.into(),
            json(json!({ "points": 1280, "ward": "<b>港区</b>" })),
            now.into(),
        ],
    )
    .await
    .unwrap();
    for (key, kind, label) in [("points", "number", "ポイント"), ("ward", "text", "区")] {
        sql::exec(
            &tx,
            "INSERT INTO attribute_def (workspace_id, key, value_type, label_ja, is_sensitive, created_at)
             VALUES ($1, $2, $3, $4, $5, $6)",
            [
                workspace.into(),
                key.into(),
                kind.into(),
                label.into(),
                (key == "ward").into(),
                now.into(),
            ],
        )
        .await
        .unwrap();
    }
    tx.commit().await.unwrap();
    ProfileId::from_raw(id).to_string()
}

async fn sandbox_sender(app: &TestApp) -> String {
    let id = SenderId::from_raw(app.kit.ids.next_raw());
    let sender = campaigns::sender::Sender {
        id,
        from_name: "青葉ストア".to_owned(),
        from_address: "news@aoba.example.jp".to_owned(),
        reply_to: None,
        transport: campaigns::sender::Transport::Sandbox,
        version: 1,
    };
    let tx = app.kit.db.begin().await.unwrap();
    campaigns::sender::insert(&tx, app.kit.workspace, &sender, app.app.now())
        .await
        .unwrap();
    tx.commit().await.unwrap();
    id.to_string()
}

fn simple(mjml: &str) -> Value {
    json!({ "version": 1, "name": "便り", "default_locale": "ja", "variants": {
        "ja": { "subject": "{{ customer.name | honorific }}へ", "preheader": "秋", "mjml": mjml } } })
}

const BODY: &str = "<mjml><mj-body><mj-section><mj-column><mj-text>\
    {{ customer.attributes.ward }} {{ customer.first_name }} {{ customer.email }} {{ coupon.code }}\
    </mj-text></mj-column></mj-section></mj-body></mjml>";

#[tokio::test]
async fn two_authors_of_one_email_meet_a_conflict_that_says_who_was_first() {
    for test in testkit::both().await {
        let app = TestApp::new(&test).await;
        let owner = app.token(Role::Owner).await;
        let marketer = app.token(Role::Marketer).await;
        let made = from_starter(&app, &owner, "newsletter").await;
        let path = format!("/api/v1/contents/{}", made["id"].as_str().unwrap());
        assert_eq!(made["locales"], json!(["ja", "en"]));
        assert!(!made["subject"].as_str().unwrap().contains("{{"));

        let mut document = made["document"].clone();
        document["variants"]["ja"]["subject"] = json!("新しい件名");
        let body = json!({ "version": 1, "document": document });
        let saved = put(&app, &path, &marketer, body.clone())
            .await
            .expect(StatusCode::OK)
            .json();
        assert_eq!(
            (&saved["version"], &saved["subject"], &saved["updated_by"]),
            (&json!(2), &json!("新しい件名"), &json!("marketer 森"))
        );
        let late = put(&app, &path, &owner, body)
            .await
            .expect(StatusCode::CONFLICT)
            .json();
        assert_eq!(late["type"], "/problems/conflict");
        let detail = late["detail"].as_str().unwrap();
        assert!(
            detail.contains("version 2 was saved by marketer 森"),
            "{detail}"
        );

        let history = app.get(&format!("{path}/versions"), &owner).await.json();
        assert_eq!(history[0]["version"], 2);
        assert_eq!(history[1]["saved_by"], "owner 森");
        let first = app
            .get(&format!("{path}/versions/1"), &owner)
            .await
            .expect(StatusCode::OK)
            .json();
        assert_eq!(first["document"], made["document"]);
        app.get(&format!("{path}/versions/9"), &owner)
            .await
            .expect(StatusCode::NOT_FOUND);
    }
}

#[tokio::test]
async fn an_email_is_copied_put_away_and_taken_out_again() {
    for test in testkit::both().await {
        let app = TestApp::new(&test).await;
        let owner = app.token(Role::Owner).await;
        let made = from_starter(&app, &owner, "coupon").await;
        let path = format!("/api/v1/contents/{}", made["id"].as_str().unwrap());
        let copy = app
            .post(&format!("{path}/copy"), &owner, json!({}))
            .await
            .expect(StatusCode::CREATED)
            .json();
        assert_eq!(
            copy["name"].as_str().unwrap(),
            format!("{} (copy)", made["name"].as_str().unwrap())
        );
        app.delete(&path, &owner)
            .await
            .expect(StatusCode::NO_CONTENT);
        app.delete(&path, &owner)
            .await
            .expect(StatusCode::NOT_FOUND);
        let listed = app.get("/api/v1/contents", &owner).await.json();
        assert_eq!(listed["items"].as_array().unwrap().len(), 1);
        assert_eq!(listed["items"][0]["id"], copy["id"]);
        let away = app
            .get("/api/v1/contents?archived=true", &owner)
            .await
            .json();
        assert_eq!(away["items"][0]["id"], made["id"]);
        app.post(&format!("{path}/restore"), &owner, json!({}))
            .await
            .expect(StatusCode::NO_CONTENT);
        let found = app
            .get("/api/v1/contents?search=coupon", &owner)
            .await
            .json();
        assert!(!found["items"].as_array().unwrap().is_empty());

        let viewer = app.token(Role::Viewer).await;
        app.get(&path, &viewer).await.expect(StatusCode::OK);
        app.delete(&path, &viewer)
            .await
            .expect(StatusCode::FORBIDDEN);
        let elsewhere = kernel::id::WorkspaceId::from_raw(700_000_000_000_000_009);
        app.kit.add_workspace(elsewhere, "よその店").await;
        let stranger = app.token_in(elsewhere, Role::Owner).await;
        app.get(&path, &stranger)
            .await
            .expect(StatusCode::NOT_FOUND);
    }
}

#[tokio::test]
async fn a_preview_shows_a_real_customer_and_its_frame_opens_once() {
    for test in testkit::both().await {
        let app = TestApp::new(&test).await;
        let owner = app.token(Role::Owner).await;
        let id = customer(&app).await;
        let ask = json!({ "document": simple(BODY), "customer_id": id });
        let seen = app
            .post("/api/v1/contents/preview", &owner, ask.clone())
            .await
            .expect(StatusCode::OK)
            .json();
        assert_eq!(seen["subject"], "佐々木 由美様へ");
        assert!(
            seen["text"]
                .as_str()
                .unwrap()
                .contains("由美 yumi@example.jp")
        );
        let empty: Vec<&str> = seen["warnings"]
            .as_array()
            .unwrap()
            .iter()
            .map(|warning| warning["variable"].as_str().unwrap())
            .collect();
        assert_eq!(empty, ["coupon.code", "workspace.postal_address"]);
        let codes: Vec<&str> = seen["findings"]
            .as_array()
            .unwrap()
            .iter()
            .map(|finding| finding["code"].as_str().unwrap())
            .collect();
        assert!(
            codes.contains(&"footer_missing"),
            "no postal address yet: {codes:?}"
        );

        let frame = seen["preview_url"].as_str().unwrap();
        let page = app.get(frame, "").await.expect(StatusCode::OK);
        assert!(page.text.contains("&lt;b&gt;港区"), "{}", page.text);
        let policy = page.headers[header::CONTENT_SECURITY_POLICY]
            .to_str()
            .unwrap();
        assert!(policy.starts_with("sandbox") && policy.contains("default-src 'none'"));
        app.get(frame, "").await.expect(StatusCode::NOT_FOUND);

        let analyst = app.token(Role::Analyst).await;
        let masked = app
            .post("/api/v1/contents/preview", &analyst, ask.clone())
            .await
            .json();
        let text = masked["text"].as_str().unwrap();
        assert!(
            text.contains("y***@example.jp") && text.contains("•••"),
            "{text}"
        );
        let viewer = app.token(Role::Viewer).await;
        app.post("/api/v1/contents/preview", &viewer, ask)
            .await
            .expect(StatusCode::FORBIDDEN);
        let n = "SELECT COUNT(*) FROM access_log WHERE action = 'content.preview'";
        assert_eq!(sql::number(app.kit.db.reader(), n, []).await.unwrap(), 2);
    }
}

#[tokio::test]
async fn what_is_wrong_in_a_document_is_told_by_field_line_and_column() {
    for test in testkit::both().await {
        let app = TestApp::new(&test).await;
        let owner = app.token(Role::Owner).await;
        let broken = simple("<mjml>\n<mj-body>\n  {% if customer.name %}\n</mj-body></mjml>");
        let ask = json!({ "document": broken });
        for (path, status) in [("/api/v1/contents/preview", 422), ("/api/v1/contents", 422)] {
            let answer = app.post(path, &owner, ask.clone()).await;
            assert_eq!(answer.status.as_u16(), status);
            let error = &answer.json()["errors"][0];
            assert_eq!(error["pointer"], "/document/variants/ja/mjml");
            assert_eq!((&error["line"], &error["column"]), (&json!(3), &json!(3)));
            assert!(!error["message"].as_str().unwrap().is_empty());
        }
        let endless = simple(
            "<mjml><mj-body><mj-section><mj-column><mj-text>\n{% for i in (1..100000000) %}x{% endfor %}\
             </mj-text></mj-column></mj-section></mj-body></mjml>",
        );
        let stopped = app
            .post(
                "/api/v1/contents/preview",
                &owner,
                json!({ "document": endless }),
            )
            .await
            .expect(StatusCode::UNPROCESSABLE_ENTITY)
            .json();
        assert_eq!(stopped["errors"][0]["code"], "budget_iterations");
        assert_eq!(stopped["errors"][0]["line"], 2);
        let neither = app
            .post("/api/v1/contents/preview", &owner, json!({}))
            .await
            .expect(StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!(neither.json()["errors"][0]["pointer"], "/document");
    }
}

#[tokio::test]
async fn the_gallery_and_the_variables_speak_the_readers_language() {
    for test in testkit::both().await {
        let app = TestApp::new(&test).await;
        let owner = app.token(Role::Owner).await;
        let id = customer(&app).await;
        let gallery = app.get("/api/v1/contents/gallery", &owner).await.json();
        assert_eq!(gallery.as_array().unwrap().len(), 6);
        let frame = gallery[0]["preview_url"].as_str().unwrap();
        let page = app.get(frame, "").await.expect(StatusCode::OK);
        assert!(page.text.contains("lang=\"en\"") && page.text.contains("青葉ストア"));

        let path = format!("/api/v1/contents/variables?customer_id={id}");
        let variables = app.get(&path, &owner).await.json();
        let find = |name: &str| {
            variables
                .as_array()
                .unwrap()
                .iter()
                .find(|variable| variable["name"] == name)
                .unwrap()
                .clone()
        };
        let points = find("customer.attributes.points");
        assert_eq!(
            (&points["label"], &points["sample"], &points["insert"]),
            (
                &json!("ポイント"),
                &json!("1,280"),
                &json!("{{ customer.attributes.points | number }}")
            )
        );
        assert_eq!(find("customer.name")["sample"], "佐々木 由美");
    }
}

#[tokio::test]
async fn a_test_goes_to_the_house_only_and_says_that_it_is_one() {
    for test in testkit::both().await {
        let app = TestApp::new(&test).await;
        let owner = app.token(Role::Owner).await;
        let customer = customer(&app).await;
        let made = app
            .post(
                "/api/v1/contents",
                &owner,
                json!({ "document": simple(BODY) }),
            )
            .await
            .expect(StatusCode::CREATED)
            .json();
        let path = format!("/api/v1/contents/{}/test", made["id"].as_str().unwrap());
        let people = app
            .get("/api/v1/contents/test-recipients", &owner)
            .await
            .json();
        let me = people[0]["address"].as_str().unwrap().to_owned();

        let ask = |to: Value| json!({ "recipients": to, "customer_id": customer });
        let nobody = app
            .post(&path, &owner, ask(json!([me])))
            .await
            .expect(StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!(nobody.json()["errors"][0]["pointer"], "/sender_id");
        sandbox_sender(&app).await;
        let stranger = app
            .post(&path, &owner, ask(json!([me, "yumi@example.jp"])))
            .await
            .expect(StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!(stranger.json()["errors"][0]["pointer"], "/recipients/1");

        let sent = app
            .post(&path, &owner, ask(json!([me])))
            .await
            .expect(StatusCode::OK)
            .json();
        assert_eq!(
            (&sent["transport"], &sent["results"][0]["outcome"]),
            (&json!("sandbox"), &json!("accepted"))
        );
        let inbox = app.get("/api/v1/inbox", &owner).await.json();
        assert_eq!(inbox["items"][0]["subject"], "[テスト] 佐々木 由美様へ");
        let counted = "SELECT COUNT(*) FROM delivery";
        assert_eq!(
            sql::number(app.kit.db.reader(), counted, []).await.unwrap(),
            0
        );
        let log = app.get("/api/v1/audit", &owner).await.json();
        assert_eq!(log["items"][0]["action"], "content.test");
        assert!(!log.to_string().contains(&me), "the log holds no address");

        let mut status = StatusCode::OK;
        for _ in 0..40 {
            status = app.post(&path, &owner, ask(json!([me]))).await.status;
            if status != StatusCode::OK {
                break;
            }
        }
        assert_eq!(status, StatusCode::TOO_MANY_REQUESTS);
    }
}

#[tokio::test]
async fn the_test_audience_gets_tests_until_it_is_taken_out() {
    const AUDIENCE: &str = "/api/v1/test-audience";
    for test in testkit::both().await {
        let app = TestApp::new(&test).await;
        let (owner, marketer) = (
            app.token(Role::Owner).await,
            app.token(Role::Marketer).await,
        );
        sandbox_sender(&app).await;
        let body = json!({ "document": simple(BODY) });
        let made = app.post("/api/v1/contents", &owner, body).await.json();
        let path = format!("/api/v1/contents/{}/test", made["id"].as_str().unwrap());

        let phone = json!({ "address": " Tencho..Keitai@DOCOMO.ne.jp ", "label": "店長の携帯" });
        put(&app, AUDIENCE, &marketer, phone.clone())
            .await
            .expect(StatusCode::FORBIDDEN);
        for _ in 0..2 {
            let kept = put(&app, AUDIENCE, &owner, phone.clone())
                .await
                .expect(StatusCode::OK)
                .json();
            assert_eq!(kept["address"], "tencho..keitai@docomo.ne.jp");
        }
        let refused = put(
            &app,
            AUDIENCE,
            &owner,
            json!({ "address": "店長", "label": "" }),
        )
        .await
        .expect(StatusCode::UNPROCESSABLE_ENTITY)
        .json();
        assert_eq!(refused["errors"][0]["pointer"], "/address");
        assert_eq!(refused["errors"][1]["pointer"], "/label");
        let all = app.get(AUDIENCE, &marketer).await.expect(StatusCode::OK);
        assert_eq!(all.json().as_array().unwrap().len(), 1);

        let ask = json!({ "recipients": ["tencho..keitai@docomo.ne.jp"] });
        app.post(&path, &owner, ask.clone())
            .await
            .expect(StatusCode::OK);
        let one = format!("{AUDIENCE}/tencho..keitai%40docomo.ne.jp");
        app.delete(&one, &owner)
            .await
            .expect(StatusCode::NO_CONTENT);
        app.delete(&one, &owner).await.expect(StatusCode::NOT_FOUND);
        app.post(&path, &owner, ask)
            .await
            .expect(StatusCode::UNPROCESSABLE_ENTITY);
        let log = app.get("/api/v1/audit", &owner).await.json();
        assert!(
            !log.to_string().contains("docomo"),
            "the log holds no address"
        );
    }
}
