//! Taking, answering, disabling.

use std::collections::BTreeSet;

use kernel::{
    page::PageRequest,
    time::{HOUR, MINUTE, SECOND},
};
use webhooks::{
    delivery::{self, DeliveryFilter, State, Verdict},
    outbox,
    webhook::{self, Disabled, Standing, Switch},
};

use crate::world::{self, accepted, gone, refused, wish};

#[tokio::test]
async fn what_is_due_is_taken_once_and_again_when_its_taker_is_gone() {
    for world in world::both().await {
        world.webhook(&[]).await;
        let mut lease = world.claim().await;
        world.enter(&mut lease, 5).await;
        let first = world.take().await;
        assert_eq!(first.len(), 5, "{}", world.name);
        assert!(world.take().await.is_empty(), "{}: in hand", world.name);
        // The process is killed: nobody answers.
        world.kit.clock.advance(10 * SECOND);
        let second = world.take().await;
        let ids = |all: &[delivery::Taken]| {
            all.iter()
                .map(|one| one.message.raw())
                .collect::<BTreeSet<_>>()
        };
        assert_eq!(
            ids(&first),
            ids(&second),
            "{}: under the same ids",
            world.name
        );
        assert!(
            second.iter().all(|one| one.attempts == 0 && one.fence == 2),
            "{}",
            world.name
        );
        // It was only slow: its answer is logged, and moves nothing.
        let late = world.settle(&first[0], refused(500, 5)).await;
        assert_eq!(late, Verdict::Overtaken, "{}", world.name);
        let again = second.iter().find(|one| one.id == first[0].id).unwrap();
        assert_eq!(
            world.settle(again, accepted()).await,
            Verdict::Delivered,
            "{}",
            world.name
        );
        assert_eq!(
            world.settle(again, accepted()).await,
            Verdict::Overtaken,
            "{}",
            world.name
        );
        let detail = delivery::detail(world.kit.db.reader(), world.kit.workspace, again.id).await;
        let detail = detail.unwrap().unwrap();
        assert_eq!(detail.delivery.state, State::Delivered, "{}", world.name);
        let outcomes: Vec<_> = detail
            .attempts
            .iter()
            .map(|one| (one.status, one.outcome.as_str()))
            .collect();
        assert_eq!(
            outcomes,
            [
                (Some(200), "delivered"),
                (Some(200), "delivered"),
                (Some(500), "busy")
            ],
            "{}",
            world.name
        );
        assert_eq!(
            detail.attempts[2].detail, "ask <address> later",
            "{}",
            world.name
        );
    }
}

#[tokio::test]
async fn two_processes_never_take_the_same() {
    let world = world::both().await.pop().unwrap();
    world.webhook(&[]).await;
    let mut lease = world.claim().await;
    world.enter(&mut lease, 300).await;
    let now = world.now();
    let (one, two) = (world.begin().await, world.begin().await);
    let due = delivery::due(&one, now).await.unwrap()[0];
    let until = now.plus(MINUTE);
    let first = delivery::take(&one, due, (now, until), 200).await.unwrap();
    let second = delivery::take(&two, due, (now, until), 200).await.unwrap();
    one.commit().await.unwrap();
    two.commit().await.unwrap();
    let mut ids: Vec<i64> = first
        .iter()
        .chain(&second)
        .map(|taken| taken.id.raw())
        .collect();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!((first.len(), second.len(), ids.len()), (200, 100, 300));
}

#[tokio::test]
async fn the_schedule_runs_its_course_and_then_the_webhook_is_switched_off() {
    for world in world::both().await {
        let hook = world.webhook(&[]).await;
        let mut lease = world.claim().await;
        world.enter(&mut lease, 1).await;
        let mut waited = Vec::new();
        let verdict = loop {
            let taken = world.take().await.remove(0);
            match world.settle(&taken, refused(500, 5)).await {
                Verdict::Again(at) => {
                    waited.push((at.0 - world.now().0) / SECOND);
                    assert!(world.take().await.is_empty(), "{}: not before", world.name);
                    world.kit.clock.set(at);
                }
                verdict => break verdict,
            }
        };
        assert_eq!(verdict, Verdict::GivenUp, "{}", world.name);
        assert_eq!(
            waited,
            [5, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 86_400],
            "{}",
            world.name
        );
        let hook = world.reread(&hook).await;
        assert_eq!(
            hook.standing,
            Standing::Disabled(Disabled::Exhausted, world.now()),
            "{}",
            world.name
        );
        world.enter(&mut lease, 1).await;
        assert!(
            world.take().await.is_empty(),
            "{}: nothing is sent to it",
            world.name
        );
    }
}

