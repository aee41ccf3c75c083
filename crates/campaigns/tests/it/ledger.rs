//! Compare-and-set under workers that fight for the same rows.

use std::collections::HashSet;

use campaigns::ledger::{self, ActiveCampaign, DeliveryState, HandOver, Settle, Settlement, Whose};
use kernel::id::CampaignId;
use profiles::consent;

use crate::world::World;

async fn active(world: &World, id: CampaignId) -> ActiveCampaign {
    let all = ledger::active_campaigns(world.db.reader()).await.unwrap();
    all.into_iter().find(|campaign| campaign.id == id).unwrap()
}

fn hand_over(row: &ledger::Reserved) -> HandOver {
    HandOver {
        channel: channel_core::ChannelKind::Email,
        key: row.key,
        campaign: row.campaign,
        address: row.address.clone(),
        is_test: row.is_test,
        attempts: row.attempts,
        message_id: "<x@test>".to_owned(),
    }
}

#[tokio::test]
async fn two_workers_never_hold_one_row() {
    for test in testkit::both().await {
        let world = World::new(&test).await;
        world.customers(60).await;
        let id = world.planned().await;
        let campaign = active(&world, id).await;
        let workers = (1..=4i64).map(|token| {
            let (db, campaign, now) = (world.db.clone(), campaign.clone(), world.now());
            tokio::spawn(async move {
                let mut mine = Vec::new();
                loop {
                    let tx = db.begin().await.unwrap();
                    let rows = ledger::reserve(&tx, &campaign, Whose::Everybodys, token, now, 7)
                        .await
                        .unwrap();
                    tx.commit().await.unwrap();
                    if rows.is_empty() {
                        return mine;
                    }
                    mine.extend(rows.into_iter().map(|row| row.key.id));
                }
            })
        });
        let mut seen = HashSet::new();
        for worker in workers.collect::<Vec<_>>() {
            for id in worker.await.unwrap() {
                assert!(seen.insert(id), "{}: two workers hold {id}", test.name());
            }
        }
        assert_eq!(seen.len(), 60, "{}", test.name());
    }
}

#[tokio::test]
async fn a_hand_over_is_granted_once_and_to_its_holder_only() {
    for test in testkit::both().await {
        let world = World::new(&test).await;
        world.customers(3).await;
        let id = world.planned().await;
        let campaign = active(&world, id).await;
        let now = world.now();
        let tx = world.db.begin().await.unwrap();
        let rows = ledger::reserve(&tx, &campaign, Whose::Everybodys, 1, now, 10)
            .await
            .unwrap();
        let wanted: Vec<HandOver> = rows.iter().map(hand_over).collect();
        assert!(
            ledger::hand_over(&tx, world.workspace, 2, now, &wanted)
                .await
                .unwrap()
                .is_empty(),
            "not the holder"
        );
        assert_eq!(
            ledger::hand_over(&tx, world.workspace, 1, now, &wanted)
                .await
                .unwrap()
                .len(),
            3,
            "{}",
            test.name()
        );
        assert_eq!(
            ledger::hand_over(&tx, world.workspace, 1, now, &wanted)
                .await
                .unwrap()
                .len(),
            3,
            "asked again after a lost answer of the database"
        );
        assert!(
            ledger::reserve(&tx, &campaign, Whose::Everybodys, 3, now, 10)
                .await
                .unwrap()
                .is_empty()
        );

        let settle = |row: &ledger::Reserved, token_attempts: i32| Settle {
            channel: channel_core::ChannelKind::Email,
            key: row.key,
            campaign: id,
            is_test: false,
            attempts: token_attempts,
            address: row.address.clone(),
            result: Settlement::Accepted,
        };
        assert_eq!(
            ledger::settle(&tx, 1, now, &[settle(&rows[0], 1)])
                .await
                .unwrap()
                .len(),
            1
        );
        assert!(
            ledger::settle(&tx, 1, now, &[settle(&rows[0], 1)])
                .await
                .unwrap()
                .is_empty(),
            "no news the second time"
        );
        assert!(
            ledger::settle(&tx, 1, now, &[settle(&rows[1], 2)])
                .await
                .unwrap()
                .is_empty(),
            "of another try"
        );

        // The worker dies with one message in flight; its late answer still counts, but nobody sends again.
        assert_eq!(ledger::recover(&tx, 1, now).await.unwrap(), (0, 2));
        assert!(
            ledger::reserve(&tx, &campaign, Whose::Everybodys, 3, now, 10)
                .await
                .unwrap()
                .is_empty()
        );
        assert_eq!(
            ledger::settle(&tx, 1, now, &[settle(&rows[1], 1)])
                .await
                .unwrap()
                .len(),
            1
        );
        tx.commit().await.unwrap();
        assert_eq!(world.count(id, DeliveryState::Accepted).await, 2);
        assert_eq!(world.count(id, DeliveryState::Unknown).await, 1);
    }
}

