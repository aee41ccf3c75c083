//! What goes wrong while a campaign is sent: each fault has its consequence, nobody is lost, and nobody
//! gets a message twice.

#![expect(clippy::unwrap_used, reason = "helpers of tests fail by panicking")]

use std::{collections::HashMap, time::Duration};

use axum::http::{StatusCode, header};
use campaigns::{
    ledger::{self, DeliveryState, Progress, WriterOptions},
    model::State,
    send::SendOptions,
    store,
};
use kernel::{
    id::CampaignId,
    time::{DAY, SECOND},
};
use storage::{Db, sql};
use testkit::{Kit, TestDb};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use crate::{
    app::TestApp,
    mail_server::{Act, At, Options, Server},
    proxy::Proxy,
    shop,
};

/// The server's own workers, sending a campaign through a mail server that does what it is told.
struct Sending {
    app: TestApp,
    campaign: CampaignId,
    server: Server,
    stop: CancellationToken,
    tasks: Vec<JoinHandle<()>>,
}

impl Sending {
    /// Launches a campaign to `n` people over one connection, so that the script meets one after another.
    async fn start(test: &TestDb, n: i64, options: Options, script: &[(At, Act)]) -> Self {
        Self::over(Kit::new(test).await, n, 1, options, script).await
    }

    async fn over(kit: Kit, n: i64, lanes: u32, options: Options, script: &[(At, Act)]) -> Self {
        let server = Server::start(options, script).await;
        shop::people(&kit, n).await;
        let campaign = shop::launch(&kit, server.port, lanes).await;
        let mut sending = Self {
            app: TestApp::mailing(kit),
            campaign,
            server,
            stop: CancellationToken::new(),
            tasks: Vec::new(),
        };
        sending.work();
        sending
    }

    /// Starts the workers, as the server does, only quicker.
    fn work(&mut self) {
        let writing = WriterOptions {
            retry: Duration::from_millis(5),
            tries: u32::MAX,
            ..WriterOptions::default()
        };
        let options = SendOptions {
            batch: 16,
            poll: Duration::from_millis(5),
            ..SendOptions::default()
        };
        let (worker, writer) = server::send_worker(&self.app.app, writing, options);
        let jobs = server::job_worker(&self.app.app);
        self.stop = CancellationToken::new();
        let stop = self.stop.clone();
        self.tasks = vec![
            tokio::spawn(writer),
            tokio::spawn(worker.run(self.stop.clone())),
            tokio::spawn(async move { jobs.run(stop).await }),
        ];
    }

    /// Stops the workers politely.
    async fn rest(&mut self) {
        self.stop.cancel();
        for task in self.tasks.drain(..) {
            task.await.unwrap();
        }
    }

    async fn progress(&self) -> Progress {
        let kit = &self.app.kit;
        ledger::progress(kit.db.reader(), kit.workspace, self.campaign)
            .await
            .unwrap()
    }

    async fn has_finished(&self) -> bool {
        let kit = &self.app.kit;
        let found = store::find(kit.db.reader(), kit.workspace, self.campaign).await;
        found.unwrap().unwrap().stage.state == State::Finished
    }

    /// Waits until the campaign is over; each look is a second later for everybody who waits.
    async fn finish(&self) {
        until("finished", async || {
            self.app.kit.clock.advance(SECOND);
            self.has_finished().await
        })
        .await;
    }

    /// Asks for a number.
    async fn number(&self, text: &str) -> i64 {
        sql::number(self.app.kit.db.reader(), text, [])
            .await
            .unwrap()
    }

    /// Returns how often each address was given a message.
    async fn taken(&self) -> HashMap<String, u32> {
        let mut times = HashMap::new();
        for mail in self.server.mails().await {
            *times.entry(mail.recipient).or_default() += 1;
        }
        times
    }

    async fn assert_each_once(&self, n: usize) {
        let taken = self.taken().await;
        assert_eq!(taken.len(), n, "{taken:?}");
        assert!(taken.values().all(|times| *times == 1), "{taken:?}");
    }

    /// Counts the commands that begin so.
    async fn n_commands(&self, verb: &str) -> usize {
        let commands = self.server.commands().await;
        commands
            .iter()
            .filter(|line| line.starts_with(verb))
            .count()
    }
}

