//! The worker with a provider in memory.

use std::sync::{Arc, atomic::Ordering};

use campaigns::{ledger::DeliveryState, lifecycle, model::State};
use kernel::time::MINUTE;
use tokio_util::sync::CancellationToken;

use crate::{
    fake::{Provider, send_until, wait_for, worker},
    world::World,
};

#[tokio::test]
async fn everybody_gets_one_mail_with_links_of_their_own_and_the_campaign_ends() {
    for test in testkit::both().await {
        let world = World::new(&test).await;
        world.customers(40).await;
        let id = world.planned().await;
        let provider = Arc::new(Provider::default());
        send_until(&world, &provider, || async {
            world.campaign(id).await.stage.state == State::Finished
        })
        .await;
        assert_eq!(provider.n_taken(), 40, "{}", test.name());
        provider.assert_no_doubles();
        assert_eq!(world.count(id, DeliveryState::Accepted).await, 40);
        let mail = provider.mail_to("c7@example.jp");
        assert_eq!(mail.subject, "客7さんへ");
        assert!(
            mail.html.contains("https://t.example.jp/c/")
                && mail.html.contains("https://t.example.jp/o/")
        );
        assert!(
            !mail.html.contains("https://shop.example.jp/new"),
            "no address is left untracked"
        );
        assert!(
            mail.unsubscribe
                .unwrap()
                .url
                .starts_with("https://t.example.jp/u/")
        );
        assert_eq!(mail.envelope_sender, None, "nobody reads what comes back");
        assert_eq!(world.number("SELECT COUNT(*) FROM campaign_link").await, 3);
        assert_eq!(
            world
                .number("SELECT COUNT(*) FROM event WHERE name_id = 40 AND campaign_id IS NOT NULL")
                .await,
            40
        );
        assert_eq!(
            world
                .number("SELECT COUNT(*) FROM feed WHERE kind = 2")
                .await,
            40,
            "the feed tells of each"
        );
    }
}

#[tokio::test]
async fn a_message_comes_back_to_an_address_of_its_own() {
    let test = testkit::sqlite().await;
    let world = World::new(&test).await;
    world.customers(2).await;
    let tx = world.db.begin().await.unwrap();
    let settings = serde_json::json!({"host": "smtp.example.jp", "port": 587, "tls": "required",
        "return_domain": "bounce.shop.example.jp"});
    storage::sql::exec(
        &tx,
        "UPDATE sender SET transport = 'smtp', settings = $1",
        [storage::Value::Json(Some(Box::new(settings)))],
    )
    .await
    .unwrap();
    tx.commit().await.unwrap();
    let id = world.planned().await;
    let provider = Arc::new(Provider::default());
    send_until(&world, &provider, || async {
        world.campaign(id).await.stage.state == State::Finished
    })
    .await;
    let path = |address: &str| provider.mail_to(address).envelope_sender.unwrap();
    let (one, other) = (path("c1@example.jp"), path("c2@example.jp"));
    assert!(one.ends_with("@bounce.shop.example.jp"), "{one}");
    assert_ne!(one, other, "each says whose it was");
    assert!(campaigns::track::token_of(&one).is_some());
}

#[tokio::test]
async fn each_answer_of_the_provider_has_its_consequence() {
    for test in testkit::both().await {
        let world = World::new(&test).await;
        for (id, name) in [
            (1, "good"),
            (2, "bounce"),
            (3, "later"),
            (4, "silent"),
            (5, "broken"),
        ] {
            world
                .customer(id, Some(&format!("{name}@example.jp")), Some(true))
                .await;
        }
        let id = world.planned().await;
        let provider = Arc::new(Provider::default());
        send_until(&world, &provider, || async {
            let progress = world.progress(id).await;
            progress.of(DeliveryState::RetryWait) == 1
                && progress.of(DeliveryState::Accepted) == 1
                && progress.of(DeliveryState::Unknown) == 1
                && progress.of(DeliveryState::Failed) == 2
        })
        .await;
        assert_eq!(
            world.number("SELECT COUNT(*) FROM suppression WHERE reason = 'hard_bounce' AND address = 'bounce@example.jp'").await,
            1,
            "{}",
            test.name()
        );
        assert_eq!(
            world
                .number("SELECT COUNT(*) FROM event WHERE name_id = 41")
                .await,
            1
        );
        assert_ne!(
            world.campaign(id).await.stage.state,
            State::Finished,
            "one still waits"
        );
        world.clock.advance(2 * MINUTE);
        send_until(&world, &provider, || async {
            world.campaign(id).await.stage.state == State::Finished
        })
        .await;
        assert_eq!(world.count(id, DeliveryState::Accepted).await, 2);
        assert_eq!(
            world.count(id, DeliveryState::Unknown).await,
            1,
            "not sent again by itself"
        );
        provider.assert_no_doubles();
    }
}

