//! The outbox and the place in the feed move together.

use kernel::{
    feed::ChangeKind,
    id::{ProfileId, WorkspaceId},
    time::{DAY, MINUTE},
};
use storage::lease::LeaseError;
use webhooks::{
    EventType, Lease, Progress, outbox,
    webhook::{self, Switch},
};

use crate::world::{self, accepted, wish};

#[tokio::test]
async fn a_reader_that_lost_its_lease_writes_nothing() {
    for world in world::both().await {
        let hook = world.webhook(&[]).await;
        let mut old = world.claim().await;
        world.enter(&mut old, 3).await;
        assert!(
            Lease::claim(&world.kit.db, world.kit.workspace, world.now())
                .await
                .unwrap()
                .is_none(),
            "{}: one at a time",
            world.name
        );
        world.kit.clock.advance(MINUTE);
        let mut new = world.claim().await;
        let hooks = [hook];
        let told = [webhooks::source::Told {
            event: EventType::SegmentEntered,
            at: world.now(),
            data: serde_json::json!({}),
        }];
        let progress = old.progress;
        let late = outbox::write(
            &mut old,
            &world.kit.db,
            &*world.kit.ids,
            world.now(),
            (&hooks, &told, progress),
        );
        assert!(
            matches!(late.await, Err(LeaseError::Lost)),
            "{}",
            world.name
        );
        assert_eq!(
            world.follow(&mut new).await,
            0,
            "{}: it goes on where the other stopped",
            world.name
        );
        assert_eq!(world.bodies().await.len(), 3, "{}", world.name);
        assert_eq!(new.progress.own.n, 3, "{}", world.name);
    }
}

#[tokio::test]
async fn a_reader_that_dies_before_its_commit_leaves_everything_to_the_next() {
    for world in world::both().await {
        world.webhook(&[]).await;
        let lease = world.claim().await;
        let enters = world.change(ChangeKind::SegmentEnter, ProfileId::from_raw(1), 7, 2);
        world.tell(&[enters]).await;
        let tx = world.begin().await;
        let progress = Progress {
            cursor: world.head().await,
            ..lease.progress
        };
        lease.hold(&tx, world.now(), progress).await.unwrap();
        drop(tx);
        world.kit.clock.advance(MINUTE);
        let mut next = world.claim().await;
        assert_eq!(world.follow(&mut next).await, 1, "{}", world.name);
    }
}

#[tokio::test]
async fn what_is_switched_off_gets_no_delivery_and_the_message_is_kept() {
    for world in world::both().await {
        let off = wish(&[EventType::SegmentEntered], Switch::Off);
        world.webhook_in(world.kit.workspace, &off).await;
        let mut lease = world.claim().await;
        world.enter(&mut lease, 2).await;
        assert_eq!(world.bodies().await.len(), 2, "{}", world.name);
        assert_eq!(
            world.number("SELECT COUNT(*) FROM webhook_delivery").await,
            0,
            "{}",
            world.name
        );
    }
}

#[tokio::test]
async fn another_workspace_is_told_nothing_and_sees_nothing() {
    for world in world::both().await {
        let other = WorkspaceId::from_raw(700_000_000_000_000_002);
        world.kit.add_workspace(other, "みどり薬局").await;
        let ours = world.webhook(&[]).await;
        let theirs = world.webhook_in(other, &wish(&[], Switch::On)).await;
        let mut lease = world.claim().await;
        world.enter(&mut lease, 1).await;
        let db = world.kit.db.reader();
        assert_eq!(
            webhook::find(db, other, ours.id).await.unwrap(),
            None,
            "{}",
            world.name
        );
        assert_eq!(
            webhook::list(db, other).await.unwrap(),
            std::slice::from_ref(&theirs),
            "{}",
            world.name
        );
        let taken = world.take().await;
        assert_eq!(taken.len(), 1, "{}", world.name);
        assert_eq!(taken[0].webhook, ours.id, "{}", world.name);
        let tx = world.begin().await;
        let wish = wish(&[], Switch::Off);
        assert!(
            !webhook::update(&tx, other, ours.id, &wish, (1, world.now()))
                .await
                .unwrap()
        );
        assert!(
            !webhook::archive(&tx, other, ours.id, world.now())
                .await
                .unwrap()
        );
        assert!(
            !webhooks::replay::one(&tx, other, taken[0].id, world.now())
                .await
                .unwrap()
        );
        assert!(
            webhooks::delivery::detail(&tx, other, taken[0].id)
                .await
                .unwrap()
                .is_none()
        );
        tx.commit().await.unwrap();
    }
}

#[tokio::test]
async fn old_messages_go_with_what_became_of_them_unless_somebody_waits_for_them() {
    for world in world::both().await {
        world.webhook(&[]).await;
        let mut lease = world.claim().await;
        world.enter(&mut lease, 3).await;
        let taken = world.take().await;
        world.settle(&taken[0], accepted()).await;
        world.settle(&taken[1], accepted()).await;
        world.kit.clock.advance(31 * DAY);
        let prune = async || {
            let tx = world.begin().await;
            let n = outbox::prune(&tx, world.now().plus(-outbox::KEPT), 1)
                .await
                .unwrap();
            tx.commit().await.unwrap();
            n
        };
        assert_eq!(
            [prune().await, prune().await, prune().await],
            [1, 1, 0],
            "{}",
            world.name
        );
        for (table, left) in [
            ("webhook_message", 1),
            ("webhook_delivery", 1),
            ("webhook_attempt", 0),
        ] {
            let n = world.number(&format!("SELECT COUNT(*) FROM {table}")).await;
            assert_eq!(n, left, "{} {table}", world.name);
        }
    }
}