/// Looks again and again; a minute is a failure.
async fn until(what: &str, mut done: impl AsyncFnMut() -> bool) {
    for _ in 0..6_000 {
        if done().await {
            return;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("a minute and still not {what}");
}

#[tokio::test]
async fn a_server_that_is_too_busy_to_talk_is_asked_again_until_it_takes_everything() {
    for test in testkit::both().await {
        let busy = Options {
            turns_away: 3,
            ..Options::default()
        };
        let mut sending = Sending::start(&test, 5, busy, &[]).await;
        sending.finish().await;
        sending.rest().await;
        sending.assert_each_once(5).await;
        assert_eq!(sending.progress().await.of(DeliveryState::Accepted), 5);
        assert!(sending.server.connections() > 3, "{}", test.name());
        let more_than_once = "SELECT COUNT(*) FROM delivery WHERE attempts <> 1";
        assert_eq!(
            sending.number(more_than_once).await,
            0,
            "nothing was handed over while nobody was there"
        );
    }
}

#[tokio::test]
async fn a_recipient_put_off_is_tried_later_and_gets_it_once() {
    for test in testkit::both().await {
        let script = [(At::Rcpt, Act::Reply("450 4.2.1 the mailbox is busy"))];
        let mut sending = Sending::start(&test, 3, Options::default(), &script).await;
        until("put off", async || {
            let progress = sending.progress().await;
            progress.of(DeliveryState::Accepted) == 2 && progress.of(DeliveryState::RetryWait) == 1
        })
        .await;
        assert_eq!(sending.server.mails().await.len(), 2, "{}", test.name());
        assert!(!sending.has_finished().await, "one still waits");

        sending.finish().await;
        sending.rest().await;
        sending.assert_each_once(3).await;
        assert_eq!(sending.progress().await.of(DeliveryState::Accepted), 3);
        assert_eq!(
            sending
                .number("SELECT COUNT(*) FROM delivery WHERE attempts = 2")
                .await,
            1
        );
        assert_eq!(sending.number("SELECT COUNT(*) FROM suppression").await, 0);
    }
}

#[tokio::test]
async fn an_address_that_does_not_exist_is_never_written_to_again() {
    for test in testkit::both().await {
        let script = [(At::Rcpt, Act::Reply("550 5.1.1 user unknown"))];
        let mut sending = Sending::start(&test, 3, Options::default(), &script).await;
        sending.finish().await;
        let progress = sending.progress().await;
        assert_eq!(progress.of(DeliveryState::Failed), 1, "{}", test.name());
        assert_eq!(progress.of(DeliveryState::Accepted), 2);
        let bounced =
            "SELECT COUNT(*) FROM suppression s, delivery d WHERE s.reason = 'hard_bounce'
                       AND d.address = s.address AND d.state = 6";
        assert_eq!(sending.number(bounced).await, 1);

        // The next campaign reaches the two others.
        sending.campaign = shop::launch(&sending.app.kit, sending.server.port, 1).await;
        sending.finish().await;
        sending.rest().await;
        let taken = sending.taken().await;
        assert_eq!(taken.len(), 2, "{taken:?}");
        assert!(taken.values().all(|times| *times == 2), "{taken:?}");
        assert_eq!(sending.n_commands("RCPT").await, 3 + 2);
    }
}

#[tokio::test]
async fn a_message_without_an_answer_is_in_doubt_and_never_sent_again() {
    for test in testkit::both().await {
        let script = [(At::Dot, Act::HangUp)];
        let mut sending = Sending::start(&test, 3, Options::default(), &script).await;
        sending.finish().await;
        sending.rest().await;
        // Neither a new start nor a day later changes that.
        sending.app.kit.clock.advance(DAY);
        sending.work();
        sending.campaign = shop::launch(&sending.app.kit, sending.server.port, 1).await;
        sending.finish().await;
        sending.rest().await;
        assert_eq!(
            sending
                .number("SELECT COUNT(*) FROM delivery WHERE state = 7")
                .await,
            1,
            "{}",
            test.name()
        );
        assert_eq!(sending.n_commands("DATA").await, 3 + 3);
        assert_eq!(
            sending
                .number("SELECT COUNT(*) FROM event WHERE name_id = 40")
                .await,
            2 + 3,
            "what is in doubt is no message sent"
        );
    }
}

#[tokio::test]
async fn while_the_database_is_away_nothing_is_lost_and_nobody_is_written_to_twice() {
    const N: i64 = 2_000;
    const LANES: u32 = 4;
    let test = testkit::postgres().await;
    let mut url = url::Url::parse(test.url()).unwrap();
    let place = (url.host_str().unwrap(), url.port().unwrap_or(5432));
    let proxy = Proxy::start(format!("{}:{}", place.0, place.1)).await;
    url.set_host(Some("127.0.0.1")).unwrap();
    url.set_port(Some(proxy.port)).unwrap();
    let options = storage::Options::parse(url.as_str()).unwrap();
    let kit = Kit {
        db: Db::connect(&options).await.unwrap(),
        ..Kit::new(&test).await
    };
    let mut sending = Sending::over(kit, N, LANES, Options::default(), &[]).await;
    let owner = sending.app.token(access::Role::Owner).await;
    until("under way", async || {
        sending.server.mails().await.len() > 50
    })
    .await;

    proxy.cut();
    let at_cut = sending.server.mails().await.len();
    // Half a minute passes for the leases and for whoever waits.
    for path in ["/readyz", "/api/v1/campaigns", "/api/v1/customers"] {
        let answer = sending.app.get(path, &owner).await;
        let answer = answer.expect(StatusCode::SERVICE_UNAVAILABLE);
        if path.starts_with("/api/") {
            assert_eq!(answer.json()["type"], "/problems/database-away");
            assert!(answer.headers.contains_key(header::RETRY_AFTER));
        }
        sending.app.kit.clock.advance(10 * SECOND);
    }
    let meanwhile = sending.server.mails().await.len() - at_cut;
    assert!(
        meanwhile <= usize::try_from(LANES).unwrap(),
        "{meanwhile} messages left although nothing could be written down"
    );
    assert!(sending.server.mails().await.len() < usize::try_from(N).unwrap());

    proxy.mend();
    until("ready again", async || {
        sending.app.get("/readyz", "").await.status == StatusCode::OK
    })
    .await;
    sending
        .app
        .get("/api/v1/campaigns", &owner)
        .await
        .expect(StatusCode::OK);
    sending.finish().await;
    sending.rest().await;
    sending.assert_each_once(usize::try_from(N).unwrap()).await;
    let progress = sending.progress().await;
    assert_eq!(
        progress.of(DeliveryState::Accepted),
        N,
        "{:?}",
        progress.counts
    );
    assert_eq!(
        sending
            .number("SELECT COUNT(*) FROM event WHERE name_id = 40")
            .await,
        N,
        "the timeline tells of each, once"
    );
}
