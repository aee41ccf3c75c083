//! Jobs on both databases: nothing runs twice at once, nothing is lost when a worker dies.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use jobs::{
    Enqueued, JobContext, JobError, JobHandler, JobState, NewJob, Outcome, Progress, Worker,
    async_trait,
};
use kernel::{
    id::{JobId, WorkspaceId},
    time::{Clock, MINUTE, SECOND},
};
use storage::Tx;
use testkit::Kit;

#[derive(Default)]
struct Probe {
    runs: AtomicUsize,
    inside: AtomicUsize,
    most_inside: AtomicUsize,
    given_up: AtomicUsize,
    fail_first: usize,
    is_final: bool,
}

#[async_trait]
impl JobHandler for Probe {
    fn kind(&self) -> &'static str {
        "probe"
    }
    async fn run(&self, ctx: &JobContext) -> Result<Outcome, JobError> {
        let run = self.runs.fetch_add(1, Ordering::SeqCst);
        let inside = self.inside.fetch_add(1, Ordering::SeqCst) + 1;
        self.most_inside.fetch_max(inside, Ordering::SeqCst);
        let tx = ctx.db().begin().await?;
        ctx.fence(&tx).await?;
        ctx.report(&tx, &Progress::measure(1, 2, 0, ctx.now(), ctx.now()))
            .await?;
        tx.commit().await?;
        self.inside.fetch_sub(1, Ordering::SeqCst);
        if run < self.fail_first {
            return Err(if self.is_final {
                JobError::fail("no such file")
            } else {
                JobError::retry("the line is busy")
            });
        }
        Ok(Outcome::Done)
    }
    async fn given_up(&self, _tx: &Tx, _job: &jobs::Job, _error: &str) -> Result<(), JobError> {
        self.given_up.fetch_add(1, Ordering::SeqCst);
        Ok(())
    }
}

fn worker(kit: &Kit, handler: &Arc<Probe>) -> Worker {
    Worker::new(kit.db.clone(), Arc::new(kit.clock.clone()), kit.ids.clone()).with(handler.clone())
}

async fn add(kit: &Kit, job: NewJob) -> Enqueued {
    let tx = kit.db.begin().await.unwrap();
    let added = jobs::enqueue(&tx, &*kit.ids, kit.clock.now(), job)
        .await
        .unwrap();
    tx.commit().await.unwrap();
    added
}

fn probe(kit: &Kit) -> NewJob {
    NewJob::new(kit.workspace, "probe", &serde_json::json!({"n": 1})).unwrap()
}

async fn state(kit: &Kit, id: JobId) -> JobState {
    jobs::find(kit.db.reader(), kit.workspace, id)
        .await
        .unwrap()
        .unwrap()
        .state
}

#[tokio::test]
async fn a_job_is_enqueued_with_the_transaction_or_not_at_all() {
    for test in testkit::both().await {
        let kit = Kit::new(&test).await;
        let tx = kit.db.begin().await.unwrap();
        jobs::enqueue(&tx, &*kit.ids, kit.clock.now(), probe(&kit))
            .await
            .unwrap();
        drop(tx);
        let handler = Arc::new(Probe::default());
        assert_eq!(
            worker(&kit, &handler).run_due().await.unwrap(),
            0,
            "{}",
            test.name()
        );

        let id = add(&kit, probe(&kit)).await.id();
        assert_eq!(worker(&kit, &handler).run_due().await.unwrap(), 1);
        let job = jobs::find(kit.db.reader(), kit.workspace, id)
            .await
            .unwrap()
            .unwrap();
        assert_eq!(
            (job.state, job.progress.unwrap().total),
            (JobState::Done, 2)
        );
        let other = WorkspaceId::from_raw(5);
        assert!(
            jobs::find(kit.db.reader(), other, id)
                .await
                .unwrap()
                .is_none(),
            "another workspace sees nothing"
        );
    }
}

