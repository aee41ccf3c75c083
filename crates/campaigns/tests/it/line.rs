//! Campaigns through a channel that carries packs and recognises repeats: LINE.

mod platform;

use std::sync::Arc;

use campaigns::{
    audience::Excluded,
    ledger::DeliveryState,
    model::{ChannelCard, Contents, ContentsSource, LocaleChoice, State, Timing},
    store,
};
use kernel::{
    id::CampaignId,
    time::{HOUR, MINUTE},
};
use platform::{Fault, LineCarriers, Platform};
use storage::sql;
use tokio_util::sync::CancellationToken;

use crate::{
    fake::{wait_for, worker_over},
    world::World,
};

fn user(id: i64) -> String {
    format!("U{id:032x}")
}

impl World {
    /// Makes a customer a friend of the account: 0 follows, 1 has blocked, 2 nobody knows.
    async fn friend(&self, id: i64, state: i16) {
        let tx = self.db.begin().await.unwrap();
        for text in [
            "INSERT INTO identity (workspace_id, kind, value, profile_id, origin_profile_id, source, created_at)
             VALUES ($1, 5, $2, $3, $3, 1, 0)",
            "INSERT INTO line_friend (workspace_id, user_id, account_id, state, state_at) VALUES ($1, $2, 42, $4, $3)",
        ] {
            let binds = [
                self.workspace.raw().into(),
                user(id).into(),
                id.into(),
                state.into(),
            ];
            let n = if text.contains("$4") { 4 } else { 3 };
            sql::exec(&tx, text, binds.into_iter().take(n)).await.unwrap();
        }
        tx.commit().await.unwrap();
    }

    async fn friends(&self, n: i64) {
        for id in 1..=n {
            self.customer(id, None, None).await;
            self.friend(id, 0).await;
        }
    }

    /// Launches and plans a campaign through LINE that says this to everybody.
    async fn line_campaign(&self, text: &str) -> CampaignId {
        let draft = self.draft(Timing::Now {}).await;
        let mut document = draft.document.clone();
        document.channel = Some(ChannelCard::Line {
            sender: self.sender,
            is_silent: false,
        });
        let line = serde_json::from_value(serde_json::json!({
            "version": 1, "kind": "line", "name": "春", "default_locale": "ja",
            "variants": {"ja": {"messages": [{"kind": "text", "text": text}]}},
        }));
        document.contents = Some(Contents {
            source: ContentsSource::Line(Box::new(line.unwrap())),
            locale: LocaleChoice::Person,
        });
        let tx = self.db.begin().await.unwrap();
        let saved = store::save(&tx, self.author(), draft.id, draft.version, "春", &document)
            .await
            .unwrap();
        tx.commit().await.unwrap();
        self.launch(&saved).await;
        self.plan().await;
        draft.id
    }

    async fn line_until<F, Fut>(&self, platform: &Arc<Platform>, done: F)
    where
        F: Fn() -> Fut,
        Fut: Future<Output = bool>,
    {
        let stop = CancellationToken::new();
        let carriers = Arc::new(LineCarriers(platform.clone()));
        let running = tokio::spawn(worker_over(self, carriers, 8).run(stop.clone()));
        wait_for(done).await;
        stop.cancel();
        running.await.unwrap();
    }

    /// Sends until so many are in doubt.
    async fn until_in_doubt(&self, platform: &Arc<Platform>, id: CampaignId, n: i64) {
        self.line_until(platform, || async {
            self.count(id, DeliveryState::InDoubt).await == n
        })
        .await;
    }

    async fn is_finished(&self, id: CampaignId) -> bool {
        self.campaign(id).await.stage.state == State::Finished
    }
}