#[tokio::test]
async fn a_worker_that_was_taken_for_dead_sends_nothing_twice() {
    for test in testkit::both().await {
        let world = World::new(&test).await;
        world.customers(2).await;
        let id = world.planned().await;
        let campaign = active(&world, id).await;
        let now = world.now();
        let tx = world.db.begin().await.unwrap();
        let reserve = async || {
            ledger::reserve(&tx, &campaign, Whose::Everybodys, 1, now, 10)
                .await
                .unwrap()
        };
        let granted = async |rows: &[ledger::Reserved]| {
            let wanted: Vec<HandOver> = rows.iter().map(hand_over).collect();
            let granted = ledger::hand_over(&tx, world.workspace, 1, now, &wanted).await;
            granted.unwrap().len()
        };
        // It stood still for so long that another took its rows back; then it went on and reserved them again,
        // while they still waited for its lanes.
        let before = reserve().await;
        ledger::recover(&tx, 1, now).await.unwrap();
        let after = reserve().await;
        assert_eq!((before.len(), after.len()), (2, 2), "{}", test.name());
        let old: Vec<ledger::Release> = before
            .iter()
            .map(|row| ledger::Release {
                key: row.key,
                attempts: row.attempts,
                due_at: now,
                deferred: false,
            })
            .collect();
        let given_back = ledger::release(&tx, 1, &old).await.unwrap();
        assert_eq!(given_back, 0, "{}: what it holds now", test.name());
        assert_eq!(
            granted(&before[..1]).await,
            0,
            "{}: an old one first",
            test.name()
        );
        assert_eq!(granted(&after).await, 2, "{}", test.name());
        assert_eq!(
            granted(&before).await,
            0,
            "{}: an old one last",
            test.name()
        );
        tx.commit().await.unwrap();
    }
}

#[tokio::test]
async fn a_no_that_comes_while_the_message_waits_is_heard() {
    for test in testkit::both().await {
        let world = World::new(&test).await;
        world.customers(3).await;
        let id = world.planned().await;
        let campaign = active(&world, id).await;
        let unsubscribe = async |address: &str| {
            let tx = world.db.begin().await.unwrap();
            let ctx = profiles::Ctx {
                tx: &tx,
                workspace: world.workspace,
                now: world.now(),
                ids: &*world.ids,
            };
            consent::unsubscribe(ctx, "email", address, None, None)
                .await
                .unwrap();
            tx.commit().await.unwrap();
        };
        unsubscribe("c1@example.jp").await;
        let tx = world.db.begin().await.unwrap();
        let rows = ledger::reserve(&tx, &campaign, Whose::Everybodys, 1, world.now(), 10)
            .await
            .unwrap();
        tx.commit().await.unwrap();
        assert_eq!(rows.len(), 2, "{}: planned, then refused", test.name());
        unsubscribe(&rows[0].address).await;
        let tx = world.db.begin().await.unwrap();
        let wanted: Vec<HandOver> = rows.iter().map(hand_over).collect();
        let granted = ledger::hand_over(&tx, world.workspace, 1, world.now(), &wanted)
            .await
            .unwrap();
        tx.commit().await.unwrap();
        assert_eq!(
            granted,
            HashSet::from([wanted[1].this_try()]),
            "{}: reserved, then refused",
            test.name()
        );
    }
}
