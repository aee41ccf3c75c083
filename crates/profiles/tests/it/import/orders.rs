//! Files of order lines, also through kills, pauses and cancels.

use std::{
    fmt::Write as _,
    sync::atomic::{AtomicUsize, Ordering},
};

use jobs::{JobContext, JobError, JobHandler, Outcome, async_trait};
use kernel::time::MINUTE;
use profiles::import::{self, ImportError, ImportJob, ImportKind, ImportState, store};
use storage::sql;

use super::{Desk, ORDERS, counts};

#[tokio::test]
async fn order_lines_become_orders_and_events_and_a_second_time_changes_nothing() {
    for test in testkit::both().await {
        let desk = Desk::new(&test).await;
        // Three rows a chunk: both orders grow in a later chunk than the one that began them.
        let import = desk.load(ImportKind::Orders, ORDERS).await;
        assert_eq!(
            (import.state, counts(&import)),
            (ImportState::Done, (6, 0, 1)),
            "{}",
            test.name()
        );
        assert_eq!(
            desk.refused(import.id).await,
            vec![(8, "order_of_another_customer".to_owned())]
        );
        let check = async |what: &str| {
            assert_eq!(
                desk.number("SELECT COUNT(*) FROM purchase_order").await,
                2,
                "{what}"
            );
            assert_eq!(
                desk.number("SELECT amount FROM purchase_order WHERE order_no = 'A-1'")
                    .await,
                576,
                "{what}"
            );
            assert_eq!(
                desk.number("SELECT n_lines FROM purchase_order WHERE order_no = 'A-2'")
                    .await,
                3,
                "{what}"
            );
            assert_eq!(
                desk.number("SELECT COUNT(*) FROM event WHERE name_id = 1")
                    .await,
                2,
                "{what}"
            );
            assert_eq!(
                desk.number("SELECT CAST(SUM(amount) AS BIGINT) FROM event WHERE name_id = 1")
                    .await,
                960,
                "{what}"
            );
            assert_eq!(
                desk.number("SELECT COUNT(*) FROM event WHERE name_id = 2")
                    .await,
                6,
                "{what}"
            );
            assert_eq!(
                desk.number("SELECT CAST(SUM(amount) AS BIGINT) FROM event WHERE name_id = 2")
                    .await,
                960,
                "{what}"
            );
            assert_eq!(
                desk.number("SELECT COUNT(*) FROM event WHERE flags <> 2")
                    .await,
                0,
                "{what}: all are imported"
            );
            assert_eq!(desk.number("SELECT COUNT(*) FROM event WHERE order_id IS NULL OR (name_id = 2 AND category_id IS NULL)").await, 0, "{what}");
        };
        check("first").await;
        let again = desk.load(ImportKind::Orders, ORDERS).await;
        assert_eq!(counts(&again), (0, 6, 1));
        check("again").await;
        // An order's event tells of the first chunk; its growth is told by its own id.
        let told = desk.number("SELECT COUNT(*) FROM feed f JOIN event e ON e.id >= f.a AND e.id <= f.b AND e.profile_id = f.profile_id WHERE f.kind = 2 AND e.name_id = 1").await;
        assert!(told > 2, "{}: grown orders are told again", test.name());
        let missing = desk.number("SELECT COUNT(*) FROM event e WHERE NOT EXISTS (SELECT 1 FROM feed f WHERE f.kind = 2 AND f.profile_id = e.profile_id AND e.id >= f.a AND e.id <= f.b)").await;
        assert_eq!(missing, 0, "{}: every event is in the feed", test.name());
        assert_eq!(
            desk.number("SELECT COUNT(*) FROM term WHERE kind = 2 AND value = '飲料'")
                .await,
            1,
            "the level above exists"
        );
    }
}

/// Stops in the middle of a chunk, after its rows were written and before they were committed.
struct Dying {
    inner: ImportJob,
    left: AtomicUsize,
}

#[async_trait]
impl JobHandler for Dying {
    fn kind(&self) -> &'static str {
        import::JOB_KIND
    }
    async fn run(&self, ctx: &JobContext) -> Result<Outcome, JobError> {
        let work = self.inner.run(ctx);
        futures::pin_mut!(work);
        // Polled a number of times and then dropped where it stands, as a killed process would.
        futures::future::poll_fn(|cx| {
            if self.left.fetch_sub(1, Ordering::SeqCst) == 0 {
                return std::task::Poll::Ready(Err(JobError::Lost));
            }
            work.as_mut().poll(cx)
        })
        .await
    }
}

