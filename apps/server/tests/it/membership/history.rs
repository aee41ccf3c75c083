//! Random histories: what the intervals say is what SQL says, at each step.
//!
//! Two histories per database in the usual run; `ENISHI_MEMBERSHIP_HISTORIES=200` for the long form, and
//! `ENISHI_MEMBERSHIP_SEED` with the printed seed to see a failure again.

use std::{
    collections::BTreeMap,
    hash::{BuildHasher, Hasher, RandomState},
};

use kernel::{
    feed::{Change, ChangeKind},
    id::{ListId, ProfileId, SegmentId},
    time::{Clock, DAY, HOUR, Millis},
};
use segmentation::store::Shelf;
use serde_json::{Value as Json, json};
use server::{
    keeping::Keep,
    membership::{Indexing, Keeper},
};
use storage::{Dialect, feed, sql};

use super::hands::{
    Node, at_instant, edit, is_right, is_sound, mark, next_minute, open, segment, shelve,
};
use crate::{app::TestApp, audience::deeds::Company};

const USUAL: u64 = 2;

#[expect(
    clippy::disallowed_methods,
    reason = "the long form is asked for in the environment"
)]
fn asked(name: &str) -> Option<u64> {
    std::env::var(name).ok()?.parse().ok()
}

fn rules() -> Vec<Json> {
    let events = |names: &[&str], within: Json, test: Json| json!({"events": {"names": names, "within": within, "test": test}});
    vec![
        json!({"all": []}),
        json!({"fact": {"of": {"attribute": "rank"}, "test": {"text": {"equals": "gold"}}}}),
        json!({"not": {"fact": {"of": {"field": "email"}, "test": "exists"}}}),
        json!({"consent": {"channel": "email", "state": "granted"}}),
        json!({"reachable": {"channel": "email"}}),
        json!({"events": {"names": ["Product Purchased"], "where": [{"category": {"in": ["食品"]}}], "test": {"count": {"times": {"at_least": 1}}}}}),
        events(
            &["Own 1", "Own 2"],
            json!({"last": {"days": 3}}),
            json!({"count": {"times": {"at_least": 1}}}),
        ),
        events(
            &["Order Completed"],
            json!({"last": {"days": 2}}),
            json!("never"),
        ),
        json!({"fact": {"of": {"field": "last_seen_at"}, "test": {"date": {"on_or_after": {"ago": {"days": 1}}}}}}),
        json!({"message": {"kind": "clicked"}}),
    ]
}

/// A company whose segments are kept through everything that can happen.
struct World<'a> {
    app: &'a TestApp,
    company: Company<'a>,
    node: Node,
    keeper: Keeper,
    segments: BTreeMap<SegmentId, Json>,
    /// Who was in at instants of the past.
    past: Vec<(Millis, SegmentId, Vec<i64>)>,
}

impl World<'_> {
    fn below(&mut self, n: i64) -> i64 {
        self.company.dice.below(n)
    }

    async fn turn_segments(&mut self) {
        let ids: Vec<SegmentId> = self.segments.keys().copied().collect();
        let place = usize::try_from(self.below(i64::try_from(ids.len()).unwrap())).unwrap();
        let id = ids[place];
        let rules = rules();
        let other = usize::try_from(self.below(i64::try_from(rules.len()).unwrap())).unwrap();
        match self.below(4) {
            0 => shelve(self.app, id, Shelf::Archived).await,
            1 => shelve(self.app, id, Shelf::Active).await,
            2 => {
                // The last one refers to another: it keeps its rule, or it would refer to itself in the end.
                if !self.segments[&id].to_string().contains("segment") {
                    edit(self.app, id, &rules[other]).await;
                    self.segments.insert(id, rules[other].clone());
                }
            }
            _ => {
                let made = segment(self.app, &rules[other]).await;
                self.segments.insert(made, rules[other].clone());
            }
        }
    }

    async fn erase(&mut self) {
        let text = "SELECT p.id FROM profile p WHERE p.workspace_id = $1 AND p.state = 0
            AND NOT EXISTS (SELECT 1 FROM merge_log m WHERE m.survivor_id = p.id OR m.merged_id = p.id)
            AND NOT EXISTS (SELECT 1 FROM event e WHERE e.profile_id = p.id AND e.order_id IS NOT NULL)
            ORDER BY p.id LIMIT 1";
        let workspace = self.app.kit.workspace;
        let id = sql::number(self.app.kit.db.reader(), text, [workspace.raw().into()]).await;
        let id = id.unwrap();
        let tx = self.app.kit.db.begin().await.unwrap();
        for text in [
            "DELETE FROM identity WHERE profile_id = $1",
            "DELETE FROM event WHERE profile_id = $1",
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

    /// Others are put on the list, and some are taken off it: what an upload comes to.
    async fn upload(&mut self) {
        let (modulus, rest) = (self.below(5) + 2, self.below(3));
        let tx = self.app.kit.db.begin().await.unwrap();
        let workspace = self.app.kit.workspace;
        for text in [
            format!(
                "UPDATE people_list_member SET removed = 1 + (SELECT l.edition FROM people_list l)
                 WHERE workspace_id = $1 AND removed IS NULL AND profile_id % {modulus} = {rest}"
            ),
            format!(
                "INSERT INTO people_list_member (workspace_id, list_id, profile_id, added, added_at)
                 SELECT p.workspace_id, l.id, p.id, l.edition + 1, 0 FROM profile p CROSS JOIN people_list l
                 WHERE p.workspace_id = $1 AND p.state = 0 AND p.id % {modulus} <> {rest} AND p.id % 3 = {rest}
                   AND NOT EXISTS (SELECT 1 FROM people_list_member r WHERE r.profile_id = p.id AND r.removed IS NULL)"
            ),
            "UPDATE people_list SET edition = edition + 1 WHERE workspace_id = $1".to_owned(),
        ] {
            sql::exec(&tx, text, [workspace.raw().into()]).await.unwrap();
        }
        let list = sql::number(&tx, "SELECT id FROM people_list", [])
            .await
            .unwrap();
        let change = Change {
            a: list,
            ..Change::of(workspace, ProfileId::from_raw(0), ChangeKind::List)
        };
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
                next_minute(self.app);
                // Whether it had to write a refused row or not, it goes on afterwards as if nothing had been.
                let _ = self.keeper.round().await;
                refuse(self.app, "DROP").await;
                return;
            }
        }
        if self.below(2) == 0 {
            self.node = Node::start(self.app, Indexing::On);
        }
        self.keeper = self.node.claim(self.app.kit.workspace).await;
    }

    async fn check(&mut self, run: &str) {
        self.node.let_sql_be_asked(self.app);
        next_minute(self.app);
        self.node.settle(self.app, &mut self.keeper).await;
        is_right(self.app, &self.segments, run).await;
        is_sound(self.app, run).await;
        let at = mark(self.app).await;
        for id in self.segments.keys() {
            self.past.push((at, *id, open(self.app, *id).await));
        }
    }
}

