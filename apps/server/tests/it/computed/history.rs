//! Random histories: what was kept step by step is what is computed anew, on both databases.
//!
//! Five histories per database in the usual run, each with other rules; `ENISHI_COMPUTED_HISTORIES=200` for the long form, and
//! `ENISHI_COMPUTED_SEED` with the printed seed to see a failure again.

use std::{
    collections::BTreeMap,
    hash::{BuildHasher, Hasher, RandomState},
};

use computed::rule::Kind;
use kernel::{
    feed::{Change, ChangeKind},
    id::ProfileId,
    time::{Clock, DAY, HOUR},
};
use serde_json::{Value as Json, json};
use server::{computed::Keeper, keeping::Keep};
use storage::{Dialect, feed, sql};

use super::hands::{claim, declare, is_as_if_anew, is_told_once, put_away, settle, turns};
use crate::{app::TestApp, audience::deeds::Company};

const USUAL: u64 = 5;

#[expect(
    clippy::disallowed_methods,
    reason = "the long form is asked for in the environment"
)]
fn asked(name: &str) -> Option<u64> {
    std::env::var(name).ok()?.parse().ok()
}

fn rules() -> Vec<Json> {
    vec![
        json!({"dormancy": {"purchase_days": 3, "after": {"days": 10}}}),
        json!({"dormancy": {"purchase_days": 2, "after": {"cycles": {"times": 1.5, "at_least": 2, "at_most": 30, "otherwise": 12}}}}),
        json!({"lifecycle": {"repeat_orders": 2, "loyal": {"days": 25, "orders": 3, "spend": 900}}}),
        json!({"lifecycle": {"repeat_orders": 3, "loyal": {"spend": 2_000}}}),
    ]
}

/// Points for what the company's customers do, and for who they are.
fn scores() -> Vec<Json> {
    vec![
        json!({"score": {"half_life": 2, "threshold": 8, "actions": [
            {"event": "Page Viewed", "points": 3, "after_minutes": 30}, {"event": "Page Viewed", "points": 1, "per_day": 2},
            {"event": "Product Viewed", "points": 4, "where": {"property": "sku", "test": {"is": ["S1", "S2"]}}},
            {"event": "Own 1", "points": -2}, {"event": "message_opened", "points": 5}, {"event": "message_clicked", "points": 6}],
          "fit": [{"attribute": "rank", "test": {"is": ["gold", "金"]}, "points": 20}, {"attribute": "points", "test": {"at_least": 50}, "points": 15}]}}),
        json!({"score": {"threshold": 20, "actions": [
            {"event": "Own 2", "points": 7, "where": {"property": "n", "test": {"at_least": 4}}},
            {"event": "Order Completed", "points": 10, "per_day": 1}, {"event": "まだない", "points": 1}]}}),
        json!({"score": {"half_life": 40, "threshold": 3, "actions": [{"event": "Own 3", "points": 2}],
          "fit": [{"attribute": "tags", "test": {"is": ["赤"]}, "points": 10}, {"attribute": "vip", "test": "exists", "points": -3}]}}),
    ]
}

/// Tastes that come and go within a history.
fn tastes() -> Vec<Json> {
    vec![
        json!({"affinity": {"category": {}, "acts": 2, "days": 20, "half_life": 3, "brand": {"property": "sku"}}}),
        json!({"affinity": {"category": {"depth": 1}, "acts": 1, "days": 9,
            "price": [{"name": "安い"}, {"name": "高い", "from": 110}]}}),
        json!({"affinity": {"brand": {"property": "word"}, "acts": 3, "days": 30,
            "actions": [{"event": "Own 2", "points": 2}, {"event": "Product Purchased", "points": 9}, {"event": "まだない", "points": 1}]}}),
    ]
}

