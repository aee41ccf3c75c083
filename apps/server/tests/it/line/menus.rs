//! Rich menus: drawn, published, given to whom the rules name, and kept so.

mod world;

use access::Role;
use axum::{
    body::Body,
    http::{Method, Request, StatusCode, header},
};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use kernel::{
    id::{Id, WorkspaceId},
    time::MINUTE,
};
use serde_json::json;
use storage::sql;

use self::world::{Story, link, png, user};
use super::hooks::tell;
use crate::membership;

#[tokio::test]
async fn a_segment_decides_and_leaving_it_links_anew() {
    for test in testkit::both().await {
        let mut story = Story::begin(&test).await;
        let users: Vec<String> = (1..=3).map(user).collect();
        story.follow(&users).await;
        let gold = story.menu("ゴールド", json!([link(0)])).await;
        let all = story.menu("みんな", json!([link(400)])).await;
        let document = json!({ "version": 2, "root": { "all": [
            { "fact": { "of": { "attribute": "rank" }, "test": { "text": { "equals": "gold" } } } }
        ] } });
        let segment = story
            .call(
                Method::POST,
                "/api/v1/segments",
                json!({ "name": "ゴールド会員", "document": document }),
            )
            .await;
        story.rank(&users[0], "gold").await;
        membership::keep(&story.app).await;
        let rule = json!({ "when": { "kind": "segment", "segment": segment["id"] }, "menu": gold });
        story.plan(json!([rule]), Some(&all)).await;
        story.settle().await;
        assert_eq!(story.sees(&users[0]).as_deref(), Some("ゴールド"));
        assert_eq!(story.sees(&users[1]).as_deref(), Some("みんな"));
        let told = story.progress().await;
        assert_eq!(told["rules"][0]["label"], "ゴールド会員");
        assert_eq!(
            [
                &told["rules"][0]["n_friends"],
                &told["rules"][0]["n_told"],
                &told["n_default"],
                &told["n_due"]
            ],
            [1, 1, 2, 0]
        );
        assert_eq!(told["is_judging"], false);

        // One leaves, one enters.
        story.rank(&users[0], "silver").await;
        story.rank(&users[1], "gold").await;
        // The lease of the worker before has run out.
        story.app.kit.clock.advance(MINUTE);
        membership::keep(&story.app).await;
        story.settle().await;
        assert_eq!(story.sees(&users[0]).as_deref(), Some("みんな"));
        assert_eq!(story.sees(&users[1]).as_deref(), Some("ゴールド"));
        // Who blocks costs no call; who comes back is told anew.
        let before = story.calls("POST /v2/bot/richmenu/bulk/link").len();
        let (fake, account) = (&story.fake, &story.account);
        story.app.kit.clock.advance(10);
        let block = fake.event("unfollow", &users[1]);
        tell(&story.app, fake, account, &[block]).await;
        story.settle().await;
        assert_eq!(story.calls("POST /v2/bot/richmenu/bulk/link").len(), before);
        story.app.kit.clock.advance(10);
        story.follow(&users[1..2]).await;
        story.settle().await;
        assert_eq!(
            story.calls("POST /v2/bot/richmenu/bulk/link").len(),
            before + 1
        );
        // Without rules everybody has what everybody has.
        story.plan(json!([]), None).await;
        story.settle().await;
        assert_eq!(story.sees(&users[1]), None, "{}", test.name());
    }
}

#[tokio::test]
async fn many_friends_are_told_500_with_a_call_and_a_new_picture_by_one_batch() {
    for test in testkit::both().await {
        let mut story = Story::begin(&test).await;
        let users: Vec<String> = (1..=1_200).map(user).collect();
        story.follow(&users).await;
        let menu = story.menu("銀", json!([link(0)])).await;
        // Straight into the tables: 1,200 requests would test something else.
        story.rank_everybody("silver").await;
        let rule = json!({ "when": { "kind": "attribute", "key": "rank", "value": "silver" }, "menu": menu });
        story.plan(json!([rule]), None).await;
        story.settle().await;
        let sizes: Vec<usize> = story
            .calls("POST /v2/bot/richmenu/bulk/link")
            .iter()
            .map(|body| body["userIds"].as_array().unwrap().len())
            .collect();
        assert_eq!(sizes, [500, 500, 200], "{}", test.name());
        assert!(
            users
                .iter()
                .all(|user| story.sees(user).as_deref() == Some("銀"))
        );
        let progress = story.progress().await;
        assert_eq!([&progress["n_friends"], &progress["n_due"]], [1_200, 0]);

        // Her rank changes, and with it what she sees.
        story.rank(&users[3], "gold").await;
        story.settle().await;
        assert_eq!(story.sees(&users[3]), None);
        assert_eq!(story.progress().await["n_friends"], 1_199);
        story.rank(&users[3], "silver").await;
        story.settle().await;
        assert_eq!(story.sees(&users[3]).as_deref(), Some("銀"));

        // Told, and killed before it was written down: told once more, which changes nothing.
        story.run("UPDATE line_menu_friend SET told = 0").await;
        story.settle().await;
        assert_eq!(story.progress().await["n_due"], 0);

        // Another version takes the place of the first, which is deleted when nobody has it.
        let first = story.fake.menus()[0].0.clone();
        let other = story
            .menu(
                "タブ",
                json!([{ "x": 0, "y": 0, "width": 400, "height": 810,
            "action": { "kind": "switch", "menu": menu } }]),
            )
            .await;
        story.settle().await;
        assert_ne!(other, menu);
        story.picture(&menu).await;
        story.publish(&menu).await;
        story.settle().await;
        let batches = story.calls("POST /v2/bot/richmenu/batch");
        assert_eq!(
            batches.len(),
            1,
            "a tab leads to it, so a batch finds everybody"
        );
        assert_eq!(batches[0]["operations"][0]["from"], first.as_str());
        assert!(batches[0]["resumeRequestKey"].is_string());
        let left: Vec<String> = story.fake.menus().into_iter().map(|(id, _)| id).collect();
        assert!(!left.contains(&first), "{left:?}");
        let now = story.fake.menu_of(&users[0]);
        assert!(users.iter().all(|user| story.fake.menu_of(user) == now));
        assert_eq!(story.progress().await["n_due"], 0);
    }
}

