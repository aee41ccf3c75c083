//! Files, customers and products through the API.

use access::Role;
use axum::{
    body::Body,
    http::{Method, Request, StatusCode, header},
};
use serde_json::{Value, json};

use crate::app::{Answer, TestApp};

const PEOPLE: &str =
    "会員番号,メールアドレス,姓,名,ランク\n1,taro@example.jp,𠮷野,太郎,金\n2,broken,佐藤,花子,銀\n";
const ORDERS: &str = "注文番号,会員番号,購入日時,商品コード,商品名,カテゴリ,数量,金額\n\
    A-1,1,2026-01-02 10:00,4901,緑茶,飲料>お茶,2,256\nA-1,1,2026-01-02 10:00,4902,パン,食品,1,120\n";

async fn upload(app: &TestApp, token: &str, kind: &str, file: &str) -> Answer {
    let body = format!(
        "--x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"C:\\\\顧客.csv\"\r\nContent-Type: text/csv\r\n\r\n{file}\r\n--x--\r\n"
    );
    let request = Request::builder()
        .method(Method::POST)
        .uri(format!("/api/v1/imports?kind={kind}"))
        .header(header::AUTHORIZATION, format!("Bearer {token}"))
        .header(header::ACCEPT_LANGUAGE, "ja")
        .header(header::CONTENT_TYPE, "multipart/form-data; boundary=x")
        .body(Body::from(body))
        .unwrap();
    app.send(request).await
}

/// Uploads a file, takes the guess and runs it to the end.
async fn load(app: &TestApp, token: &str, kind: &str, file: &str) -> Value {
    let seen = upload(app, token, kind, file)
        .await
        .expect(StatusCode::CREATED)
        .json();
    let id = seen["import"]["id"].as_str().unwrap();
    let start = json!({"encoding": seen["encoding"], "delimiter": seen["delimiter"], "mapping": seen["mapping"]});
    let path = format!("/api/v1/imports/{id}");
    let rows = app
        .post(&format!("{path}/preview"), token, start.clone())
        .await
        .expect(StatusCode::OK)
        .json();
    assert_eq!(rows.as_array().unwrap().len(), 2);
    let running = app
        .post(&format!("{path}/start"), token, start)
        .await
        .expect(StatusCode::OK)
        .json();
    assert_eq!(running["state"], "running");
    server::job_worker(&app.app).run_due().await.unwrap();
    app.get(&path, token).await.expect(StatusCode::OK).json()
}

#[tokio::test]
async fn a_file_becomes_customers_and_what_was_refused_can_be_downloaded_once() {
    for test in testkit::both().await {
        let app = TestApp::new(&test).await;
        let token = app.token(Role::Owner).await;
        let import = load(&app, &token, "customers", PEOPLE).await;
        assert_eq!(
            (&import["state"], &import["n_taken"], &import["n_refused"]),
            (&json!("done"), &json!(1), &json!(1))
        );
        assert_eq!(
            (&import["file_name"], &import["progress"]["total"]),
            (&json!("顧客.csv"), &json!(2))
        );

        let path = format!("/api/v1/imports/{}/refused", import["id"].as_str().unwrap());
        let rows = app.get(&path, &token).await.expect(StatusCode::OK).json();
        assert_eq!(
            (&rows["items"][0]["line"], &rows["items"][0]["code"]),
            (&json!(3), &json!("email"))
        );
        let ticket = app
            .post(&format!("{path}/ticket"), &token, json!({}))
            .await
            .expect(StatusCode::OK)
            .json();
        let url = ticket["url"].as_str().unwrap();
        let csv = app.get(url, "").await.expect(StatusCode::OK);
        assert!(
            csv.text.starts_with(
                "\u{feff}会員番号,メールアドレス,姓,名,ランク,line,code,reason\r\n2,broken,"
            ),
            "{}",
            csv.text
        );
        app.get(url, "").await.expect(StatusCode::NOT_FOUND);

        let analyst = app.token(Role::Analyst).await;
        let hidden = app.get(&path, &analyst).await.expect(StatusCode::OK).json();
        assert_eq!(
            hidden["items"][0]["raw"],
            Value::Null,
            "who may not see people sees no rows"
        );
        app.post(&format!("{path}/ticket"), &analyst, json!({}))
            .await
            .expect(StatusCode::FORBIDDEN);
        upload(&app, &analyst, "customers", PEOPLE)
            .await
            .expect(StatusCode::FORBIDDEN);
    }
}