/// Short periods, so that ranks rise and fall within a history.
fn ranks() -> Vec<Json> {
    let steps = json!([{"name": "レギュラー"}, {"name": "シルバー", "spend": 600}, {"name": "ゴールド", "spend": 1_200, "orders": 3}]);
    let buyers = json!([{"name": "銀", "orders": 2}, {"name": "金", "orders": 4, "spend": 900}]);
    vec![
        json!({"rank": {"ranks": steps, "period": {"days": 12}, "grace": {"days": 3}, "fall": "one_step"}}),
        json!({"rank": {"ranks": buyers, "period": {"days": 30}}}),
        json!({"rank": {"ranks": steps, "period": {"months": 1}, "grace": "next_period", "fall": "to_earned"}}),
        json!({"rank": {"ranks": buyers, "period": {"year": {"from_month": 8}}, "grace": {"days": 9}, "fall": "one_step"}}),
    ]
}

struct World<'a> {
    app: &'a TestApp,
    company: Company<'a>,
    keeper: Keeper,
    /// Whether a rule was touched: then the turns no longer tell the whole way.
    has_new_rules: Touched,
}

#[derive(PartialEq, Eq)]
enum Touched {
    No,
    Yes,
}

impl World<'_> {
    fn below(&mut self, n: i64) -> i64 {
        self.company.dice.below(n)
    }

    async fn turn_rules(&mut self) {
        self.has_new_rules = Touched::Yes;
        match self.below(10) {
            0 => put_away(self.app, Kind::Lifecycle).await,
            1 => put_away(self.app, Kind::Dormancy).await,
            2 => put_away(self.app, Kind::Rank).await,
            3 => put_away(self.app, Kind::Score).await,
            4 => put_away(self.app, Kind::Affinity).await,
            n => {
                let rules = rules();
                let dormancy = usize::try_from(n % 2).unwrap();
                declare(self.app, &rules[dormancy]).await;
                let stages = usize::try_from(2 + self.below(2)).unwrap();
                declare(self.app, &rules[stages]).await;
                let rank = usize::try_from(self.below(4)).unwrap();
                declare(self.app, &ranks()[rank]).await;
                let score = usize::try_from(self.below(3)).unwrap();
                declare(self.app, &scores()[score]).await;
                let taste = usize::try_from(self.below(3)).unwrap();
                declare(self.app, &tastes()[taste]).await;
            }
        }
    }

    async fn erase(&mut self) {
        let text = "SELECT p.id FROM profile p WHERE p.workspace_id = $1 AND p.state = 0
            AND NOT EXISTS (SELECT 1 FROM merge_log m WHERE m.survivor_id = p.id OR m.merged_id = p.id)
            ORDER BY p.id LIMIT 1";
        let workspace = self.app.kit.workspace;
        let id = sql::number(self.app.kit.db.reader(), text, [workspace.raw().into()]).await;
        let id = id.unwrap();
        let tx = self.app.kit.db.begin().await.unwrap();
        for text in [
            "DELETE FROM identity WHERE profile_id = $1",
            "DELETE FROM event WHERE profile_id = $1",
            "DELETE FROM order_line WHERE profile_id = $1",
            "DELETE FROM order_key WHERE profile_id = $1",
            "DELETE FROM purchase_order WHERE profile_id = $1",
            "UPDATE profile SET state = 2 WHERE id = $1",
        ] {
            sql::exec(&tx, text, [id.into()]).await.unwrap();
        }
        let change = Change::of(workspace, ProfileId::from_raw(id), ChangeKind::Erase);
        feed::append(&tx, self.app.app.now(), &[change])
            .await
            .unwrap();
        tx.commit().await.unwrap();
    }

    /// Another worker takes over: after a clean stop, after a kill, or after writes that the database refused.
    async fn take_over(&mut self) {
        match self.below(3) {
            0 => self.keeper.release().await,
            1 => self.app.kit.clock.advance(HOUR),
            _ => {
                refuse(self.app, "ADD").await;
                self.company.step().await;
                // Whether it had to write a refused row or not, it goes on afterwards as if nothing had been.
                let _ = self.keeper.round().await;
                refuse(self.app, "DROP").await;
                return;
            }
        }
        self.keeper = claim(self.app).await;
    }

    async fn check(&mut self, run: &str) {
        // What lies ahead of the clock counts from its own time on.
        self.app.kit.clock.advance(1);
        settle(self.app, &mut self.keeper).await;
        is_as_if_anew(self.app, run).await;
        is_told_once(self.app, run).await;
        self.turns_follow(run).await;
    }

    /// Each turn begins where the last one of the same customer ended.
    async fn turns_follow(&self, run: &str) {
        if self.has_new_rules == Touched::Yes {
            return;
        }
        let mut last: BTreeMap<(i64, Kind), Option<String>> = BTreeMap::new();
        for (_, (profile, kind, before, after, _)) in turns(self.app).await {
            assert_ne!(before, after, "{run}");
            let key = (profile, kind);
            if let Some(held) = last.insert(key, after)
                && kind == Kind::Lifecycle
                && !self.has_been_away(profile).await
            {
                assert_eq!(held, before, "{run}: {profile}");
            }
        }
    }

    /// Whoever was merged and parted again begins anew.
    async fn has_been_away(&self, profile: i64) -> bool {
        let text = "SELECT COUNT(*) FROM merge_log WHERE merged_id = $1";
        let n = sql::number(self.app.kit.db.reader(), text, [profile.into()]).await;
        n.unwrap() > 0
    }
}

