//! The lines of an upload that mean nobody, all of them as CSV.

use access::Role;
use axum::http::{StatusCode, header};
use kernel::id::WorkspaceId;
use serde_json::json;
use storage::sql;

use super::{List, people, send};
use crate::app::TestApp;

const OTHER: WorkspaceId = WorkspaceId::from_raw(77);
const HEAD: &str = "\u{feff}line,text\r\n";

async fn csv(list: &List<'_>) -> String {
    let answer = list.app.get(&list.path("/unknown.csv"), list.token).await;
    answer.expect(StatusCode::OK).text
}

#[tokio::test]
async fn every_unknown_line_comes_with_its_number_and_no_formula() {
    for test in testkit::both().await {
        let app = TestApp::new(&test).await;
        people(&app).await;
        let token = app.token(Role::Owner).await;
        let list = List::new(&app, &token).await;
        assert_eq!(csv(&list).await, HEAD, "nothing was uploaded yet");
        let file = "会員番号,メールアドレス\nu1,\n=1+1,\n＝ＳＵＭ(A1),\n\n\"a,\"\"b\"\"\",\n🍣,\nu2,\n-5,\n@x,\"x\ny\"\n";
        let report = list.upload("add", file.as_bytes()).await;
        assert_eq!(report["n_unknown"], 6, "{}: {report}", test.name());
        assert_eq!(report["list"]["n_unknown"], 6);
        let expected = "3,'=1+1\r\n4,'＝ＳＵＭ(A1)\r\n6,\"a,\"\"b\"\"\"\r\n7,🍣\r\n9,-5\r\n10,\"'@x x\ny\"\r\n";
        assert_eq!(csv(&list).await, format!("{HEAD}{expected}"));
        // Only of the last upload, also when it knows everybody.
        let report = list.upload("take", b"u1\nu2\n").await;
        assert_eq!(report["list"]["n_unknown"], 0);
        assert_eq!(csv(&list).await, HEAD);
        let left = sql::number(
            app.kit.db.reader(),
            "SELECT COUNT(*) FROM people_list_unknown",
            [],
        );
        assert_eq!(left.await.unwrap(), 0, "what nobody can see is not kept");
    }
}

#[tokio::test]
async fn thousands_of_lines_come_whole_and_go_with_the_list() {
    for test in testkit::both().await {
        let app = TestApp::new(&test).await;
        people(&app).await;
        let token = app.token(Role::Owner).await;
        let list = List::new(&app, &token).await;
        let strangers = (1..=4_999).map(|n| format!("nobody{n}@example.jp\n"));
        let file: String = strangers.chain(["u1\n".to_owned()]).collect();
        let report = list.upload("add", file.as_bytes()).await;
        assert_eq!(report["unknown"].as_array().unwrap().len(), 100);
        let all = csv(&list).await;
        let lines: Vec<&str> = all.lines().collect();
        assert_eq!(lines.len(), 5_000, "{}", test.name());
        for (n, line) in lines.iter().enumerate().skip(1) {
            assert_eq!(*line, format!("{n},nobody{n}@example.jp"));
        }
        // An upload that is refused leaves the list as it was, these lines too, and keeps none of its own.
        let path = list.path("/upload?mode=replace");
        let refused = send(&app, &token, &path, b"stranger1\nstranger2\n").await;
        refused.expect(StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!(csv(&list).await, all);
        let n = "SELECT COUNT(*) FROM people_list_unknown";
        let held = sql::number(app.kit.db.reader(), n, []).await.unwrap();
        assert_eq!(held, 4_999);
        app.delete(&list.path(""), &token)
            .await
            .expect(StatusCode::NO_CONTENT);
        let held = sql::number(app.kit.db.reader(), n, []).await.unwrap();
        assert_eq!(held, 0);
    }
}

#[tokio::test]
async fn the_file_is_for_those_who_may_see_addresses_and_its_link_is_good_once() {
    for test in testkit::both().await {
        let app = TestApp::new(&test).await;
        people(&app).await;
        app.kit.add_workspace(OTHER, "よその店").await;
        let token = app.token(Role::Marketer).await;
        let list = List::new(&app, &token).await;
        list.upload("add", "u1\nたれか\n".as_bytes()).await;
        let (direct, ticket) = (list.path("/unknown.csv"), list.path("/unknown/ticket"));
        for role in [Role::Analyst, Role::Viewer] {
            let other = app.token(role).await;
            app.get(&direct, &other).await.expect(StatusCode::FORBIDDEN);
            let refused = app.post(&ticket, &other, json!({})).await;
            refused.expect(StatusCode::FORBIDDEN);
        }
        let stranger = app.token_in(OTHER, Role::Owner).await;
        app.get(&direct, &stranger)
            .await
            .expect(StatusCode::NOT_FOUND);
        let refused = app.post(&ticket, &stranger, json!({})).await;
        refused.expect(StatusCode::NOT_FOUND);
        let given = app.post(&ticket, &token, json!({})).await;
        let url = given.expect(StatusCode::OK).json()["url"].clone();
        let file = app.get(url.as_str().unwrap(), "").await;
        let file = file.expect(StatusCode::OK);
        assert_eq!(
            file.headers[header::CONTENT_TYPE],
            "text/csv; charset=utf-8"
        );
        assert_eq!(file.text, format!("{HEAD}2,たれか\r\n"));
        app.get(url.as_str().unwrap(), "")
            .await
            .expect(StatusCode::NOT_FOUND);
        let logged =
            "SELECT COUNT(*) FROM access_log WHERE action = 'list.unknown.export' AND n_people = 1";
        let logged = sql::number(app.kit.db.reader(), logged, []).await.unwrap();
        assert_eq!(logged, 1, "{}", test.name());
    }
}
