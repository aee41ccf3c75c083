//! What the tests of rich menus stand on.

use access::Role;
use axum::http::{Method, StatusCode};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use kernel::{id::Id, time::HOUR};
use line_fake::{LineFake, Options};
use serde_json::{Value, json};
use server::{
    keeping::{Keep, Next},
    menus::Keeper,
};
use storage::sql;
use testkit::TestDb;

use crate::{
    app::TestApp,
    line::{account, hooks::tell, with_line},
};

/// A PNG as far as its size.
pub(super) fn png(width: u32, height: u32) -> String {
    let mut bytes = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR".to_vec();
    bytes.extend(width.to_be_bytes());
    bytes.extend(height.to_be_bytes());
    STANDARD.encode(bytes)
}

pub(super) fn user(n: usize) -> String {
    format!("U{n:032x}")
}

/// A workspace with a LINE account, its platform, and a worker turned by hand.
pub(super) struct Story {
    pub(super) app: TestApp,
    pub(super) fake: LineFake,
    pub(super) token: String,
    pub(super) account: String,
    pub(super) keeper: Keeper,
}

impl Story {
    pub(super) async fn begin(test: &TestDb) -> Self {
        let (app, fake) = with_line(test, Options::default()).await;
        let token = app.token(Role::Owner).await;
        let made = app
            .post("/api/v1/senders", &token, account())
            .await
            .expect(StatusCode::CREATED);
        let account = made.json()["id"].as_str().unwrap().to_owned();
        let keeper = Keeper::claim(&app.app, app.kit.workspace).await;
        Self {
            keeper: keeper.unwrap().unwrap(),
            app,
            fake,
            token,
            account,
        }
    }

    pub(super) async fn call(&self, method: Method, path: &str, body: Value) -> Value {
        let answer = self.app.call(method, path, &self.token, Some(body)).await;
        assert!(answer.status.is_success(), "{} {}", path, answer.text);
        answer.json()
    }

    pub(super) async fn get(&self, path: &str) -> Value {
        let answer = self.app.get(path, &self.token).await;
        answer.expect(StatusCode::OK).json()
    }

    /// Makes a menu with a picture and publishes it.
    pub(super) async fn menu(&self, name: &str, areas: Value) -> String {
        let path = format!("/api/v1/line/{}/menus", self.account);
        let document = json!({ "bar": "メニュー", "is_open": true, "areas": areas });
        let made = self
            .call(
                Method::POST,
                &path,
                json!({ "name": name, "document": document }),
            )
            .await;
        let id = made["id"].as_str().unwrap().to_owned();
        self.picture(&id).await;
        self.publish(&id).await;
        id
    }

    pub(super) async fn picture(&self, id: &str) {
        let version = self.get(&format!("/api/v1/line-menus/{id}")).await["version"].clone();
        let path = format!("/api/v1/line-menus/{id}/image");
        let body = json!({ "data": png(1_200, 810), "version": version });
        self.call(Method::PUT, &path, body).await;
    }

    pub(super) async fn publish(&self, id: &str) -> Value {
        let version = self.get(&format!("/api/v1/line-menus/{id}")).await["version"].clone();
        let path = format!("/api/v1/line-menus/{id}/publish");
        self.call(Method::POST, &path, json!({ "version": version }))
            .await
    }

    pub(super) async fn plan(&self, rules: Value, default_menu: Option<&str>) -> Value {
        let path = format!("/api/v1/line/{}/menu-plan", self.account);
        let version = self.get(&path).await["version"].clone();
        let body = json!({ "rules": rules, "default_menu": default_menu, "version": version });
        self.call(Method::PUT, &path, body).await
    }

    pub(super) async fn progress(&self) -> Value {
        let path = format!("/api/v1/line/{}/menu-plan", self.account);
        self.get(&path).await
    }

    /// Lets the worker do what there is to do; LINE's answers about batches are waited for.
    pub(super) async fn settle(&mut self) {
        self.caught_up().await;
        for _ in 0..200 {
            match self.keeper.round().await.unwrap() {
                Next::AtOnce => {}
                Next::Wait => return,
                Next::At(at) => {
                    let now = self.app.app.now();
                    if at.0 - now.0 > HOUR / 2 {
                        return;
                    }
                    self.app.kit.clock.advance((at.0 - now.0).max(1));
                }
            }
        }
        panic!("the worker finds no end");
    }

    /// On PostgreSQL a transaction of another test may hide a row of the feed for a moment.
    pub(super) async fn caught_up(&self) {
        let db = self.app.kit.db.reader();
        while storage::feed::head(db).await.unwrap() < storage::feed::newest(db).await.unwrap() {
            tokio::task::yield_now().await;
        }
    }

    pub(super) async fn follow(&self, users: &[String]) {
        for chunk in users.chunks(100) {
            let events: Vec<Value> = chunk
                .iter()
                .map(|user| {
                    self.fake.befriend(user);
                    self.fake.event("follow", user)
                })
                .collect();
            tell(&self.app, &self.fake, &self.account, &events).await;
        }
    }

    pub(super) async fn profile(&self, user: &str) -> Id<kernel::id::kind::Profile> {
        let text = "SELECT profile_id FROM identity WHERE kind = 5 AND value = $1";
        let db = self.app.kit.db.reader();
        Id::from_raw(sql::number(db, text, [user.into()]).await.unwrap())
    }

    /// Gives a customer a rank as a person of the company does.
    pub(super) async fn rank(&self, user: &str, rank: &str) {
        let path = format!("/api/v1/customers/{}", self.profile(user).await);
        let version = self.get(&path).await["version"].clone();
        let body = json!({ "version": version, "attributes": { "rank": rank } });
        self.call(Method::PATCH, &path, body).await;
    }

    /// Gives everybody a rank behind the product's back.
    pub(super) async fn rank_everybody(&self, rank: &str) {
        let attributes = storage::Value::Json(Some(Box::new(json!({ "rank": rank }))));
        let text = "UPDATE profile SET attributes = $1";
        sql::exec(self.app.kit.db.writer(), text, [attributes])
            .await
            .unwrap();
    }

    pub(super) async fn run(&self, text: &str) {
        sql::exec(self.app.kit.db.writer(), text, []).await.unwrap();
    }

    /// Returns the name of the menu that somebody sees at LINE.
    pub(super) fn sees(&self, user: &str) -> Option<String> {
        let id = self.fake.menu_of(user)?;
        let menus = self.fake.menus();
        let menu = menus.iter().find(|(own, _)| *own == id);
        // The id of the publication stands behind the name.
        let name = menu?.1["name"].as_str()?.rsplit_once(' ')?.0.to_owned();
        Some(name)
    }

    pub(super) fn calls(&self, what: &str) -> Vec<Value> {
        let log = self.fake.log();
        let those = log
            .iter()
            .filter(|one| one.what == what && one.status < 300);
        those
            .map(|one| serde_json::from_slice(&one.body).unwrap_or_default())
            .collect()
    }
}

/// An area that leads into the web.
pub(super) fn link(x: i64) -> Value {
    json!({ "x": x, "y": 0, "width": 400, "height": 810, "action": { "kind": "uri", "uri": "https://shop.example.jp/?a=1" } })
}
