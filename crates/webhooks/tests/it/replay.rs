//! Sending again.

use kernel::{
    id::WebhookDeliveryId,
    time::{HOUR, Millis, SECOND},
};
use webhooks::{
    EventType,
    replay::{self, Which},
    webhook::{self, Switch, Webhook},
};

use crate::world::{self, World, accepted, gone, refused, wish};

async fn range(world: &World, hook: &Webhook, from: Millis, to: Millis, which: Which) -> u64 {
    let tx = world.begin().await;
    let (workspace, ids) = (world.kit.workspace, &*world.kit.ids);
    let n = replay::range(&tx, workspace, hook, ids, (from, to, which), world.now()).await;
    tx.commit().await.unwrap();
    n.unwrap()
}

async fn one(world: &World, id: WebhookDeliveryId) -> bool {
    let tx = world.begin().await;
    let found = replay::one(&tx, world.kit.workspace, id, world.now()).await;
    tx.commit().await.unwrap();
    found.unwrap()
}

#[tokio::test]
async fn one_delivery_is_sent_again_under_its_id_from_the_beginning() {
    for world in world::both().await {
        world.webhook(&[]).await;
        let mut lease = world.claim().await;
        world.enter(&mut lease, 1).await;
        let first = world.take().await.remove(0);
        world.settle(&first, accepted()).await;
        assert!(one(&world, first.id).await, "{}", world.name);
        let again = world.take().await.remove(0);
        assert_eq!(
            (again.message, again.attempts),
            (first.message, 0),
            "{}",
            world.name
        );
        assert_eq!(
            world.settle(&again, accepted()).await,
            webhooks::delivery::Verdict::Delivered
        );
        // Asked for while it is being sent: the answer under way no longer counts.
        assert!(one(&world, first.id).await, "{}", world.name);
        let sent = world.take().await.remove(0);
        assert!(one(&world, first.id).await, "{}", world.name);
        assert_eq!(
            world.settle(&sent, accepted()).await,
            webhooks::delivery::Verdict::Overtaken
        );
        assert_eq!(world.take().await.len(), 1, "{}", world.name);
        assert!(
            !one(&world, WebhookDeliveryId::from_raw(1)).await,
            "{}",
            world.name
        );
    }
}

#[tokio::test]
async fn a_range_is_what_was_given_up_and_what_was_never_sent() {
    for world in world::both().await {
        let hook = world.webhook(&[EventType::SegmentEntered]).await;
        world.webhook(&[EventType::SegmentLeft]).await;
        let mut lease = world.claim().await;
        world.enter(&mut lease, 3).await;
        let begun = world.now();
        let taken = world.take().await;
        world.settle(&taken[0], accepted()).await;
        world.settle(&taken[1], refused(500, 5)).await;
        world.settle(&taken[2], gone()).await;
        world.kit.clock.advance(HOUR);
        // It is switched off: two more customers enter, and one leaves, which it does not want.
        world.enter(&mut lease, 2).await;
        world
            .tell(&[world.change(
                kernel::feed::ChangeKind::SegmentLeave,
                kernel::id::ProfileId::from_raw(1),
                7,
                2,
            )])
            .await;
        world.follow(&mut lease).await;
        let hook = world.reread(&hook).await;
        assert!(!hook.is_enabled(), "{}", world.name);
        let tx = world.begin().await;
        let on = wish(&[EventType::SegmentEntered], Switch::On);
        let at = (hook.version, world.now());
        assert!(
            webhook::update(&tx, world.kit.workspace, hook.id, &on, at)
                .await
                .unwrap()
        );
        tx.commit().await.unwrap();
        let now = world.now();
        let end = now.plus(SECOND);
        let undelivered = Which::Undelivered;
        assert_eq!(
            range(&world, &hook, begun.plus(-HOUR), begun, undelivered).await,
            0,
            "{}",
            world.name
        );
        assert_eq!(
            range(&world, &hook, begun, begun.plus(1), undelivered).await,
            1,
            "{}: given up",
            world.name
        );
        assert_eq!(
            range(&world, &hook, now, end, undelivered).await,
            2,
            "{}: never sent",
            world.name
        );
        assert_eq!(
            range(&world, &hook, begun, end, undelivered).await,
            0,
            "{}: all of them wait",
            world.name
        );
        assert_eq!(
            range(&world, &hook, begun, end, Which::All).await,
            1,
            "{}: the delivered one",
            world.name
        );
        let taken: Vec<_> = world
            .take()
            .await
            .into_iter()
            .filter(|one| one.webhook == hook.id)
            .collect();
        assert_eq!(taken.len(), 5, "{}", world.name);
        assert!(
            taken.iter().all(|one| one.body.contains("segment.entered")),
            "{}",
            world.name
        );
    }
}
