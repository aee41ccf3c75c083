//! Told one by one: what turns whom, what is silent, and who may write.

use std::collections::BTreeSet;

use computed::rule::Kind;
use kernel::time::{Clock, DAY, HOUR};
use segmentation::{At, language};
use serde_json::{Value as Json, json};
use server::keeping::Keep;
use storage::sql;

use super::hands::{
    claim, days_go_by, declare, is_as_if_anew, is_told_once, means, order, profile, put_away, say,
    seen, settle, told, turns,
};
use crate::app::TestApp;

fn dormancy(days: i64) -> Json {
    json!({"dormancy": {"purchase_days": 3, "after": {"days": days}}})
}

fn stages() -> Json {
    json!({"lifecycle": {"repeat_orders": 2, "loyal": {"days": 100, "orders": 3, "spend": 3_000}}})
}

/// Whom a rule of the segment language selects now.
pub(super) async fn members(app: &TestApp, root: Json) -> BTreeSet<i64> {
    let document = language::read(&json!({"version": 2, "root": root})).unwrap();
    let at = At {
        workspace: app.kit.workspace,
        now: app.kit.clock.now(),
        zone: chrono_tz::Asia::Tokyo,
    };
    let found = segmentation::all_members(app.kit.db.reader(), &at, &document).await;
    found
        .unwrap()
        .into_iter()
        .map(kernel::id::Id::raw)
        .collect()
}

#[tokio::test]
async fn a_customer_goes_through_all_stages_and_each_turn_is_told_once() {
    for test in testkit::both().await {
        let app = TestApp::new(&test).await;
        declare(&app, &dormancy(60)).await;
        declare(&app, &stages()).await;
        let mut keeper = claim(&app).await;
        settle(&app, &mut keeper).await;
        say(
            &app,
            json!([{"type": "identify", "userId": "u1", "traits": {"name": "森"}}]),
        )
        .await;
        app.kit.clock.advance(1_000);
        settle(&app, &mut keeper).await;
        let id = profile(&app, "u1").await.raw();
        assert_eq!(seen(&app, id).await["computed.stage"], "prospect");
        for number in ["o1", "o2", "o3"] {
            say(&app, json!([order(&app, "u1", number, 0, 1_000)])).await;
            days_go_by(&app, &mut keeper, 10).await;
        }
        let now = seen(&app, id).await;
        assert_eq!(now["computed.stage"], "loyal");
        assert_eq!(now["computed.purchase_cycle"], 10);
        assert_eq!(now["computed.dormant"], false);
        // Nobody looks again before it is time, and then at once.
        days_go_by(&app, &mut keeper, 50).await;
        assert_eq!(seen(&app, id).await["computed.stage"], "loyal");
        app.kit.clock.advance(1);
        settle(&app, &mut keeper).await;
        assert_eq!(seen(&app, id).await["computed.dormant"], true);
        say(&app, json!([order(&app, "u1", "o4", 0, 10)])).await;
        app.kit.clock.advance(HOUR);
        settle(&app, &mut keeper).await;
        let way = [
            ("", "prospect", "profile"),
            ("prospect", "new", "event"),
            ("new", "repeat", "event"),
            ("repeat", "loyal", "event"),
            ("loyal", "dormant", "time"),
            ("dormant", "loyal", "event"),
        ];
        let way = way.map(|(a, b, c)| (a.to_owned(), b.to_owned(), c));
        assert_eq!(
            told(&app, id, Kind::Lifecycle).await,
            way,
            "{}",
            test.name()
        );
        let slept = [
            ("active".to_owned(), "dormant".to_owned(), "time"),
            ("dormant".to_owned(), "active".to_owned(), "event"),
        ];
        assert_eq!(told(&app, id, Kind::Dormancy).await, slept);
        is_told_once(&app, test.name()).await;
        is_as_if_anew(&app, test.name()).await;
    }
}