/// Lets the database refuse some rows, or no more.
async fn refuse(app: &TestApp, what: &str) {
    let text = match (app.kit.db.dialect(), what) {
        (Dialect::Postgres, "ADD") => {
            "ALTER TABLE computed_change ADD CONSTRAINT refused CHECK (profile_id % 3 <> 0) NOT VALID"
        }
        (Dialect::Postgres, _) => "ALTER TABLE computed_change DROP CONSTRAINT refused",
        (Dialect::Sqlite, "ADD") => {
            "CREATE TRIGGER refused BEFORE INSERT ON computed_change WHEN NEW.profile_id % 3 = 0
             BEGIN SELECT RAISE(ABORT, 'refused'); END"
        }
        (Dialect::Sqlite, _) => "DROP TRIGGER refused",
    };
    let tx = app.kit.db.begin().await.unwrap();
    sql::exec(&tx, text, []).await.unwrap();
    tx.commit().await.unwrap();
}

/// The rules of a history: of every kind, or of one alone, since what wakes somebody for one rule computes her by all.
fn declared(seed: u64) -> Vec<Json> {
    let one =
        |mut of: Vec<Json>| of.swap_remove(usize::try_from(seed / 5 % 12).unwrap() % of.len());
    match seed % 5 {
        0 => vec![one(ranks())],
        1 => vec![one(scores())],
        2 => vec![one(tastes())],
        _ => {
            let stages = rules().split_off(2);
            let dormancy = rules().drain(..2).collect();
            vec![
                one(dormancy),
                one(stages),
                one(ranks()),
                one(scores()),
                one(tastes()),
            ]
        }
    }
}

async fn history(app: &TestApp, seed: u64, run: &str) {
    for rule in declared(seed) {
        declare(app, &rule).await;
    }
    let keeper = claim(app).await;
    let mut world = World {
        app,
        company: Company::new(app, seed),
        keeper,
        has_new_rules: Touched::No,
    };
    for part in 0..8 {
        for _ in 0..3 + world.below(12) {
            world.company.step().await;
            match world.below(14) {
                // Only in the second half, so that the first half can follow the turns.
                0 if part > 4 => world.turn_rules().await,
                1 if part > 2 => world.erase().await,
                // A worker that does not look for six days begins anew, and silently.
                2..=4 => {
                    app.kit.clock.advance(world.company.dice.below(3 * DAY));
                    drop(world.keeper.round().await);
                }
                5 => world.take_over().await,
                6..=8 => drop(world.keeper.round().await),
                _ => {}
            }
        }
        world.check(&format!("{run}, part {part}")).await;
    }
    let _ = app.kit.clock.now();
}

#[tokio::test]
async fn what_is_kept_is_what_is_computed_anew_at_each_step_of_a_random_history() {
    let first =
        asked("ENISHI_COMPUTED_SEED").unwrap_or_else(|| RandomState::new().build_hasher().finish());
    for history_no in 0..asked("ENISHI_COMPUTED_HISTORIES").unwrap_or(USUAL) {
        let seed = first.wrapping_add(history_no);
        for test in testkit::both().await {
            let run = format!("ENISHI_COMPUTED_SEED={seed} on {}", test.name());
            history(&TestApp::new(&test).await, seed, &run).await;
        }
    }
}
