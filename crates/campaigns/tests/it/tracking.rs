//! What comes back: opens, clicks, unsubscribes.

use std::sync::Arc;

use campaigns::{
    ledger::DeliveryState,
    model::State,
    track::{Keyring, Kind, Press, Seen, Token, Tracker, Unsubscribed, find_link},
};
use kernel::time::{Millis, SECOND};

use crate::{
    fake::{FixedKey, Provider, send_until},
    world::World,
};

const PHONE: &str = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15";

struct Sent {
    world: World,
    tracker: Tracker,
    html: String,
    unsubscribe: String,
}

async fn sent(test: &testkit::TestDb) -> Sent {
    let world = World::new(test).await;
    world.customers(1).await;
    let id = world.planned().await;
    let provider = Arc::new(Provider::default());
    send_until(&world, &provider, || async {
        world.campaign(id).await.stage.state == State::Finished
    })
    .await;
    let mail = provider.mail_to("c1@example.jp");
    let clock = Arc::new(world.clock.clone());
    let (tracker, task) = Tracker::new(world.db.clone(), clock, world.ids.clone());
    tokio::spawn(task);
    Sent {
        world,
        tracker,
        html: mail.html,
        unsubscribe: mail.unsubscribe.unwrap().url,
    }
}

impl Sent {
    async fn tokens(&self, path: &str, kind: Kind) -> Vec<Token> {
        let ring = Keyring::new(Arc::new(FixedKey));
        let mut tokens = Vec::new();
        for part in self.html.split(path).skip(1) {
            let text = part.split('"').next().unwrap();
            tokens.push(ring.verify(kind, text).await.unwrap().unwrap());
        }
        tokens
    }

    fn seen(&self, after: i64) -> Seen {
        Seen {
            at: self.world.now().plus(after),
            user_agent: PHONE.to_owned(),
            is_head: false,
        }
    }

    async fn events(&self, name: i32, flags: i32) -> i64 {
        let text = format!("SELECT COUNT(*) FROM event WHERE name_id = {name} AND flags = {flags}");
        self.world.number(&text).await
    }
}

#[tokio::test]
async fn a_click_leads_where_the_author_wrote_and_is_on_the_timeline() {
    for test in testkit::both().await {
        let sent = sent(&test).await;
        let clicks = sent.tokens("https://t.example.jp/c/", Kind::Click).await;
        assert_eq!(clicks.len(), 3);
        let link = find_link(
            sent.world.db.reader(),
            sent.world.workspace,
            clicks[0].link.unwrap(),
        )
        .await
        .unwrap()
        .unwrap();
        assert_eq!(
            (link.url.as_str(), link.label.as_str()),
            ("https://shop.example.jp/new", "shop.example.jp/new")
        );
        sent.tracker
            .answered(clicks[0], sent.seen(60 * SECOND))
            .await
            .unwrap();
        let open = sent.tokens("https://t.example.jp/o/", Kind::Open).await[0];
        sent.tracker
            .answered(open, sent.seen(50 * SECOND))
            .await
            .unwrap();
        let privacy = Seen {
            user_agent: "Mozilla/5.0".to_owned(),
            ..sent.seen(2 * SECOND)
        };
        sent.tracker.answered(open, privacy).await.unwrap();
        assert_eq!(
            (sent.events(43, 0).await, sent.events(42, 0).await),
            (1, 1),
            "{}",
            test.name()
        );
        assert_eq!(
            sent.events(42, 1).await,
            1,
            "the machine's open is kept and flagged"
        );
    }
}

#[tokio::test]
async fn a_scanner_that_follows_every_link_is_unmasked_for_all_of_them() {
    for test in testkit::both().await {
        let sent = sent(&test).await;
        let clicks = sent.tokens("https://t.example.jp/c/", Kind::Click).await;
        for (index, click) in clicks.iter().enumerate() {
            let after = 60 * SECOND + 300 * i64::try_from(index).unwrap();
            sent.tracker
                .answered(*click, sent.seen(after))
                .await
                .unwrap();
        }
        assert_eq!(
            (sent.events(43, 0).await, sent.events(43, 1).await),
            (0, 3),
            "{}",
            test.name()
        );
        let told = "SELECT COUNT(*) FROM feed f JOIN event e ON e.id = f.a WHERE f.kind = 2 AND e.name_id = 43";
        assert_eq!(
            storage::sql::number(test.db().reader(), told, [])
                .await
                .unwrap(),
            5,
            "{}: three clicks came, and two of them were flagged later",
            test.name()
        );
        sent.tracker
            .answered(clicks[0], sent.seen(120 * SECOND))
            .await
            .unwrap();
        assert_eq!(
            sent.events(43, 0).await,
            1,
            "the person who comes later counts"
        );
    }
}

#[tokio::test]
async fn the_unsubscribe_link_is_one_of_the_links_that_unmask_a_scanner() {
    for test in testkit::both().await {
        let sent = sent(&test).await;
        let ring = Keyring::new(Arc::new(FixedKey));
        let text = sent.unsubscribe.rsplit('/').next().unwrap();
        let token = ring.verify(Kind::Unsubscribe, text).await.unwrap().unwrap();
        let press = async |after: i64, press: Press| {
            let seen = sent.seen(60 * SECOND + after);
            let done = sent.tracker.pressed_unsubscribe(token, seen, press);
            done.await.unwrap();
        };
        press(0, Press::OneClick).await;
        press(100, Press::Page).await;
        let clicks = sent.tokens("https://t.example.jp/c/", Kind::Click).await;
        for (click, after) in clicks.iter().zip([300, 600]) {
            sent.tracker
                .answered(*click, sent.seen(60 * SECOND + after))
                .await
                .unwrap();
        }
        assert_eq!(
            (sent.events(43, 0).await, sent.events(43, 1).await),
            (0, 2),
            "{}",
            test.name()
        );
        assert_eq!(
            (sent.events(46, 0).await, sent.events(46, 1).await),
            (1, 1),
            "{}: the mail program's button is a person's",
            test.name()
        );
    }
}

#[tokio::test]
async fn an_unsubscription_holds_for_the_address_and_for_what_is_queued() {
    for test in testkit::both().await {
        let sent = sent(&test).await;
        let world = &sent.world;
        let next = world.planned().await;
        assert_eq!(world.count(next, DeliveryState::Planned).await, 1);
        let ring = Keyring::new(Arc::new(FixedKey));
        let text = sent.unsubscribe.rsplit('/').next().unwrap();
        let token = ring.verify(Kind::Unsubscribe, text).await.unwrap().unwrap();
        for _ in 0..2 {
            let done = sent
                .tracker
                .unsubscribe(token, Some("one-click".to_owned()))
                .await
                .unwrap();
            assert_eq!(done, Unsubscribed::Done);
        }
        assert_eq!(sent.events(44, 0).await, 1, "{}: said once", test.name());
        let provider = Arc::new(Provider::default());
        send_until(world, &provider, || async {
            world.campaign(next).await.stage.state == State::Finished
        })
        .await;
        assert_eq!(provider.n_taken(), 0, "{}", test.name());
        assert_eq!(world.count(next, DeliveryState::Suppressed).await, 1);
        assert!(world.now() > Millis(0));
    }
}
