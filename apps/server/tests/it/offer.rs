//! What an offer says of the products is what its mails and its preview show.

use access::Role;
use axum::http::StatusCode;
use kernel::id::ProfileId;
use profiles::names;
use serde_json::{Value, json};
use storage::sql;
use testkit::Kit;

use crate::{app::TestApp, judged, shop};

#[tokio::test]
async fn products_come_from_the_category_that_the_offer_names() {
    for test in testkit::both().await {
        let kit = Kit::new(&test).await;
        shop::people(&kit, 2).await;
        let app = TestApp::mailing(kit);
        let owner = app.token(Role::Owner).await;
        let made = async |path: &str, body: Value| {
            let answer = app.post(path, &owner, body).await;
            answer.expect(StatusCode::CREATED).json()
        };
        for (sku, name, category) in [
            ("1", "煎茶", "飲料 > お茶"),
            ("2", "餃子", "食品 > 冷凍"),
            ("3", "飲料水の本", "飲料の本"),
        ] {
            let product = json!({"sku": sku, "name": name, "category": category});
            made("/api/v1/products", product).await;
        }
        // The second customer has bought everything, so it is new to the first.
        let bought = format!(
            "INSERT INTO event (workspace_id, profile_id, occurred_at, id, name_id, product_id, flags, received_at)
             SELECT workspace_id, 2, {now}, id, {name}, id, 0, {now} FROM product",
            now = app.app.now().0,
            name = names::PRODUCT_PURCHASED
        );
        sql::exec(app.kit.db.writer(), bought, []).await.unwrap();

        let sender = json!({"from_name": "青葉", "from_address": "info@shop.example.jp", "transport": "sandbox"});
        let sender = made("/api/v1/senders", sender).await;
        let mjml = "<mjml><mj-body><mj-section><mj-column><mj-text>おすすめ：{% for product in products %}「{{ product.name }}」\
            {% endfor %}</mj-text></mj-column></mj-section></mj-body></mjml>";
        let email = json!({"version": 1, "name": "夏", "default_locale": "ja",
            "variants": {"ja": {"subject": "夏の案内", "preheader": "", "mjml": mjml}}});
        let with = |category: &str| {
            json!({
                "version": 1, "target": {"everybody": true},
                "offer": {"kind": "products", "label": "人気のお茶", "block": "popular", "category": category},
                "timing": {"kind": "now"},
                "channel": {"kind": "email", "sender": sender["id"]},
                "contents": {"source": {"inline": email}},
                "goal": {"event": "order", "window_days": 7},
            })
        };
        let draft = json!({"name": "夏", "document": with(" > ")});
        let refused = app.post("/api/v1/campaigns", &owner, draft).await;
        let refused = refused.expect(StatusCode::UNPROCESSABLE_ENTITY).json();
        assert_eq!(refused["errors"][0]["pointer"], "/document/offer/category");
        let draft = json!({"name": "夏", "document": with("飲料")});
        let draft = made("/api/v1/campaigns", draft).await;
        assert_eq!(draft["document"]["offer"]["category"], "飲料");

        let first = ProfileId::from_raw(1).to_string();
        let preview = json!({"document": email, "customer_id": first, "campaign_id": draft["id"]});
        let preview = app.post("/api/v1/contents/preview", &owner, preview).await;
        let preview = preview.expect(StatusCode::OK).json();
        let shown = preview["text"].as_str().unwrap();
        assert!(shown.contains("「煎茶」"), "{shown}");
        assert!(!shown.contains("餃子") && !shown.contains("本"), "{shown}");

        let path = format!("/api/v1/campaigns/{}", draft["id"].as_str().unwrap());
        let launch = json!({"version": draft["version"]});
        app.post(&format!("{path}/launch"), &owner, launch)
            .await
            .expect(StatusCode::OK);
        judged::send(&app, &format!("{path}/progress"), &owner).await;
        let text = "SELECT body_text FROM captured_message WHERE recipient = 'c1@example.jp'";
        let rows = sql::rows(app.kit.db.reader(), text, []).await.unwrap();
        let sent: String = rows[0].try_get_by_index(0).unwrap();
        assert!(sent.contains("「煎茶」"), "{}: {sent}", test.name());
        assert!(
            !sent.contains("餃子") && !sent.contains("本"),
            "{}: {sent}",
            test.name()
        );
    }
}