#[tokio::test]
async fn friends_are_written_to_and_everybody_else_is_told_why_not() {
    for test in testkit::both().await {
        let world = World::new(&test).await;
        for (id, state, said) in [
            (1, Some(0), None),
            (2, Some(1), None),
            (3, Some(2), None),
            (4, None, None),
            (5, Some(0), Some(false)),
            (6, Some(0), Some(true)),
        ] {
            world
                .customer(id, Some(&format!("c{id}@example.jp")), Some(true))
                .await;
            if let Some(state) = state {
                world.friend(id, state).await;
            }
            if let Some(granted) = said {
                let tx = world.db.begin().await.unwrap();
                sql::exec(
                    &tx,
                    "INSERT INTO consent (workspace_id, profile_id, channel, purpose, granted, source, occurred_at)
                     VALUES ($1, $2, 'line', 'marketing', $3, 'form', 0)",
                    [world.workspace.raw().into(), id.into(), granted.into()],
                )
                .await
                .unwrap();
                tx.commit().await.unwrap();
            }
        }
        let id = world.line_campaign("こんにちは").await;
        let rows = world.progress(id).await.counts;
        let why = |why: Excluded| {
            let found = rows
                .iter()
                .find(|row| row.reason.as_deref() == Some(why.as_str()));
            found.map_or(0, |row| row.count)
        };
        assert_eq!(
            (
                why(Excluded::Blocked),
                why(Excluded::NoAddress),
                why(Excluded::Refused)
            ),
            (1, 1, 1),
            "{}",
            test.name()
        );
        assert_eq!(world.count(id, DeliveryState::Planned).await, 3);

        // Whoever blocks between the planning and her turn gets nothing.
        let tx = world.db.begin().await.unwrap();
        sql::exec(
            &tx,
            "UPDATE line_friend SET state = 1 WHERE user_id = $1",
            [user(3).into()],
        )
        .await
        .unwrap();
        tx.commit().await.unwrap();
        let platform = Arc::new(Platform::default());
        world.line_until(&platform, || world.is_finished(id)).await;
        let copies = platform.copies();
        assert_eq!(copies.len(), 2, "{copies:?}");
        assert!(copies.contains_key(&user(1)) && copies.contains_key(&user(6)));
    }
}

#[tokio::test]
async fn of_two_ids_at_line_the_one_that_can_be_written_to_counts() {
    for test in testkit::both().await {
        let world = World::new(&test).await;
        world.friends(1).await;
        // A merge brought a blocked account of hers, and one of which nobody knows how it stands.
        let tx = world.db.begin().await.unwrap();
        for (n, state) in [(71_i64, 1_i16), (72, 2)] {
            for text in [
                "INSERT INTO identity (workspace_id, kind, value, profile_id, origin_profile_id, source, created_at)
                 SELECT $1, 5, $2, 1, 1, 1, 0 WHERE $3 = $3",
                "INSERT INTO line_friend (workspace_id, user_id, account_id, state, state_at)
                 VALUES ($1, $2, 42, $3, 9)",
            ] {
                let binds = [world.workspace.raw().into(), user(n).into(), state.into()];
                sql::exec(&tx, text, binds).await.unwrap();
            }
        }
        let text = "UPDATE line_friend SET state = 1 WHERE user_id = $1";
        sql::exec(&tx, text, [user(1).into()]).await.unwrap();
        tx.commit().await.unwrap();
        let id = world.line_campaign("こんにちは").await;
        let platform = Arc::new(Platform::default());
        world.line_until(&platform, || world.is_finished(id)).await;
        let copies = platform.copies();
        assert_eq!(
            copies.keys().collect::<Vec<_>>(),
            [&user(72)],
            "{}",
            test.name()
        );
    }
}

#[tokio::test]
async fn the_same_for_all_goes_in_packs_and_what_is_personal_goes_alone() {
    for test in testkit::both().await {
        let world = World::new(&test).await;
        world.friends(7).await;
        let platform = Arc::new(Platform::default());
        let id = world.line_campaign("本日限りの特売です").await;
        world.line_until(&platform, || world.is_finished(id)).await;
        let mut sizes: Vec<usize> = platform.taken.lock().values().map(Vec::len).collect();
        sizes.sort_unstable();
        assert_eq!(sizes, [1, 3, 3], "{}", test.name());
        let packs = platform
            .requests
            .lock()
            .iter()
            .filter(|(_, is_pack, _)| *is_pack)
            .count();
        assert_eq!(packs, 2, "the last of seven goes alone");
        assert_eq!(world.count(id, DeliveryState::Accepted).await, 7);
        assert_eq!(
            world
                .number("SELECT COUNT(*) FROM event WHERE name_id = 40")
                .await,
            7,
            "each has it on her timeline"
        );

        let personal = Arc::new(Platform::default());
        let id = world
            .line_campaign("{{ customer.name }}さん https://shop.example.jp/new")
            .await;
        world.line_until(&personal, || world.is_finished(id)).await;
        let requests = personal.requests.lock().clone();
        assert_eq!(requests.len(), 7);
        assert!(requests.iter().all(|(_, is_pack, said)| {
            !is_pack && said.contains("さん https://t.example.jp/c/")
        }));
        assert_eq!(world.number("SELECT COUNT(*) FROM campaign_link").await, 1);
    }
}