#[tokio::test]
async fn a_pause_holds_a_resume_goes_on_and_a_cancel_ends_it() {
    for test in testkit::both().await {
        let world = World::new(&test).await;
        world.customers(120).await;
        let id = world.planned().await;
        let provider = Arc::new(Provider::default());
        provider.is_slow.store(true, Ordering::SeqCst);
        let stop = CancellationToken::new();
        let running = tokio::spawn(worker(&world, &provider, 8).run(stop.clone()));
        wait_for(|| async { provider.n_taken() >= 10 }).await;
        let tx = world.db.begin().await.unwrap();
        lifecycle::pause(&tx, world.author(), id).await.unwrap();
        tx.commit().await.unwrap();
        // What had been handed over by then may still arrive; nothing is reserved any more.
        wait_for(|| async {
            let progress = world.progress(id).await;
            progress.of(DeliveryState::Reserved) == 0 && progress.of(DeliveryState::HandedOver) == 0
        })
        .await;
        let held = provider.n_taken();
        assert!(
            held < 120,
            "{}: the pause came too late to be seen",
            test.name()
        );
        assert_eq!(
            world.count(id, DeliveryState::Accepted).await,
            i64::try_from(held).unwrap()
        );

        let tx = world.db.begin().await.unwrap();
        lifecycle::resume(&tx, world.author(), id).await.unwrap();
        tx.commit().await.unwrap();
        wait_for(|| async { provider.n_taken() >= held + 10 }).await;
        let tx = world.db.begin().await.unwrap();
        lifecycle::cancel(&tx, world.author(), id).await.unwrap();
        tx.commit().await.unwrap();
        stop.cancel();
        running.await.unwrap();
        provider.assert_no_doubles();
        let progress = world.progress(id).await;
        assert_eq!(
            progress.of(DeliveryState::Accepted),
            i64::try_from(provider.n_taken()).unwrap()
        );
        assert_eq!(
            progress.of(DeliveryState::Accepted) + progress.of(DeliveryState::Cancelled),
            120,
            "{}",
            test.name()
        );
    }
}

#[tokio::test]
async fn two_servers_send_one_campaign_together() {
    let test = testkit::postgres().await;
    let world = World::new(&test).await;
    world.customers(150).await;
    let id = world.planned().await;
    let provider = Arc::new(Provider::default());
    let stop = CancellationToken::new();
    let servers: Vec<_> = (0..2)
        .map(|_| tokio::spawn(worker(&world, &provider, 8).run(stop.clone())))
        .collect();
    wait_for(|| async { world.campaign(id).await.stage.state == State::Finished }).await;
    stop.cancel();
    for server in servers {
        server.await.unwrap();
    }
    assert_eq!(provider.n_taken(), 150);
    provider.assert_no_doubles();
}

#[test]
fn a_process_that_dies_loses_nobody_and_doubles_nobody() {
    let life = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build()
        .unwrap();
    let test = life.block_on(testkit::sqlite());
    let world = life.block_on(World::new(&test));
    life.block_on(world.customers(200));
    let id = life.block_on(world.planned());
    let provider = Arc::new(Provider::default());
    provider.is_slow.store(true, Ordering::SeqCst);
    for killed_at in [30, 90, 150] {
        // A runtime that is shut down drops every task wherever it stands, as a kill would.
        let doomed = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(2)
            .enable_all()
            .build()
            .unwrap();
        {
            let _inside = doomed.enter();
            doomed.spawn(worker(&world, &provider, 8).run(CancellationToken::new()));
        }
        life.block_on(wait_for(|| async { provider.n_taken() >= killed_at }));
        doomed.shutdown_background();
    }
    life.block_on(async {
        send_until(&world, &provider, || async {
            world.campaign(id).await.stage.state == State::Finished
        })
        .await;
        provider.assert_no_doubles();
        let progress = world.progress(id).await;
        let (accepted, unknown) = (
            progress.of(DeliveryState::Accepted),
            progress.of(DeliveryState::Unknown),
        );
        assert_eq!(accepted + unknown, 200, "nobody is lost");
        assert!(
            unknown <= 3 * 4,
            "{unknown} in doubt: more than one of each lane and kill"
        );
        assert!(provider.n_taken() >= usize::try_from(accepted).unwrap());
    });
}