#[tokio::test]
async fn what_is_no_csv_or_no_upload_is_told_clearly() {
    let test = testkit::sqlite().await;
    let app = TestApp::new(&test).await;
    let token = app.token(Role::Owner).await;
    let binary = upload(&app, &token, "orders", &"\0\u{1}\u{2}x".repeat(500))
        .await
        .expect(StatusCode::UNPROCESSABLE_ENTITY);
    assert!(
        binary.json()["detail"].as_str().unwrap().contains("CSV"),
        "{}",
        binary.text
    );
    upload(&app, &token, "sheep", PEOPLE)
        .await
        .expect(StatusCode::UNPROCESSABLE_ENTITY);
    let body = json!({"kind": "customers"});
    app.post("/api/v1/imports?kind=customers", &token, body)
        .await
        .expect(StatusCode::UNPROCESSABLE_ENTITY);

    let seen = upload(&app, &token, "orders", "a\n1\n")
        .await
        .expect(StatusCode::CREATED)
        .json();
    let path = format!("/api/v1/imports/{}", seen["import"]["id"].as_str().unwrap());
    let start = json!({"encoding": "utf-8", "delimiter": ",", "mapping": seen["mapping"]});
    let refused = app
        .post(&format!("{path}/start"), &token, start)
        .await
        .expect(StatusCode::UNPROCESSABLE_ENTITY)
        .json();
    assert_eq!(refused["errors"][0]["pointer"], "/columns");
    app.post(&format!("{path}/pause"), &token, json!({}))
        .await
        .expect(StatusCode::CONFLICT);
    app.post(&format!("{path}/cancel"), &token, json!({}))
        .await
        .expect(StatusCode::OK);
    let other = app.token_in(other_workspace(&app).await, Role::Owner).await;
    app.get(&path, &other).await.expect(StatusCode::NOT_FOUND);
}

async fn other_workspace(app: &TestApp) -> kernel::id::WorkspaceId {
    let id = kernel::id::WorkspaceId::from_raw(700_000_000_000_000_777);
    app.kit.add_workspace(id, "別の店").await;
    id
}