/// Lets the database refuse some rows, or no more.
async fn refuse(app: &TestApp, what: &str) {
    let text = match (app.kit.db.dialect(), what) {
        (Dialect::Postgres, "ADD") => {
            "ALTER TABLE membership ADD CONSTRAINT refused CHECK (profile_id % 3 <> 0) NOT VALID"
        }
        (Dialect::Postgres, _) => "ALTER TABLE membership DROP CONSTRAINT refused",
        (Dialect::Sqlite, "ADD") => {
            "CREATE TRIGGER refused BEFORE INSERT ON membership WHEN NEW.profile_id % 3 = 0
             BEGIN SELECT RAISE(ABORT, 'refused'); END"
        }
        (Dialect::Sqlite, _) => "DROP TRIGGER refused",
    };
    let tx = app.kit.db.begin().await.unwrap();
    sql::exec(&tx, text, []).await.unwrap();
    tx.commit().await.unwrap();
}

async fn history(app: &TestApp, seed: u64, indexing: Indexing, run: &str) {
    let mut segments = BTreeMap::new();
    for root in rules() {
        segments.insert(segment(app, &root).await, root);
    }
    let inner = *segments.keys().next_back().unwrap();
    let owners = segments
        .iter()
        .find(|(_, root)| root.to_string().contains("Own 1"));
    let lively = owners.unwrap().0.to_string();
    let text =
        "INSERT INTO people_list (workspace_id, id, name, description, created_at, updated_at)
                VALUES ($1, 9000, '名簿', '', 0, 0)";
    let binds = [app.kit.workspace.raw().into()];
    sql::exec(app.kit.db.writer(), text, binds).await.unwrap();
    let list = ListId::from_raw(9_000).to_string();
    for root in [
        json!({"list": {"id": list}}),
        json!({"all": [{"not": {"list": {"id": list}}}, {"fact": {"of": {"field": "email"}, "test": "exists"}}]}),
        json!({"was_in": {"id": lively, "when": {"at": {"ago": {"hours": 30}}}}}),
        json!({"not": {"was_in": {"id": lively, "when": {"within": {"last": {"days": 2}}}}}}),
    ] {
        segments.insert(segment(app, &root).await, root);
    }
    let root = json!({"any": [{"segment": {"id": inner.to_string()}}, {"fact": {"of": {"attribute": "vip"}, "test": {"boolean": true}}}]});
    segments.insert(segment(app, &root).await, root);
    let node = Node::start(app, indexing);
    let keeper = node.claim(app.kit.workspace).await;
    let mut world = World {
        app,
        company: Company::new(app, seed),
        node,
        keeper,
        segments,
        past: Vec::new(),
    };
    for part in 0..6 {
        for _ in 0..3 + world.below(10) {
            world.company.step().await;
            match world.below(12) {
                0 => world.turn_segments().await,
                1 => world.erase().await,
                2 => app.kit.clock.advance(world.company.dice.below(3 * DAY)),
                3 => app.kit.clock.advance(-world.company.dice.below(2 * HOUR)),
                4 if indexing == Indexing::On => world.take_over().await,
                9 | 10 => world.upload().await,
                5..=8 => {
                    world.node.round(app, &mut world.keeper).await;
                }
                _ => {}
            }
        }
        if indexing == Indexing::Off {
            // Further than all the steps back together: right after a round the next one is not due yet.
            app.kit.clock.advance(DAY + HOUR);
        }
        world.check(&format!("{run}, part {part}")).await;
    }
    for (at, id, members) in &world.past {
        assert_eq!(
            at_instant(app, *id, *at).await,
            *members,
            "{run}: the past stays as it was"
        );
    }
    let _ = app.kit.clock.now();
}

#[tokio::test]
async fn intervals_are_what_sql_says_at_each_step_of_a_random_history() {
    let first = asked("ENISHI_MEMBERSHIP_SEED")
        .unwrap_or_else(|| RandomState::new().build_hasher().finish());
    for history_no in 0..asked("ENISHI_MEMBERSHIP_HISTORIES").unwrap_or(USUAL) {
        let seed = first.wrapping_add(history_no);
        for indexing in [Indexing::On, Indexing::Off] {
            for test in testkit::both().await {
                let run = format!(
                    "ENISHI_MEMBERSHIP_SEED={seed} on {}, index {indexing:?}",
                    test.name()
                );
                history(&TestApp::new(&test).await, seed, indexing, &run).await;
            }
        }
    }
}