#[tokio::test]
async fn a_kill_between_making_and_writing_down_makes_no_second_menu() {
    for test in testkit::both().await {
        let mut story = Story::begin(&test).await;
        story.follow(&[user(1)]).await;
        let menu = story.menu("ひとつ", json!([link(0)])).await;
        story.settle().await;
        assert_eq!(story.fake.menus().len(), 1);
        // Made, drawn and named at LINE; nothing of it was written down.
        story
            .run("UPDATE line_menu_publication SET step = 0, line_id = NULL")
            .await;
        story.run("UPDATE line_menu SET live_id = 0").await;
        story.settle().await;
        assert_eq!(story.fake.menus().len(), 1, "{}", test.name());
        let shown = story.get(&format!("/api/v1/line-menus/{menu}")).await;
        assert_eq!(shown["state"], "live");
        assert_eq!(shown["is_changed"], false);
        // Publishing what is published changes nothing.
        assert_eq!(story.publish(&menu).await["number"], 1);
        story.settle().await;
        assert_eq!(story.calls("POST /v2/bot/richmenu").len(), 1);

        // Deleted: LINE forgets menu and alias.
        let path = format!("/api/v1/line-menus/{menu}");
        story
            .app
            .delete(&path, &story.token)
            .await
            .expect(StatusCode::NO_CONTENT);
        story.settle().await;
        assert_eq!(story.fake.menus().len(), 0);
        assert_eq!(story.fake.aliases().len(), 0);
        story
            .app
            .delete(&path, &story.token)
            .await
            .expect(StatusCode::NOT_FOUND);
    }
}

#[tokio::test]
async fn taps_are_counted_by_area() {
    for test in testkit::both().await {
        let mut story = Story::begin(&test).await;
        let someone = user(7);
        story.follow(std::slice::from_ref(&someone)).await;
        let areas = json!([
            link(0),
            { "x": 400, "y": 0, "width": 400, "height": 810, "label": "クーポン",
              "action": { "kind": "postback", "data": "coupon=春", "display_text": "クーポンをください" } },
            { "x": 800, "y": 0, "width": 400, "height": 810, "action": { "kind": "message", "text": "お店は?" } },
        ]);
        let menu = story.menu("春", areas).await;
        story.settle().await;
        let made = story.calls("POST /v2/bot/richmenu");
        let data = made[0]["areas"][1]["action"]["data"].as_str().unwrap();
        let mut event = story.fake.event("postback", &someone);
        event["postback"] = json!({ "data": data });
        tell(&story.app, &story.fake, &story.account, &[event.clone()]).await;
        tell(&story.app, &story.fake, &story.account, &[event]).await;
        let link = made[0]["areas"][0]["action"]["uri"].as_str().unwrap();
        let path = &link[link.find("/m/").unwrap()..];
        let open = |path: &str| {
            Request::get(path)
                .header(
                    header::USER_AGENT,
                    "Mozilla/5.0 (iPhone) AppleWebKit/605 Line/15.1.0",
                )
                .body(Body::empty())
                .unwrap()
        };
        let led = story.app.send(open(path)).await.expect(StatusCode::FOUND);
        assert_eq!(
            led.headers[header::LOCATION],
            "https://shop.example.jp/?a=1"
        );
        // Neither another area nor another menu leads anywhere.
        let elsewhere = path.replace("/0", "/9");
        for bad in [elsewhere.as_str(), "/m/rmp_x/0", "/m/🦊/0"] {
            let answer = story.app.send(open(&bad.replace('🦊', "%F0"))).await;
            assert!(answer.status.is_client_error(), "{bad} {}", answer.status);
        }
        let shown = story.get(&format!("/api/v1/line-menus/{menu}")).await;
        assert_eq!(shown["taps"], json!([1, 1, null]));
        assert_eq!(shown["n_taps"], 2);
        // What the author wrote stands on the timeline, not the mark.
        let text =
            "SELECT COUNT(*) FROM event WHERE CAST(properties AS TEXT) LIKE '%\"coupon=春\"%'";
        let n = sql::number(story.app.kit.db.reader(), text, [])
            .await
            .unwrap();
        assert_eq!(n, 1, "{}", test.name());
    }
}