#[tokio::test]
async fn dormant_is_whom_the_segment_of_the_same_words_selects() {
    for test in testkit::both().await {
        let app = TestApp::new(&test).await;
        declare(&app, &dormancy(30)).await;
        let mut keeper = claim(&app).await;
        let mut orders = Vec::new();
        for (person, days_ago) in [1, 29, 30, 31, 400].into_iter().enumerate() {
            let user = format!("u{person}");
            orders.push(order(&app, &user, &format!("a{person}"), days_ago, 100));
            orders.push(order(
                &app,
                &user,
                &format!("b{person}"),
                days_ago + 90,
                100,
            ));
        }
        say(&app, json!(orders)).await;
        say(
            &app,
            json!([{"type": "identify", "userId": "window-shopper"}]),
        )
        .await;
        for step in [0, 1, DAY, 1, 20 * DAY] {
            app.kit.clock.advance(step);
            settle(&app, &mut keeper).await;
            let attribute = members(
                &app,
                json!({"fact": {"of": {"attribute": "computed.dormant"}, "test": {"boolean": true}}}),
            )
            .await;
            let same = json!({"all": [
                {"events": {"names": ["Order Completed"], "test": {"count": {"times": {"at_least": 1}}}}},
                {"events": {"names": ["Order Completed"], "within": {"last": {"days": 30}}, "test": "never"}}]});
            assert_eq!(
                attribute,
                members(&app, same).await,
                "{} {step}",
                test.name()
            );
            assert!(!attribute.is_empty());
        }
    }
}

#[tokio::test]
async fn a_changed_rule_computes_everybody_silently_and_goes_on_after_a_kill() {
    for test in testkit::both().await {
        let app = TestApp::new(&test).await;
        let people: Vec<Json> = (0..1_203)
            .map(|n| order(&app, &format!("u{n}"), &format!("o{n}"), n % 100, 500))
            .collect();
        for part in people.chunks(500) {
            say(&app, json!(part)).await;
        }
        app.kit.clock.advance(1_000);
        declare(&app, &dormancy(50)).await;
        let mut keeper = claim(&app).await;
        // One page of three, then the process is killed.
        keeper.round().await.unwrap();
        let standing = || computed::store::lease::standing(app.kit.db.reader(), app.kit.workspace);
        let half = standing().await.unwrap();
        assert_eq!(
            (half.is_whole, half.n_filled),
            (false, 500),
            "{}",
            test.name()
        );
        drop(keeper);
        app.kit.clock.advance(HOUR);
        let mut keeper = claim(&app).await;
        settle(&app, &mut keeper).await;
        let whole = standing().await.unwrap();
        assert_eq!((whole.is_whole, whole.n_filled), (true, 1_203));
        is_as_if_anew(&app, test.name()).await;
        assert_eq!(turns(&app).await, [], "the company did it, no customer");
        declare(&app, &dormancy(20)).await;
        declare(&app, &stages()).await;
        settle(&app, &mut keeper).await;
        is_as_if_anew(&app, test.name()).await;
        assert_eq!(turns(&app).await, []);
        // Put away, nothing is left of it.
        put_away(&app, Kind::Lifecycle).await;
        put_away(&app, Kind::Dormancy).await;
        settle(&app, &mut keeper).await;
        is_as_if_anew(&app, test.name()).await;
        let left = "SELECT COUNT(*) FROM computed_value";
        let left = sql::number(app.kit.db.reader(), left, []).await.unwrap();
        assert_eq!((left, turns(&app).await.len()), (0, 0));
    }
}

#[tokio::test]
async fn a_worker_that_lost_its_lease_writes_nothing() {
    for test in testkit::both().await {
        let app = TestApp::new(&test).await;
        declare(&app, &dormancy(60)).await;
        let mut old = claim(&app).await;
        settle(&app, &mut old).await;
        let other = server::computed::Keeper::claim(&means(&app), app.kit.workspace).await;
        assert!(other.unwrap().is_none(), "a live worker keeps it");
        app.kit.clock.advance(HOUR);
        let mut new = claim(&app).await;
        say(&app, json!([order(&app, "u1", "o1", 90, 10)])).await;
        app.kit.clock.advance(1_000);
        assert!(old.round().await.is_err(), "{}", test.name());
        assert_eq!(turns(&app).await, []);
        settle(&app, &mut new).await;
        assert_eq!(turns(&app).await.len(), 1, "dormant at once");
        is_told_once(&app, test.name()).await;
    }
}

#[tokio::test]
async fn what_is_computed_does_not_make_an_edit_fail() {
    for test in testkit::both().await {
        let app = TestApp::new(&test).await;
        declare(&app, &dormancy(60)).await;
        let mut keeper = claim(&app).await;
        say(&app, json!([order(&app, "u1", "o1", 0, 10)])).await;
        let text = "SELECT version FROM profile";
        let version = || sql::number(app.kit.db.reader(), text, []);
        let before = version().await.unwrap();
        days_go_by(&app, &mut keeper, 61).await;
        let id = profile(&app, "u1").await.raw();
        assert_eq!(seen(&app, id).await["computed.dormant"], true);
        assert_eq!(version().await.unwrap(), before, "{}", test.name());
    }
}