#[tokio::test]
async fn an_import_killed_at_any_moment_goes_on_without_loss_or_doubling() {
    let mut text = "注文番号,会員番号,購入日時,商品コード,数量,金額\n".to_owned();
    for n in 0..60 {
        writeln!(
            text,
            "B-{},{},2026-02-03 10:00,sku{},1,{}",
            n / 3,
            n / 3 % 7,
            n % 5,
            100 + n % 2
        )
        .unwrap();
    }
    for test in testkit::both().await {
        let desk = Desk::new(&test).await;
        let (id, inspection) = desk
            .upload(ImportKind::Orders, text.as_bytes())
            .await
            .unwrap();
        desk.start(id, &inspection, inspection.mapping.clone())
            .await
            .unwrap();
        let mut kills = 0;
        for polls in (1..).map(|n| 1 + n * 7) {
            let dying = Dying {
                inner: desk.job(),
                left: AtomicUsize::new(polls),
            };
            desk.worker(dying).run_due().await.unwrap();
            if desk.find(id).await.state == ImportState::Done {
                break;
            }
            kills += 1;
            desk.kit.clock.advance(2 * MINUTE);
            assert!(kills < 500, "it gets on");
            // A killed worker's tries are not the file's fault.
            let tx = desk.kit.db.begin().await.unwrap();
            sql::exec(&tx, "UPDATE job SET attempts = 0", [])
                .await
                .unwrap();
            tx.commit().await.unwrap();
        }
        assert!(kills > 3, "{}: {kills} kills", test.name());
        let import = desk.find(id).await;
        assert_eq!(counts(&import), (60, 0, 0), "{}", test.name());
        assert_eq!(
            desk.number("SELECT COUNT(*) FROM event WHERE name_id = 2")
                .await,
            60
        );
        assert_eq!(desk.number("SELECT COUNT(*) FROM order_line").await, 60);
        assert_eq!(
            desk.number("SELECT CAST(SUM(n_lines) AS BIGINT) FROM purchase_order")
                .await,
            60
        );
    }
}

#[tokio::test]
async fn a_paused_import_goes_on_where_it_stopped_and_a_cancelled_one_does_not() {
    for test in testkit::both().await {
        let desk = Desk::new(&test).await;
        let (id, inspection) = desk
            .upload(ImportKind::Orders, ORDERS.as_bytes())
            .await
            .unwrap();
        desk.start(id, &inspection, inspection.mapping.clone())
            .await
            .unwrap();
        let tx = desk.kit.db.begin().await.unwrap();
        store::pause(desk.ctx(&tx), id).await.unwrap();
        tx.commit().await.unwrap();
        desk.worker(desk.job()).run_due().await.unwrap();
        assert_eq!(
            (desk.find(id).await.state, desk.find(id).await.n_rows()),
            (ImportState::Paused, 0),
            "{}",
            test.name()
        );

        desk.kit.clock.advance(1);
        let tx = desk.kit.db.begin().await.unwrap();
        store::resume(desk.ctx(&tx), id).await.unwrap();
        tx.commit().await.unwrap();
        desk.worker(desk.job()).run_due().await.unwrap();
        let done = desk.find(id).await;
        assert_eq!((done.state, done.n_taken), (ImportState::Done, 6));
        let progress = store::progress(desk.kit.db.reader(), &done)
            .await
            .unwrap()
            .unwrap();
        assert_eq!((progress.done, progress.total), (7, 7));

        let (id, inspection) = desk
            .upload(ImportKind::Orders, ORDERS.as_bytes())
            .await
            .unwrap();
        let tx = desk.kit.db.begin().await.unwrap();
        store::cancel(desk.ctx(&tx), id).await.unwrap();
        tx.commit().await.unwrap();
        assert!(matches!(
            desk.start(id, &inspection, inspection.mapping.clone())
                .await,
            Err(ImportError::State(ImportState::Cancelled))
        ));
    }
}

#[tokio::test]
async fn orders_of_two_years_land_in_the_partitions_of_their_months() {
    let mut text = "注文番号,会員番号,購入日時,商品コード,数量,金額\n".to_owned();
    for month in 0..24 {
        let (year, month) = (2024 + (month + 6) / 12, (month + 6) % 12 + 1);
        writeln!(
            text,
            "P-{year}-{month},1,{year}-{month:02}-15 10:00,sku1,1,100"
        )
        .unwrap();
    }
    let desk = Desk::new(&testkit::postgres().await).await;
    let import = desk.load(ImportKind::Orders, &text).await;
    assert_eq!(counts(&import), (24, 0, 0));
    assert_eq!(desk.number("SELECT COUNT(*) FROM event").await, 48);
    assert_eq!(
        desk.number("SELECT COUNT(*) FROM event_other").await,
        0,
        "the default partition is for what nobody foresaw"
    );
    let partitions = "SELECT COUNT(DISTINCT tableoid) FROM event";
    assert_eq!(desk.number(partitions).await, 24);
}

#[tokio::test]
async fn a_file_that_a_kill_left_behind_is_removed_when_the_job_is_taken_up_again() {
    for test in testkit::both().await {
        let desk = Desk::new(&test).await;
        let import = desk.load(ImportKind::Orders, ORDERS).await;
        assert!(!import.file_path.exists(), "{}", test.name());
        // As it stands when the server dies after the last commit: rows in, job and file still there.
        std::fs::write(&import.file_path, ORDERS).unwrap();
        let text = "UPDATE job SET state = 'waiting', finished_at = NULL";
        sql::exec(desk.kit.db.writer(), text, []).await.unwrap();
        desk.worker(desk.job()).run_due().await.unwrap();
        assert!(!import.file_path.exists(), "{}", test.name());
        assert_eq!(counts(&desk.find(import.id).await), (6, 0, 1));
    }
}