#[tokio::test]
async fn one_message_that_cannot_be_taken_does_not_switch_a_webhook_off() {
    for world in world::both().await {
        let hook = world.webhook(&[]).await;
        let mut lease = world.claim().await;
        world.enter(&mut lease, 2).await;
        let [poison, good] = world.take().await.try_into().unwrap();
        let mut taken = poison;
        let mut is_fed = false;
        while let Verdict::Again(at) = world.settle(&taken, refused(400, 5)).await {
            world.kit.clock.set(at);
            if !is_fed {
                world.settle(&good, accepted()).await;
                is_fed = true;
            }
            taken = world.take().await.remove(0);
        }
        assert!(world.reread(&hook).await.is_enabled(), "{}", world.name);
        let filter = DeliveryFilter {
            webhook: hook.id,
            state: Some(State::Failed),
        };
        let page = PageRequest::default();
        let failed = delivery::list(world.kit.db.reader(), world.kit.workspace, filter, &page);
        let failed = failed.await.unwrap().unwrap();
        assert_eq!(failed.items.len(), 1, "{}", world.name);
        assert_eq!(
            (failed.items[0].failures, failed.items[0].last_status),
            (10, Some(400)),
            "{}",
            world.name
        );
    }
}

#[tokio::test]
async fn gone_switches_off_at_once_and_switching_on_again_goes_on() {
    for world in world::both().await {
        let hook = world.webhook(&[]).await;
        let mut lease = world.claim().await;
        world.enter(&mut lease, 2).await;
        let taken = world.take().await;
        assert_eq!(
            world.settle(&taken[0], gone()).await,
            Verdict::GivenUp,
            "{}",
            world.name
        );
        let off = world.reread(&hook).await;
        assert_eq!(
            off.standing,
            Standing::Disabled(Disabled::Gone, world.now()),
            "{}",
            world.name
        );
        world.kit.clock.advance(HOUR);
        assert!(world.take().await.is_empty(), "{}", world.name);
        let change = async |switch, version| {
            let tx = world.begin().await;
            let wish = wish(&[], switch);
            let changed = webhook::update(
                &tx,
                world.kit.workspace,
                hook.id,
                &wish,
                (version, world.now()),
            )
            .await;
            tx.commit().await.unwrap();
            changed.unwrap()
        };
        assert!(
            !change(Switch::On, hook.version).await,
            "{}: it has changed meanwhile",
            world.name
        );
        assert!(change(Switch::Off, off.version).await, "{}", world.name);
        assert_eq!(
            world.reread(&hook).await.standing,
            off.standing,
            "{}: why and when stay",
            world.name
        );
        assert!(change(Switch::On, off.version + 1).await, "{}", world.name);
        let rest = world.take().await;
        assert_eq!(rest.len(), 1, "{}: the one that waited", world.name);
        assert_eq!(rest[0].id, taken[1].id, "{}", world.name);
    }
}

#[tokio::test]
async fn who_asks_to_be_spared_is_spared_and_tests_go_through() {
    for world in world::both().await {
        let hook = world.webhook(&[]).await;
        let mut lease = world.claim().await;
        world.enter(&mut lease, 3).await;
        let taken = world.take().await;
        let verdict = world.settle(&taken[0], refused(429, 600)).await;
        let until = world.now().plus(600 * SECOND);
        assert_eq!(verdict, Verdict::Again(until), "{}", world.name);
        world.kit.clock.advance(MINUTE);
        assert!(world.take().await.is_empty(), "{}", world.name);
        let tx = world.begin().await;
        let ids = &*world.kit.ids;
        let ping = outbox::ping(&tx, world.kit.workspace, &hook, ids, world.now())
            .await
            .unwrap();
        tx.commit().await.unwrap();
        let tests = world.take().await;
        assert_eq!(tests.len(), 1, "{}", world.name);
        assert_eq!(tests[0].id.raw(), ping, "{}", world.name);
        assert_eq!(
            world.settle(&tests[0], gone()).await,
            Verdict::GivenUp,
            "{}",
            world.name
        );
        assert!(
            world.reread(&hook).await.is_enabled(),
            "{}: a test changes nothing",
            world.name
        );
        world.kit.clock.set(until);
        assert_eq!(world.take().await.len(), 3, "{}", world.name);
    }
}
