//! A message in a browser: what is shown, to whom, and under which policy.

use access::Role;
use axum::{
    body::Body,
    http::{Method, Request, StatusCode, header},
};
use campaigns::track::Kind;
use kernel::id::{DeliveryId, WorkspaceId};
use serde_json::{Value, json};
use storage::sql;
use testkit::Kit;

use crate::{
    app::{Answer, TestApp},
    judged, shop,
};

const HOSTILE: &str = "<script>alert(1)</script>";
/// What an author who trusts a field with `raw` lets into a mail.
const RAW: &str = "<script>alert(2)</script><form><input autofocus onfocus='alert(3)'></form>\
    <iframe srcdoc='<script>alert(4)</script>'></iframe>";

/// A shop whose first customer has a hostile name, and got a mail with hostile markup.
async fn sent(test: &testkit::TestDb) -> (TestApp, String) {
    let kit = Kit::new(test).await;
    shop::people(&kit, 2).await;
    let app = TestApp::mailing(kit);
    know(&app, HOSTILE, "A1").await;
    let owner = app.token(Role::Owner).await;
    let made = async |path: &str, body: Value| {
        let answer = app.post(path, &owner, body).await;
        answer.expect(StatusCode::CREATED).json()
    };
    let sender = json!({"from_name": "青葉", "from_address": "info@shop.example.jp", "transport": "sandbox"});
    let sender = made("/api/v1/senders", sender).await;
    let mjml = "<mjml><mj-body><mj-section><mj-column><mj-text>{{ customer.name }} <a href=\"{{ web_url }}\">見る</a>{{ customer.attributes.bio | raw }}</mj-text>\
        <mj-button href=\"https://shop.example.jp/p?c={{ customer.attributes.code }}\">品</mj-button></mj-column></mj-section>\
</mj-body></mjml>";
    let document = json!({
        "version": 1, "target": {"everybody": true}, "offer": {"kind": "none"}, "timing": {"kind": "now"},
        "channel": {"kind": "email", "sender": sender["id"]},
        "contents": {"source": {"inline": {"version": 1, "name": "夏", "default_locale": "ja",
            "variants": {"ja": {"subject": "夏の案内", "mjml": mjml}}}}},
        "goal": {"event": "order", "window_days": 7},
    });
    let draft = made(
        "/api/v1/campaigns",
        json!({"name": "夏", "document": document}),
    )
    .await;
    let path = format!("/api/v1/campaigns/{}", draft["id"].as_str().unwrap());
    let launch = json!({"version": draft["version"]});
    app.post(&format!("{path}/launch"), &owner, launch)
        .await
        .expect(StatusCode::OK);
    judged::send(&app, &format!("{path}/progress"), &owner).await;
    (app, owner)
}

/// Changes what is known of the first customer.
async fn know(app: &TestApp, name: &str, code: &str) {
    let attributes = storage::Value::Json(Some(Box::new(json!({ "code": code, "bio": RAW }))));
    let text = "UPDATE profile SET full_name = $1, attributes = $2 WHERE id = 1";
    sql::exec(app.kit.db.writer(), text, [name.into(), attributes])
        .await
        .unwrap();
}

async fn exec(app: &TestApp, text: &str) {
    sql::exec(app.kit.db.writer(), text, []).await.unwrap();
}

/// Reads the mail that the inbox kept for an address.
async fn mail(app: &TestApp, recipient: &str) -> String {
    let text = "SELECT html FROM captured_message WHERE recipient = $1";
    let rows = sql::rows(app.kit.db.reader(), text, [recipient.into()]).await;
    rows.unwrap()[0].try_get_by_index(0).unwrap()
}

/// Returns the path of the first address of a kind in a page.
fn path_in(html: &str, kind: &str) -> String {
    let start = html.find(&format!("/{kind}/")).expect("such an address");
    html[start..].split('"').next().unwrap().to_owned()
}

async fn visit(app: &TestApp, path: &str, language: &str) -> Answer {
    let request = Request::builder()
        .method(Method::GET)
        .uri(path)
        .header(header::USER_AGENT, "Mozilla/5.0 (X11; Linux) Firefox/140.0")
        .header(header::ACCEPT_LANGUAGE, language);
    app.send(request.body(Body::empty()).unwrap()).await
}