#[tokio::test]
async fn what_is_in_doubt_is_asked_again_with_its_key_and_arrives_once() {
    for (text, faults) in [
        (
            "みなさまへ",
            vec![Fault::AnswerLost, Fault::RequestLost, Fault::AnswerLost],
        ),
        (
            "{{ customer.name }}へ",
            vec![Fault::RequestLost, Fault::AnswerLost],
        ),
    ] {
        for test in testkit::both().await {
            let world = World::new(&test).await;
            world.friends(7).await;
            let platform = Arc::new(Platform::default());
            platform.faults.lock().extend(faults.clone());
            let id = world.line_campaign(text).await;
            world
                .line_until(&platform, || async {
                    let left = platform.faults.lock().len();
                    let progress = world.progress(id).await;
                    left == 0
                        && progress.of(DeliveryState::Planned) == 0
                        && progress.of(DeliveryState::Reserved) == 0
                        && progress.of(DeliveryState::HandedOver) == 0
                })
                .await;
            assert!(world.count(id, DeliveryState::InDoubt).await > 0);
            assert!(!world.is_finished(id).await, "some are in doubt");
            // A repeat that is turned away says nothing of the first try.
            platform.faults.lock().push_back(Fault::Busy);
            world.clock.advance(20 * MINUTE);
            world
                .line_until(&platform, || async {
                    let progress = world.progress(id).await;
                    platform.faults.lock().is_empty() && progress.of(DeliveryState::HandedOver) == 0
                })
                .await;
            assert_eq!(world.count(id, DeliveryState::RetryWait).await, 0);
            world.clock.advance(20 * MINUTE);
            world.line_until(&platform, || world.is_finished(id)).await;
            let copies = platform.copies();
            assert!(
                copies.len() == 7 && copies.values().all(|n| *n == 1),
                "{} {text}: {copies:?}",
                test.name()
            );
            assert_eq!(world.count(id, DeliveryState::Accepted).await, 7);
            assert_eq!(
                world
                    .number("SELECT COUNT(*) FROM event WHERE name_id = 40")
                    .await,
                7
            );
        }
    }
}

#[tokio::test]
async fn a_pack_that_a_dead_worker_held_is_sent_again_as_it_was() {
    for test in testkit::both().await {
        let world = World::new(&test).await;
        world.friends(3).await;
        let id = world.line_campaign("みなさまへ").await;
        let platform = Arc::new(Platform::default());
        platform.faults.lock().push_back(Fault::AnswerLost);
        world.until_in_doubt(&platform, id, 3).await;
        // As if the worker had died before the answer was due.
        let tx = world.db.begin().await.unwrap();
        sql::exec(
            &tx,
            "UPDATE delivery SET state = 4, lease_token = 9 WHERE state = 11",
            [],
        )
        .await
        .unwrap();
        tx.commit().await.unwrap();
        world.line_until(&platform, || world.is_finished(id)).await;
        let requests = platform.requests.lock().clone();
        assert_eq!(requests.len(), 2, "{}", test.name());
        assert_eq!(
            requests[0], requests[1],
            "key, members and words are the same"
        );
        assert!(requests[1].1, "it is a pack again");
        assert!(platform.copies().values().all(|n| *n == 1));
        assert_eq!(world.count(id, DeliveryState::Accepted).await, 3);
    }
}

#[tokio::test]
async fn a_pack_is_never_repeated_with_the_words_of_one_of_its_members() {
    for test in testkit::both().await {
        let world = World::new(&test).await;
        world.friends(3).await;
        let tx = world.db.begin().await.unwrap();
        sql::exec(&tx, "UPDATE profile SET full_name = NULL", [])
            .await
            .unwrap();
        tx.commit().await.unwrap();
        let id = world
            .line_campaign("{{ customer.name | fallback: \"お客\" }}さまへ")
            .await;
        let platform = Arc::new(Platform::default());
        platform.faults.lock().push_back(Fault::RequestLost);
        world.until_in_doubt(&platform, id, 3).await;
        // The first two become known before the repeat; the third is as she was.
        let tx = world.db.begin().await.unwrap();
        sql::exec(
            &tx,
            "UPDATE profile SET full_name = '山田 花子' WHERE id IN (1, 2)",
            [],
        )
        .await
        .unwrap();
        tx.commit().await.unwrap();
        world.clock.advance(20 * MINUTE);
        world.line_until(&platform, || world.is_finished(id)).await;
        let requests = platform.requests.lock().clone();
        assert_eq!(requests[0], requests[1], "{}", test.name());
        assert!(
            requests
                .iter()
                .all(|(_, _, said)| said.contains("お客さまへ"))
        );
    }
}

