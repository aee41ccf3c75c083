//! What is looked at before a letter leaves: its words, its links, what filters say, and whose data it uses.

use std::{
    io::Write as _,
    process::{Command, Stdio},
};

use access::Role;
use axum::{
    Router,
    http::{Method, StatusCode},
    response::Redirect,
    routing,
};
use serde_json::{Value, json};
use tokio::net::TcpListener;

use crate::app::TestApp;

fn document(subject: &str, content: &str) -> Value {
    json!({"version": 1, "name": "便り", "default_locale": "ja", "variants": {"ja": {
        "subject": subject, "preheader": "春",
        "mjml": format!("<mjml><mj-body><mj-section><mj-column><mj-text>{content}</mj-text></mj-column></mj-section></mj-body></mjml>")}}})
}

async fn preview(app: &TestApp, token: &str, document: Value) -> Value {
    let asked = json!({ "document": document });
    let shown = app.post("/api/v1/contents/preview", token, asked).await;
    shown.expect(StatusCode::OK).json()
}

fn codes(found: &Value) -> Vec<&str> {
    let found = found.as_array().unwrap();
    found
        .iter()
        .map(|one| one["code"].as_str().unwrap())
        .collect()
}

async fn attribute(app: &TestApp, token: &str, key: &str, consent: Value) {
    let body = json!({"key": key, "value_type": "text", "label_ja": "ご病歴", "label_en": "Medical history",
        "is_sensitive": true, "consent": consent});
    app.call(Method::PUT, "/api/v1/attributes", token, Some(body))
        .await
        .expect(StatusCode::OK);
}

#[tokio::test]
async fn an_editor_is_told_of_watching_words_of_filters_and_of_old_phones() {
    for test in testkit::both().await {
        let app = TestApp::new(&test).await;
        let admin = app.token(Role::Admin).await;
        let bad = document(
            "完全無料！！！",
            "昨日ご覧になった①の靴です <a href=\"https://bit.ly/x\">https://shop.example.jp/</a>",
        );
        let shown = preview(&app, &admin, bad.clone()).await;
        let found = codes(&shown["findings"]);
        assert!(found.contains(&"wording_surveillance"), "{found:?}");
        assert!(
            !found.contains(&"charset_lacks"),
            "nobody writes ISO-2022-JP"
        );
        let hits = codes(&shown["spam"]["hits"]);
        assert_eq!(hits[0], "link_disguised", "{hits:?}");
        assert!(hits.contains(&"link_shortened") && hits.contains(&"subject_loud"));
        assert_eq!(shown["spam"]["standing"], "bad", "{}", shown["spam"]);

        let sender = json!({"from_name": "縁", "from_address": "a@shop.example.jp", "transport": "smtp",
            "smtp": {"host": "smtp.example.jp", "port": 25, "tls": "none", "charset": "iso-2022-jp"}});
        app.post("/api/v1/senders", &admin, sender)
            .await
            .expect(StatusCode::CREATED);
        let shown = preview(&app, &admin, bad).await;
        assert!(codes(&shown["findings"]).contains(&"charset_lacks"));
        let good = document(
            "春の新作",
            "春の新作が届きました。お問い合わせは info@shop.example.jp まで。",
        );
        let shown = preview(&app, &admin, good).await;
        assert_eq!(shown["spam"]["standing"], "good", "{}", shown["spam"]);
        assert_eq!(codes(&shown["spam"]["hits"]), Vec::<&str>::new());
    }
}

