//! Several senders of one campaign, and senders that are being warmed up.

use std::sync::Arc;

use async_trait::async_trait;
use campaigns::{
    ledger::{self, DeliveryState},
    model::{ChannelCard, State, Timing},
    send::{Carrier, CarrierError, Carriers},
    sender::{self, Sender, Transport, pace},
    store,
};
use channel_core::{
    Answer, Capabilities, Channel, Message, NotReady, Outcome, Prepared, Reason, ReasonClass,
    Refusal, Session,
};
use kernel::{
    id::{CampaignId, SenderId, WorkspaceId},
    time::DAY,
};
use storage::{Dialect, sql};
use tokio_util::sync::CancellationToken;

use crate::{
    fake::{FakeCarriers, Provider, wait_for, worker_over},
    world::World,
};

/// The first sender's server is away; the others share a provider that works.
struct OneAway {
    away: SenderId,
    fine: FakeCarriers,
}

struct Away(Arc<dyn Channel>);
struct AwaySession;

#[async_trait]
impl Carriers for OneAway {
    async fn carrier(
        &self,
        workspace: WorkspaceId,
        sender: &Sender,
    ) -> Result<Carrier, CarrierError> {
        let mut carrier = self.fine.carrier(workspace, sender).await?;
        if sender.id == self.away {
            carrier.channel = Arc::new(Away(carrier.channel));
        }
        Ok(carrier)
    }
}

#[async_trait]
impl Channel for Away {
    fn capabilities(&self) -> Capabilities {
        self.0.capabilities()
    }
    fn validate(&self, message: &Message) -> Result<(), Refusal> {
        self.0.validate(message)
    }
    fn prepare(&self, message: Message) -> Result<Prepared, Refusal> {
        self.0.prepare(message)
    }
    fn open(&self) -> Box<dyn Session> {
        Box::new(AwaySession)
    }
    fn classify(&self, answer: &Answer) -> Outcome {
        self.0.classify(answer)
    }
}

#[async_trait]
impl Session for AwaySession {
    async fn ready(&mut self, _prepared: &Prepared) -> Result<(), NotReady> {
        Err(NotReady {
            retry_after: std::time::Duration::from_millis(1),
            reason: Reason::new(ReasonClass::Connection, None, "nobody answers"),
        })
    }
    async fn deliver(&mut self, _prepared: &Prepared) -> Outcome {
        unreachable!("nothing can be handed over")
    }
    async fn close(&mut self) {}
}

impl World {
    /// Adds another sender.
    async fn another(&self, address: &str) -> SenderId {
        let id = SenderId::from_raw(self.ids.next_raw());
        let sender = Sender {
            id,
            from_name: "青葉ストア".to_owned(),
            from_address: address.to_owned(),
            reply_to: None,
            transport: Transport::Sandbox,
            version: 1,
        };
        let tx = self.db.begin().await.unwrap();
        sender::insert(&tx, self.workspace, &sender, self.now())
            .await
            .unwrap();
        tx.commit().await.unwrap();
        id
    }

    async fn planned_by(&self, then: Vec<SenderId>) -> CampaignId {
        let mut document = self.document(Timing::Now {});
        document.channel = Some(ChannelCard::Email {
            sender: self.sender,
            then,
        });
        let tx = self.db.begin().await.unwrap();
        let campaign = store::insert(&tx, self.author(), &*self.ids, "夏の案内", &document)
            .await
            .unwrap();
        tx.commit().await.unwrap();
        self.launch(&campaign).await;
        self.plan().await;
        campaign.id
    }

    /// Lets the first sender begin with so many messages a day, from today on.
    async fn warm_up(&self, days: &[u32]) {
        let today = self
            .now()
            .to_utc()
            .with_timezone(&chrono_tz::Asia::Tokyo)
            .date_naive();
        let settings = serde_json::json!({"host": "smtp.example.jp", "port": 587, "tls": "required",
            "warmup": {"start": today, "days": days}});
        let tx = self.db.begin().await.unwrap();
        sql::exec(
            &tx,
            "UPDATE sender SET transport = 'smtp', settings = $1 WHERE id = $2",
            [
                storage::Value::Json(Some(Box::new(settings))),
                self.sender.raw().into(),
            ],
        )
        .await
        .unwrap();
        tx.commit().await.unwrap();
    }

    async fn used_today(&self) -> i64 {
        self.number("SELECT COALESCE(MAX(used), 0) FROM sender_day")
            .await
    }
}