#[tokio::test]
async fn a_pause_and_a_call_off_are_heard_by_what_is_in_doubt() {
    for test in testkit::both().await {
        let world = World::new(&test).await;
        world.friends(2).await;
        let platform = Arc::new(Platform::default());
        platform.faults.lock().push_back(Fault::RequestLost);
        let id = world.line_campaign("みなさまへ").await;
        world.until_in_doubt(&platform, id, 2).await;
        // Called off while it was under way: the answer is lost only then.
        let tx = world.db.begin().await.unwrap();
        campaigns::lifecycle::cancel(&tx, world.author(), id)
            .await
            .unwrap();
        sql::exec(&tx, "UPDATE delivery SET state = 11", [])
            .await
            .unwrap();
        tx.commit().await.unwrap();
        world.clock.advance(20 * MINUTE);
        world
            .line_until(&platform, || async {
                world.count(id, DeliveryState::Unknown).await == 2
            })
            .await;
        assert_eq!(
            platform.requests.lock().len(),
            1,
            "{}: nothing is asked again",
            test.name()
        );
    }
}

#[tokio::test]
async fn a_quota_that_is_used_up_holds_the_account_and_loses_nobody() {
    for test in testkit::both().await {
        let world = World::new(&test).await;
        world.friends(7).await;
        let platform = Arc::new(Platform::default());
        platform.faults.lock().extend([Fault::Quota, Fault::Quota]);
        let id = world.line_campaign("{{ customer.name }}へ").await;
        world
            .line_until(&platform, || async {
                world.count(id, DeliveryState::RetryWait).await > 0
            })
            .await;
        let tried = platform.requests.lock().len();
        assert!(
            tried <= 4,
            "{}: the lanes do not go on asking: {tried}",
            test.name()
        );
        world.clock.advance(HOUR);
        world.line_until(&platform, || world.is_finished(id)).await;
        let copies = platform.copies();
        assert!(copies.len() == 7 && copies.values().all(|n| *n == 1));
    }
}

#[tokio::test]
async fn calling_off_leaves_what_is_in_doubt_unknown() {
    for test in testkit::both().await {
        let world = World::new(&test).await;
        world.friends(2).await;
        let platform = Arc::new(Platform::default());
        platform.faults.lock().push_back(Fault::RequestLost);
        let id = world.line_campaign("みなさまへ").await;
        world.until_in_doubt(&platform, id, 2).await;
        let tx = world.db.begin().await.unwrap();
        campaigns::lifecycle::cancel(&tx, world.author(), id)
            .await
            .unwrap();
        tx.commit().await.unwrap();
        assert_eq!(
            world.count(id, DeliveryState::Unknown).await,
            2,
            "{}",
            test.name()
        );
    }
}

#[tokio::test]
async fn two_servers_over_the_same_packs_give_everybody_one_copy() {
    for test in testkit::both().await {
        let world = World::new(&test).await;
        world.friends(31).await;
        let platform = Arc::new(Platform::default());
        let lost = [Fault::AnswerLost, Fault::RequestLost, Fault::AnswerLost];
        platform.faults.lock().extend(lost);
        let id = world.line_campaign("みなさまへ").await;
        let stop = CancellationToken::new();
        let servers: Vec<_> = (0..2)
            .map(|_| {
                let carriers = Arc::new(LineCarriers(platform.clone()));
                tokio::spawn(worker_over(&world, carriers, 8).run(stop.clone()))
            })
            .collect();
        // Whatever is in doubt is due again, for both of them at the same instant.
        wait_for(|| async {
            world.clock.advance(MINUTE);
            world.is_finished(id).await
        })
        .await;
        stop.cancel();
        for server in servers {
            server.await.unwrap();
        }
        let copies = platform.copies();
        assert!(
            copies.len() == 31 && copies.values().all(|n| *n == 1),
            "{}: {copies:?}",
            test.name()
        );
        assert_eq!(world.count(id, DeliveryState::Accepted).await, 31);
    }
}