#[tokio::test]
async fn a_customer_is_found_masked_opened_with_a_trace_and_changed_once() {
    for test in testkit::both().await {
        let app = TestApp::new(&test).await;
        let token = app.token(Role::Owner).await;
        load(&app, &token, "customers", PEOPLE).await;
        load(&app, &token, "orders", ORDERS).await;
        let list = app
            .get("/api/v1/customers?search=%E5%90%89%E9%87%8E", &token)
            .await
            .expect(StatusCode::OK)
            .json();
        assert_eq!(list["items"].as_array().unwrap().len(), 0, "吉 is not 𠮷");
        let list = app
            .get("/api/v1/customers?search=TARO@", &token)
            .await
            .expect(StatusCode::OK)
            .json();
        let id = list["items"][0]["id"].as_str().unwrap();
        let path = format!("/api/v1/customers/{id}");

        let analyst = app.token(Role::Analyst).await;
        let masked = app.get(&path, &analyst).await.expect(StatusCode::OK).json();
        assert_eq!(
            (&masked["email"], &masked["is_masked"]),
            (&json!("t***@example.jp"), &json!(true))
        );
        assert!(
            !masked.to_string().contains("taro@"),
            "nowhere in the answer"
        );
        let page = app.get(&path, &token).await.expect(StatusCode::OK).json();
        assert_eq!(
            (&page["email"], &page["totals"]["amount"]),
            (&json!("taro@example.jp"), &json!(376))
        );
        let opened = storage::sql::number(
            app.kit.db.reader(),
            "SELECT COUNT(*) FROM access_log WHERE action = 'customer.open'",
            [],
        );
        assert_eq!(opened.await.unwrap(), 2);

        let orders = app
            .get(&format!("{path}/orders"), &token)
            .await
            .expect(StatusCode::OK)
            .json();
        assert_eq!(orders["items"][0]["lines"][0]["name"], "緑茶");
        let timeline = app
            .get(&format!("{path}/timeline"), &token)
            .await
            .expect(StatusCode::OK)
            .json();
        assert_eq!(
            (
                &timeline["items"][0]["name"],
                &timeline["items"][0]["is_imported"]
            ),
            (&json!("Order Completed"), &json!(true))
        );

        let change = json!({"version": page["version"], "full_name": "𠮷野 多郎", "attributes": {"店": "渋谷"}});
        app.patch(&path, &token, change.clone())
            .await
            .expect(StatusCode::OK);
        app.patch(&path, &token, change.clone())
            .await
            .expect(StatusCode::CONFLICT);
        app.patch(&path, &analyst, change)
            .await
            .expect(StatusCode::FORBIDDEN);
        let label = json!({"key": "店", "value_type": "text", "label_ja": "よく行く店", "label_en": null, "is_sensitive": true});
        app.call(Method::PUT, "/api/v1/attributes", &token, Some(label))
            .await
            .expect(StatusCode::OK);
        let seen = app.get(&path, &analyst).await.expect(StatusCode::OK).json();
        let shop = seen["attributes"]
            .as_array()
            .unwrap()
            .iter()
            .find(|attribute| attribute["key"] == "店")
            .unwrap();
        assert_eq!(
            (&shop["label"], &shop["value"]),
            (&json!("よく行く店"), &Value::Null)
        );

        let new = json!({"external_id": "77", "email": "taro@example.jp"});
        app.post("/api/v1/customers", &token, new)
            .await
            .expect(StatusCode::CONFLICT);
        let new = json!({"external_id": "77", "family_name": "森"});
        app.post("/api/v1/customers", &token, new)
            .await
            .expect(StatusCode::CREATED);
        app.post("/api/v1/customers", &token, json!({"email": "x"}))
            .await
            .expect(StatusCode::UNPROCESSABLE_ENTITY);
        let other = app.token_in(other_workspace(&app).await, Role::Owner).await;
        app.get(&path, &other).await.expect(StatusCode::NOT_FOUND);
        app.get(&format!("{path}/timeline"), &other)
            .await
            .expect(StatusCode::NOT_FOUND);
    }
}

#[tokio::test]
async fn products_are_added_listed_and_changed_by_version() {
    for test in testkit::both().await {
        let app = TestApp::new(&test).await;
        let token = app.token(Role::Owner).await;
        let tea = json!({"sku": "t-1", "name": "煎茶", "category": "飲料>お茶", "price": 1280, "currency": "JPY"});
        let made = app
            .post("/api/v1/products", &token, tea.clone())
            .await
            .expect(StatusCode::CREATED)
            .json();
        app.post("/api/v1/products", &token, tea.clone())
            .await
            .expect(StatusCode::CONFLICT);
        let path = format!("/api/v1/products/{}", made["id"].as_str().unwrap());
        let mut changed = tea;
        changed["version"] = made["version"].clone();
        changed["stock"] = json!(0);
        app.call(Method::PUT, &path, &token, Some(changed.clone()))
            .await
            .expect(StatusCode::OK);
        app.call(Method::PUT, &path, &token, Some(changed.clone()))
            .await
            .expect(StatusCode::CONFLICT);
        changed["url"] = json!("javascript:alert(1)");
        let wrong = app
            .call(Method::PUT, &path, &token, Some(changed))
            .await
            .expect(StatusCode::UNPROCESSABLE_ENTITY)
            .json();
        assert_eq!(wrong["errors"][0]["pointer"], "/url");
        let list = app
            .get("/api/v1/products?category=%E9%A3%B2%E6%96%99", &token)
            .await
            .expect(StatusCode::OK)
            .json();
        assert_eq!(
            (&list["items"][0]["stock"], &list["next"]),
            (&json!(0), &Value::Null)
        );
    }
}