#[tokio::test]
async fn a_unique_job_waits_once_and_may_come_again_after_its_end() {
    for test in testkit::both().await {
        let kit = Kit::new(&test).await;
        let first = add(&kit, probe(&kit).unique("nightly")).await;
        assert!(matches!(first, Enqueued::Added(_)));
        assert_eq!(
            add(&kit, probe(&kit).unique("nightly")).await,
            Enqueued::Already(first.id())
        );
        let handler = Arc::new(Probe::default());
        worker(&kit, &handler).run_due().await.unwrap();
        assert!(matches!(
            add(&kit, probe(&kit).unique("nightly")).await,
            Enqueued::Added(_)
        ));
        let latest = jobs::latest(kit.db.reader(), kit.workspace, "probe", "nightly")
            .await
            .unwrap()
            .unwrap();
        assert_eq!(latest.state, JobState::Waiting);
    }
}

#[tokio::test]
async fn many_workers_never_run_one_job_at_once() {
    for test in testkit::both().await {
        let kit = Kit::new(&test).await;
        for _ in 0..20 {
            add(&kit, probe(&kit)).await;
        }
        let handlers: Vec<Arc<Probe>> = (0..4).map(|_| Arc::new(Probe::default())).collect();
        let running: Vec<_> = handlers
            .iter()
            .map(|handler| {
                let worker = worker(&kit, handler);
                tokio::spawn(async move { worker.run_due().await.unwrap() })
            })
            .collect();
        let mut runs = 0;
        for task in running {
            runs += task.await.unwrap();
        }
        assert_eq!(runs, 20, "{}: every job ran exactly once", test.name());
        assert!(
            handlers
                .iter()
                .all(|handler| handler.most_inside.load(Ordering::SeqCst) <= 1)
        );
    }
}

#[tokio::test]
async fn a_dead_workers_job_is_taken_over_and_the_dead_one_can_change_nothing() {
    for test in testkit::both().await {
        let kit = Kit::new(&test).await;
        let id = add(&kit, probe(&kit)).await.id();
        let tx = kit.db.begin().await.unwrap();
        let dead = jobs::claim(&tx, "probe", 11, kit.clock.now(), MINUTE)
            .await
            .unwrap()
            .unwrap();
        tx.commit().await.unwrap();

        let handler = Arc::new(Probe::default());
        kit.clock.advance(30 * SECOND);
        assert_eq!(
            worker(&kit, &handler).run_due().await.unwrap(),
            0,
            "{}: the lease still holds",
            test.name()
        );
        kit.clock.advance(31 * SECOND);
        let tx = kit.db.begin().await.unwrap();
        let heir = jobs::claim(&tx, "probe", 12, kit.clock.now(), MINUTE)
            .await
            .unwrap()
            .unwrap();
        tx.commit().await.unwrap();
        assert_eq!((heir.id, heir.attempts), (id, 2));

        let tx = kit.db.begin().await.unwrap();
        assert!(
            !jobs::heartbeat(&tx, dead.id, 11, kit.clock.now().plus(MINUTE))
                .await
                .unwrap()
        );
        assert!(
            !jobs::finish(&tx, dead.id, 11, kit.clock.now(), None)
                .await
                .unwrap()
        );
        assert!(
            jobs::finish(&tx, heir.id, 12, kit.clock.now(), None)
                .await
                .unwrap()
        );
        tx.commit().await.unwrap();
        assert_eq!(state(&kit, id).await, JobState::Done);
    }
}

#[tokio::test]
async fn a_job_that_kills_every_worker_is_given_up() {
    for test in testkit::both().await {
        let kit = Kit::new(&test).await;
        let id = add(&kit, probe(&kit).attempts(2)).await.id();
        for token in [1, 2] {
            let tx = kit.db.begin().await.unwrap();
            jobs::claim(&tx, "probe", token, kit.clock.now(), MINUTE)
                .await
                .unwrap()
                .unwrap();
            tx.commit().await.unwrap();
            kit.clock.advance(2 * MINUTE);
        }
        let handler = Arc::new(Probe::default());
        worker(&kit, &handler).run_due().await.unwrap();
        assert_eq!(state(&kit, id).await, JobState::Failed, "{}", test.name());
        assert_eq!(
            (
                handler.runs.load(Ordering::SeqCst),
                handler.given_up.load(Ordering::SeqCst)
            ),
            (0, 1)
        );
    }
}