#[tokio::test]
async fn what_line_would_refuse_is_a_field_at_fault() {
    for test in testkit::both().await {
        let story = Story::begin(&test).await;
        let path = format!("/api/v1/line/{}/menus", story.account);
        let document = json!({ "bar": "十四文字より長いバーの文字です", "areas": [
            { "x": 0, "y": 0, "width": 3000, "height": 100, "action": { "kind": "uri", "uri": "shop" } },
            { "x": 0, "y": 0, "width": 100, "height": 100, "action": { "kind": "message", "text": "" } },
        ] });
        let made = story
            .call(
                Method::POST,
                &path,
                json!({ "name": "春", "document": document }),
            )
            .await;
        let own = format!("/api/v1/line-menus/{}", made["id"].as_str().unwrap());
        let publish = format!("{own}/publish");
        let refused = story
            .app
            .post(&publish, &story.token, json!({ "version": 1 }))
            .await
            .expect(StatusCode::UNPROCESSABLE_ENTITY)
            .json();
        let pointers: Vec<&str> = refused["errors"]
            .as_array()
            .unwrap()
            .iter()
            .map(|one| one["pointer"].as_str().unwrap())
            .collect();
        for wanted in [
            "/image",
            "/document/bar",
            "/document/areas/0/width",
            "/document/areas/0/action/uri",
            "/document/areas/1/action/text",
        ] {
            assert!(pointers.contains(&wanted), "{wanted} {pointers:?}");
        }
        let image = format!("{own}/image");
        for (data, code) in [
            (png(100, 100), "size"),
            (png(1_000, 1_000), "ratio"),
            (STANDARD.encode(b"GIF89a"), "format"),
            ("🦊".to_owned(), "base64"),
        ] {
            let body = json!({ "data": data, "version": 1 });
            let answer = story
                .app
                .call(Method::PUT, &image, &story.token, Some(body))
                .await
                .expect(StatusCode::UNPROCESSABLE_ENTITY)
                .json();
            assert_eq!(answer["errors"][0]["code"], code);
        }
        // Two people at once: the second one is told.
        story.picture(made["id"].as_str().unwrap()).await;
        story
            .app
            .post(&publish, &story.token, json!({ "version": 1 }))
            .await
            .expect(StatusCode::CONFLICT);
    }
}

#[tokio::test]
async fn menus_are_their_workspaces_own_and_publishing_is_not_everybodys() {
    let test = testkit::sqlite().await;
    let story = Story::begin(&test).await;
    let menu = story.menu("春", json!([link(0)])).await;
    let own = format!("/api/v1/line-menus/{menu}");
    let rule =
        json!({ "when": { "kind": "attribute", "key": "rank", "value": "a" }, "menu": menu });
    story.plan(json!([rule]), None).await;
    // Used by a rule.
    let used = story.app.delete(&own, &story.token).await;
    assert_eq!(
        used.expect(StatusCode::CONFLICT).json()["type"],
        "/problems/menu-in-use"
    );
    let viewer = story.app.token(Role::Analyst).await;
    story.app.get(&own, &viewer).await.expect(StatusCode::OK);
    let body = json!({ "version": 2 });
    let publish = format!("{own}/publish");
    story
        .app
        .post(&publish, &viewer, body.clone())
        .await
        .expect(StatusCode::FORBIDDEN);
    let elsewhere = WorkspaceId::from_raw(700_000_000_000_000_002);
    story.app.kit.add_workspace(elsewhere, "よその店").await;
    let other = story.app.token_in(elsewhere, Role::Owner).await;
    story
        .app
        .get(&own, &other)
        .await
        .expect(StatusCode::NOT_FOUND);
    story
        .app
        .post(&publish, &other, body)
        .await
        .expect(StatusCode::NOT_FOUND);
    let plan = format!("/api/v1/line/{}/menu-plan", story.account);
    story
        .app
        .get(&plan, &other)
        .await
        .expect(StatusCode::NOT_FOUND);
    // A rule names a menu and a segment that are there.
    let nothing = Id::<kernel::id::kind::Segment>::from_raw(5).to_string();
    let body = json!({ "version": 1, "default_menu": "rmn_x", "rules": [
        { "when": { "kind": "segment", "segment": nothing }, "menu": menu },
        { "when": { "kind": "attribute", "key": "", "value": "a" }, "menu": "rmn_y" },
    ] });
    let refused = story
        .app
        .call(Method::PUT, &plan, &story.token, Some(body))
        .await
        .expect(StatusCode::UNPROCESSABLE_ENTITY)
        .json();
    let pointers: Vec<&str> = refused["errors"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["pointer"].as_str().unwrap())
        .collect();
    assert_eq!(
        pointers,
        [
            "/rules/0/when/segment",
            "/rules/1/when/key",
            "/rules/1/menu",
            "/default_menu"
        ]
    );
}