#[tokio::test]
async fn links_are_visited_when_asked_and_places_inside_are_not() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let at = listener.local_addr().unwrap();
    let shop = Router::new()
        .route("/here", routing::get(async || "<p>x</p>".repeat(50_000)))
        .route(
            "/moved",
            routing::get(async || Redirect::permanent("/here")),
        )
        .route(
            "/round",
            routing::get(async || Redirect::temporary("/round")),
        )
        .route(
            "/inside",
            routing::get(async || Redirect::temporary("http://10.0.0.1/")),
        )
        .route(
            "/broken",
            routing::get(async || StatusCode::INTERNAL_SERVER_ERROR),
        )
        .route("/closed", routing::get(async || StatusCode::FORBIDDEN));
    tokio::spawn(async move { axum::serve(listener, shop).await });
    let test = testkit::both().await.into_iter().next().unwrap();
    let kit = testkit::Kit::new(&test).await;
    let app = TestApp::with(kit, |config| {
        config.security.allow_private = vec!["127.0.0.1/32".to_owned()];
    });
    let admin = app.token(Role::Admin).await;
    let links: String = [
        "here",
        "moved#top",
        "round",
        "inside",
        "broken",
        "closed",
        "nowhere",
    ]
    .map(|place| format!("<a href=\"http://{at}/{place}\">{place}</a>"))
    .concat();
    let asked = json!({ "document": document("春", &format!("{links}{links}")) });
    let found = app
        .post("/api/v1/contents/links", &admin, asked.clone())
        .await;
    let found = found.expect(StatusCode::OK).json();
    let states: Vec<(String, String)> = found["links"]
        .as_array()
        .unwrap()
        .iter()
        .map(|link| {
            let url = link["url"].as_str().unwrap();
            let place = url.rsplit('/').next().unwrap().to_owned();
            (place, link["state"].as_str().unwrap().to_owned())
        })
        .collect();
    let expected = [
        ("broken", "failing"),
        ("closed", "unsure"),
        ("inside", "private"),
        ("nowhere", "gone"),
        ("round", "failing"),
        ("here", "ok"),
        ("moved#top", "ok"),
    ];
    assert_eq!(
        states,
        expected.map(|(place, state)| (place.to_owned(), state.to_owned()))
    );
    let viewer = app.token(Role::Viewer).await;
    let refused = app.post("/api/v1/contents/links", &viewer, asked).await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN);
}

const NEWS: &str = "Our new spring goods have come in. Until this weekend we ship them free of charge to any place in the \
    country. Have a look at them in our shops or in our online shop.";