#[tokio::test]
async fn a_failed_try_comes_back_later_and_later_and_a_hopeless_one_never() {
    for test in testkit::both().await {
        let kit = Kit::new(&test).await;
        let id = add(&kit, probe(&kit)).await.id();
        let handler = Arc::new(Probe {
            fail_first: 2,
            ..Probe::default()
        });
        let worker = worker(&kit, &handler);
        assert_eq!(
            worker.run_due().await.unwrap(),
            1,
            "{}: it is not tried again at once",
            test.name()
        );
        kit.clock.advance(2 * SECOND);
        assert_eq!(worker.run_due().await.unwrap(), 1);
        let job = jobs::find(kit.db.reader(), kit.workspace, id)
            .await
            .unwrap()
            .unwrap();
        assert!(job.last_error.unwrap().contains("the line is busy"));
        assert!(
            job.run_at.0 - kit.clock.now().0 >= 2 * SECOND,
            "the second pause is longer"
        );
        kit.clock.advance(MINUTE);
        assert_eq!(worker.run_due().await.unwrap(), 1);
        assert_eq!(state(&kit, id).await, JobState::Done);

        let id = add(&kit, probe(&kit)).await.id();
        let hopeless = Arc::new(Probe {
            fail_first: 9,
            is_final: true,
            ..Probe::default()
        });
        self::worker(&kit, &hopeless).run_due().await.unwrap();
        assert_eq!(state(&kit, id).await, JobState::Failed);
    }
}

#[tokio::test]
async fn a_cancelled_job_does_not_start_and_a_running_one_loses_its_fence() {
    for test in testkit::both().await {
        let kit = Kit::new(&test).await;
        let waiting = add(&kit, probe(&kit)).await.id();
        let tx = kit.db.begin().await.unwrap();
        let running = jobs::claim(&tx, "probe", 1, kit.clock.now(), MINUTE)
            .await
            .unwrap()
            .unwrap();
        let second = jobs::enqueue(&tx, &*kit.ids, kit.clock.now(), probe(&kit))
            .await
            .unwrap()
            .id();
        assert_eq!(running.id, waiting);
        for id in [running.id, second] {
            assert!(
                jobs::cancel(&tx, kit.workspace, id, kit.clock.now())
                    .await
                    .unwrap()
            );
        }
        assert!(
            !jobs::heartbeat(&tx, running.id, 1, kit.clock.now())
                .await
                .unwrap()
        );
        tx.commit().await.unwrap();
        let handler = Arc::new(Probe::default());
        assert_eq!(
            worker(&kit, &handler).run_due().await.unwrap(),
            0,
            "{}",
            test.name()
        );
    }
}

struct Ticker(AtomicUsize);

#[async_trait]
impl JobHandler for Ticker {
    fn kind(&self) -> &'static str {
        "ticker"
    }
    async fn run(&self, ctx: &JobContext) -> Result<Outcome, JobError> {
        self.0.fetch_add(1, Ordering::SeqCst);
        Ok(Outcome::Again(ctx.now().plus(MINUTE)))
    }
}

#[tokio::test]
async fn a_timer_runs_once_per_period_and_the_worker_stops_when_told() {
    for test in testkit::both().await {
        let kit = Kit::new(&test).await;
        let ticker = Arc::new(Ticker(AtomicUsize::new(0)));
        let worker = Worker::new(kit.db.clone(), Arc::new(kit.clock.clone()), kit.ids.clone())
            .with(ticker.clone());
        add(
            &kit,
            NewJob::new(kit.workspace, "ticker", &())
                .unwrap()
                .unique("t"),
        )
        .await;
        for _ in 0..3 {
            assert_eq!(worker.run_due().await.unwrap(), 1, "{}", test.name());
            kit.clock.advance(MINUTE);
        }
        let stop = tokio_util::sync::CancellationToken::new();
        let serving = tokio::spawn({
            let (worker, stop) = (worker.clone(), stop.clone());
            async move { worker.run(stop).await }
        });
        while ticker.0.load(Ordering::SeqCst) < 4 {
            worker.wake().wake();
            tokio::task::yield_now().await;
        }
        stop.cancel();
        serving.await.unwrap();
        assert_eq!(ticker.0.load(Ordering::SeqCst), 4);
    }
}