#[tokio::test]
async fn a_receiver_sees_the_mail_as_it_was_kept_and_written_again_once_it_is_not() {
    for test in testkit::both().await {
        let (app, owner) = sent(&test).await;
        let name = test.name();
        let path = path_in(&mail(&app, "c1@example.jp").await, "w");
        let shown = visit(&app, &path, "ja").await.expect(StatusCode::OK);
        assert!(shown.text.contains("&lt;script&gt;"), "{}", shown.text);
        assert!(!shown.text.contains(HOSTILE), "{}", shown.text);
        let head = |header: &str| shown.headers[header].to_str().unwrap().to_owned();
        let policy = head("content-security-policy");
        let wanted = "sandbox; default-src 'none'; img-src https: data:; style-src 'unsafe-inline'";
        assert!(policy.starts_with(wanted), "{policy}");
        assert!(!policy.contains("allow-"), "{policy}");
        assert_eq!(head("cache-control"), "no-store");
        assert!(head("x-robots-tag").contains("noindex"));
        assert_eq!(head("referrer-policy"), "no-referrer");
        assert_eq!(head("x-content-type-options"), "nosniff");
        assert!(!shown.headers.contains_key(header::SET_COOKIE));
        assert!(
            shown.text.contains("alert(2)"),
            "this test is about markup that got through"
        );
        assert!(
            !shown.text.contains("_blank"),
            "the sandbox opens no windows"
        );
        let click = visit(&app, &path_in(&shown.text, "c"), "ja").await;
        assert_eq!(
            click.headers[header::LOCATION],
            "https://shop.example.jp/p?c=A1"
        );

        know(&app, "新しい名前", "B2").await;
        let kept = visit(&app, &path, "ja").await.expect(StatusCode::OK);
        assert_eq!(kept.text, shown.text, "{name}: as it was sent");
        app.delete("/api/v1/inbox", &owner).await;
        let again = visit(&app, &path, "ja").await.expect(StatusCode::OK);
        assert!(again.text.contains("新しい名前"), "{name}: {}", again.text);
        assert_eq!(path_in(&again.text, "w"), path);
        let click = visit(&app, &path_in(&again.text, "c"), "ja").await;
        assert_eq!(
            click.headers[header::LOCATION],
            "https://shop.example.jp/p?c=B2",
            "{name}: a link that nobody was sent is stored before it is shown"
        );
        let clicks = "SELECT COUNT(*) FROM event WHERE name_id = 43";
        let counted = sql::number(app.kit.db.reader(), clicks, []).await;
        assert_eq!(counted.unwrap(), 2, "{name}: links keep tracking");
    }
}

#[tokio::test]
async fn wrong_tokens_and_people_who_are_gone_get_a_page_in_their_language() {
    for test in testkit::both().await {
        let (app, _) = sent(&test).await;
        let name = test.name();
        let html = mail(&app, "c1@example.jp").await;
        let path = path_in(&html, "w");
        let token = path.trim_start_matches("/w/");
        let signer = |workspace| app.app.keyring.signer(workspace);
        let own = signer(app.kit.workspace).await.unwrap().unwrap();
        let delivery = own.verify(Kind::Web, token).unwrap().delivery;
        let other = WorkspaceId::from_raw(700_000_000_000_000_002);
        app.kit.add_workspace(other, "若葉マート").await;
        let foreign = signer(other).await.unwrap().unwrap();
        let mut forged = token.to_owned();
        let last = if forged.pop() == Some('A') { 'B' } else { 'A' };
        forged.insert(forged.len() / 2, last);
        for (text, status) in [
            (forged.as_str(), StatusCode::NOT_FOUND),
            ("preview", StatusCode::NOT_FOUND),
            ("%00", StatusCode::NOT_FOUND),
            ("..%2F..%2Fetc", StatusCode::NOT_FOUND),
            (&"A".repeat(5_000), StatusCode::NOT_FOUND),
            (
                &own.sign(Kind::Unsubscribe, delivery, None),
                StatusCode::NOT_FOUND,
            ),
            (&foreign.sign(Kind::Web, delivery, None), StatusCode::GONE),
            (
                &own.sign(Kind::Web, DeliveryId::from_raw(5), None),
                StatusCode::GONE,
            ),
        ] {
            let ja = visit(&app, &format!("/w/{text}"), "ja").await;
            let en = visit(&app, &format!("/w/{text}"), "en-GB").await;
            let words = if status == StatusCode::GONE {
                ["もう表示できません", "can no longer be shown"]
            } else {
                ["このリンクは使えません", "This link does not work"]
            };
            assert_eq!((ja.status, en.status), (status, status), "{name} {text}");
            assert!(ja.text.contains(words[0]), "{name} {text}: {}", ja.text);
            assert!(en.text.contains(words[1]), "{name} {text}: {}", en.text);
            assert!(!ja.text.contains("alert("), "{name} {text}");
        }

        exec(
            &app,
            "UPDATE delivery SET profile_id = 2 WHERE profile_id = 1",
        )
        .await;
        exec(&app, "DELETE FROM captured_message").await;
        let shown = visit(&app, &path, "ja").await.expect(StatusCode::OK);
        assert!(shown.text.contains("客2"), "{name}: the survivor's");
        exec(&app, "UPDATE profile SET state = 1 WHERE id = 2").await;
        visit(&app, &path, "ja").await.expect(StatusCode::GONE);
    }
}

#[tokio::test]
async fn a_test_of_an_email_opens_in_a_browser_from_the_inbox() {
    let test = testkit::sqlite().await;
    let (app, owner) = sent(&test).await;
    let made = app
        .post("/api/v1/contents", &owner, json!({"starter": "coupon"}))
        .await
        .expect(StatusCode::CREATED)
        .json();
    let house = app
        .get("/api/v1/contents/test-recipients", &owner)
        .await
        .json();
    let to = house[0]["address"].as_str().unwrap();
    let path = format!("/api/v1/contents/{}/test", made["id"].as_str().unwrap());
    app.post(&path, &owner, json!({"recipients": [to]}))
        .await
        .expect(StatusCode::OK);
    let html = mail(&app, to).await;
    let shown = visit(&app, &path_in(&html, "w"), "ja")
        .await
        .expect(StatusCode::OK);
    assert_eq!(shown.text, html.replace("_blank", "_self"));
}