/// Returns the names of the rules of SpamAssassin that a letter meets.
fn assassinated(subject: &str, html: &str, text: &str) -> Vec<String> {
    let email = channel_core::Email {
        from: channel_core::Mailbox {
            name: "Shop".to_owned(),
            address: "news@shop.example.jp".to_owned(),
        },
        reply_to: None,
        to_name: String::new(),
        subject: subject.to_owned(),
        preheader: String::new(),
        html: format!("<html><body>{html}</body></html>"),
        text: text.to_owned(),
        unsubscribe: None,
        feedback_id: None,
        envelope_sender: None,
        headers: Vec::new(),
        charset: channel_core::Charset::Utf8,
    };
    let message = channel_core::Message {
        delivery_id: 1,
        idempotency_key: "1".to_owned(),
        recipient: channel_core::Recipient::new("hanako@example.jp"),
        at: kernel::time::Millis(1_795_330_800_000),
        content: channel_core::Content::Email(Box::new(email)),
    };
    let raw = channel_email::Composer::default()
        .prepare(message)
        .unwrap()
        .payload;
    let mut child = Command::new("spamassassin")
        .args(["-L", "-t"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("spamassassin is needed; `cargo xtask test` installs it");
    child.stdin.take().unwrap().write_all(&raw).unwrap();
    let output = child.wait_with_output().unwrap();
    let report = String::from_utf8_lossy(&output.stdout).into_owned();
    let details = report.split("Content analysis details").nth(1).unwrap();
    let words = details.split_whitespace().map(str::to_owned);
    words.filter(|word| word.contains('_')).collect()
}

#[test]
fn what_is_counted_here_is_what_spam_assassin_names() {
    let link = |href: &str, shown: &str| format!("<p>{NEWS}</p><a href=\"{href}\">{shown}</a>");
    let plain = format!("<p>{NEWS}</p>");
    let worn = format!("{NEWS} This is quite risk free for you.");
    let image =
        "<p>Hello</p><img src=\"https://shop.example.jp/x.png\" width=\"600\" height=\"800\">";
    for (subject, html, text, ours, theirs) in [
        (
            "BIG SALE TODAY ONLY FOR ALL",
            plain.clone(),
            NEWS,
            "subject_shouting",
            "SUBJ_ALL_CAPS",
        ),
        (
            "F R E E Spring news",
            plain.clone(),
            NEWS,
            "subject_gappy",
            "GAPPY_SUBJECT",
        ),
        (
            "Spring news",
            image.to_owned(),
            "Hello",
            "image_only",
            "HTML_IMAGE_ONLY",
        ),
        (
            "Spring news",
            plain.clone(),
            "",
            "text_missing",
            "MIME_HTML_ONLY",
        ),
        (
            "Spring news",
            link("http://93.184.216.34/x", "see"),
            NEWS,
            "link_ip",
            "NORMAL_HTTP_TO_IP",
        ),
        (
            "Spring news",
            link("http://shop.example.jp:8443/x", "see"),
            NEWS,
            "link_port",
            "WEIRD_PORT",
        ),
        (
            "Spring news",
            link("https://bit.ly/x", "see"),
            NEWS,
            "link_shortened",
            "SHORTNER",
        ),
        (
            "Spring news",
            link("https://evil.example.com/x", "https://www.bank.com/"),
            NEWS,
            "link_disguised",
            "MISMATCH",
        ),
        (
            "Spring news",
            format!("<p>{worn}</p>"),
            worn.as_str(),
            "words_worn",
            "RISK_FREE",
        ),
    ] {
        let message = contents::Message {
            subject: subject.to_owned(),
            preheader: String::new(),
            html: html.clone(),
            text: text.to_owned(),
        };
        let report = contents::spam_report(&message, "");
        let codes: Vec<&str> = report.hits.iter().map(|hit| hit.code).collect();
        assert_eq!(codes, [ours]);
        let found = assassinated(subject, &html, text);
        assert!(
            found.iter().any(|rule| rule.contains(theirs)),
            "{theirs}: {found:?}"
        );
    }
    let decent = assassinated("Spring news", &plain, NEWS);
    for rule in [
        "SUBJ_ALL_CAPS",
        "IMAGE_ONLY",
        "HTML_ONLY",
        "TO_IP",
        "PORT",
        "SHORTNER",
        "GAPPY",
        "RISK_FREE",
    ] {
        assert!(
            !decent.iter().any(|found| found.contains(rule)),
            "{decent:?}"
        );
    }
}

#[tokio::test]
async fn a_sensitive_attribute_blocks_the_launch_until_the_target_asks_for_consent() {
    for test in testkit::both().await {
        let app = TestApp::new(&test).await;
        let admin = app.token(Role::Admin).await;
        attribute(&app, &admin, "病歴", json!("health")).await;
        let text = "{{ customer.attributes[\"病歴\"] }}";
        let shown = preview(
            &app,
            &admin,
            document("春", "{{ customer.attributes['病歴'] }}"),
        )
        .await;
        let finding = shown["findings"].as_array().unwrap().iter();
        let finding = finding
            .filter(|one| one["code"] == "attribute_sensitive")
            .count();
        assert_eq!(finding, 1, "{}", shown["findings"]);

        let segment = async |name: &str, root: Value| {
            let body = json!({"name": name, "document": {"version": 1, "root": root}});
            let made = app.post("/api/v1/segments", &admin, body).await;
            made.expect(StatusCode::CREATED).json()["id"].clone()
        };
        let fact =
            json!({"fact": {"of": {"attribute": "病歴"}, "test": {"text": {"equals": "糖尿病"}}}});
        let consent = json!({"consent": {"channel": "any", "purpose": "health"}});
        let without = segment(
            "通院中の方",
            json!({"all": [{"consent": {"channel": "email"}}]}),
        )
        .await;
        let with = segment("同意のある方", json!({"all": [consent]})).await;
        let chosen = segment("糖尿病の方", json!({"all": [fact]})).await;
        let readiness = async |include: Value, text: &str| {
            let draft = json!({"name": "案内", "document": {"version": 1,
                "target": {"include": include},
                "contents": {"source": {"inline": document("春", text)}}}});
            let made = app.post("/api/v1/campaigns", &admin, draft).await;
            let made = made.expect(StatusCode::CREATED).json();
            let path = format!(
                "/api/v1/campaigns/{}/readiness",
                made["id"].as_str().unwrap()
            );
            let found = app.get(&path, &admin).await.expect(StatusCode::OK).json();
            let missing = codes(&found["missing"]);
            missing.contains(&"sensitive_consent")
        };
        assert!(readiness(json!([without]), text).await);
        assert!(
            readiness(json!([without, with]), text).await,
            "one that does not ask is enough"
        );
        assert!(!readiness(json!([with]), text).await);
        assert!(
            !readiness(json!([without]), "春です").await,
            "it is not used"
        );
        assert!(
            readiness(json!([chosen]), "春です").await,
            "they are chosen by it"
        );
    }
}