fn from(provider: &Provider, address: &str) -> usize {
    let taken = provider.taken.lock();
    taken
        .iter()
        .filter(|(_, email)| email.from.address == address)
        .count()
}

#[tokio::test]
async fn the_next_sender_takes_over_when_the_first_is_away_and_nobody_gets_two() {
    for test in testkit::both().await {
        let world = World::new(&test).await;
        world.customers(30).await;
        let second = world.another("second@shop.example.jp").await;
        let id = world.planned_by(vec![second]).await;
        let provider = Arc::new(Provider::default());
        let carriers = OneAway {
            away: world.sender,
            fine: FakeCarriers(provider.clone()),
        };
        let stop = CancellationToken::new();
        let running = tokio::spawn(worker_over(&world, Arc::new(carriers), 8).run(stop.clone()));
        wait_for(|| async { world.campaign(id).await.stage.state == State::Finished }).await;
        stop.cancel();
        running.await.unwrap();
        assert_eq!(
            from(&provider, "second@shop.example.jp"),
            30,
            "{}",
            test.name()
        );
        provider.assert_no_doubles();
        assert_eq!(world.count(id, DeliveryState::Accepted).await, 30);
        let trouble = pace::trouble(
            world.db.reader(),
            world.workspace,
            world.sender,
            world.now(),
        );
        assert_eq!(trouble.await.unwrap().unwrap().reason, "away");
    }
}

#[tokio::test]
async fn a_day_takes_its_share_and_the_next_sender_the_rest() {
    for test in testkit::both().await {
        let world = World::new(&test).await;
        world.customers(30).await;
        world.warm_up(&[10, 20]).await;
        let second = world.another("second@shop.example.jp").await;
        let id = world.planned_by(vec![second]).await;
        let provider = Arc::new(Provider::default());
        let stop = CancellationToken::new();
        // Two workers compete for the day, where there can be two.
        let backend = world.db.reader().get_database_backend();
        let is_alone = Dialect::of(backend) == Dialect::Sqlite;
        let batches: &[usize] = if is_alone { &[8] } else { &[8, 3] };
        let mut workers = Vec::new();
        for batch in batches {
            let worker = worker_over(&world, Arc::new(FakeCarriers(provider.clone())), *batch);
            workers.push(tokio::spawn(worker.run(stop.clone())));
        }
        wait_for(|| async { world.campaign(id).await.stage.state == State::Finished }).await;
        stop.cancel();
        for worker in workers {
            worker.await.unwrap();
        }
        assert_eq!(provider.n_taken(), 30, "{}", test.name());
        provider.assert_no_doubles();
        assert_eq!(
            from(&provider, "second@shop.example.jp"),
            20,
            "{}",
            test.name()
        );
        assert_eq!(world.used_today().await, 10);
    }
}

#[tokio::test]
async fn what_exceeds_the_day_waits_for_the_next_and_does_not_grow_too_old() {
    for test in testkit::both().await {
        let world = World::new(&test).await;
        world.customers(25).await;
        world.warm_up(&[10, 12]).await;
        let id = world.planned_by(Vec::new()).await;
        let provider = Arc::new(Provider::default());
        let stop = CancellationToken::new();
        let worker = worker_over(&world, Arc::new(FakeCarriers(provider.clone())), 8);
        let running = tokio::spawn(worker.run(stop.clone()));
        let waiting = |day: i64| {
            let due = world.now().0 + day * DAY;
            format!(
                "SELECT COUNT(*) FROM delivery WHERE state = 1 AND due_at <= {due} AND expires_at > {due}"
            )
        };
        wait_for(|| async { provider.n_taken() == 10 && world.number(&waiting(1)).await == 15 })
            .await;
        assert_eq!(provider.n_taken(), 10, "{}", test.name());
        world.clock.advance(DAY);
        wait_for(|| async { provider.n_taken() == 22 && world.number(&waiting(1)).await == 3 })
            .await;
        world.clock.advance(DAY);
        wait_for(|| async { world.campaign(id).await.stage.state == State::Finished }).await;
        stop.cancel();
        running.await.unwrap();
        assert_eq!(provider.n_taken(), 25, "{}", test.name());
        provider.assert_no_doubles();
        let progress = ledger::progress(world.db.reader(), world.workspace, id)
            .await
            .unwrap();
        assert_eq!(progress.of(DeliveryState::Accepted), 25);
    }
}
