//! Files as people really have them, on both databases.

use std::{
    path::PathBuf,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

use jobs::{JobContext, JobError, JobHandler, Outcome, Worker, async_trait};
use kernel::{id::ImportId, page::PageRequest, time::MINUTE};
use profiles::{
    Ctx,
    import::{
        self, ConsentDefault, Defaults, Field, Import, ImportError, ImportJob, ImportKind,
        ImportState, Inspection, Mapping, NewImport, SourceOptions, Start, TextEncoding, store,
    },
};
use storage::sql;
use testkit::Kit;

struct Desk {
    kit: Kit,
    folder: tempfile::TempDir,
}

impl Desk {
    async fn new(test: &testkit::TestDb) -> Self {
        Self {
            kit: Kit::new(test).await,
            folder: tempfile::tempdir().unwrap(),
        }
    }

    fn defaults() -> Defaults {
        Defaults {
            time_zone: "Asia/Tokyo".to_owned(),
            currency: "JPY".to_owned(),
            encoding: None,
            delimiter: None,
        }
    }

    fn file(&self, bytes: &[u8]) -> PathBuf {
        let path = self
            .folder
            .path()
            .join(format!("{}.csv", self.kit.ids.next_raw()));
        std::fs::write(&path, bytes).unwrap();
        path
    }

    async fn upload(
        &self,
        kind: ImportKind,
        bytes: &[u8],
    ) -> Result<(ImportId, Inspection), ImportError> {
        let path = self.file(bytes);
        import::normalise_upload(&path)?;
        let inspection = import::inspect(&path, kind, &Self::defaults())?;
        let id = store::fresh_id(&*self.kit.ids);
        let tx = self.kit.db.begin().await.unwrap();
        let new = NewImport {
            id,
            kind,
            file_name: "顧客.csv".to_owned(),
            file_bytes: std::fs::metadata(&path).unwrap().len().cast_signed(),
            file_path: path,
            created_by: None,
        };
        store::create(self.ctx(&tx), new).await.unwrap();
        tx.commit().await.unwrap();
        Ok((id, inspection))
    }

    fn ctx<'a>(&'a self, tx: &'a storage::Tx) -> Ctx<'a> {
        Ctx {
            tx,
            workspace: self.kit.workspace,
            now: self.kit.clock.now_millis(),
            ids: &*self.kit.ids,
        }
    }

    async fn start(
        &self,
        id: ImportId,
        inspection: &Inspection,
        mapping: Mapping,
    ) -> Result<Import, ImportError> {
        let tx = self.kit.db.begin().await.unwrap();
        let start = Start {
            encoding: inspection.encoding,
            delimiter: inspection.delimiter,
            mapping,
        };
        let import = store::start(self.ctx(&tx), id, start).await?;
        tx.commit().await.unwrap();
        Ok(import)
    }

    fn worker(&self, handler: impl JobHandler + 'static) -> Worker {
        Worker::new(
            self.kit.db.clone(),
            Arc::new(self.kit.clock.clone()),
            self.kit.ids.clone(),
        )
        .with(Arc::new(handler))
    }

    fn job(&self) -> ImportJob {
        ImportJob::new(self.kit.ids.clone(), None).with_chunk_rows(3)
    }

    /// Uploads, takes the guessed mapping and runs to the end.
    async fn load(&self, kind: ImportKind, text: &str) -> Import {
        let (id, inspection) = self.upload(kind, text.as_bytes()).await.unwrap();
        self.start(id, &inspection, inspection.mapping.clone())
            .await
            .unwrap();
        self.worker(self.job()).run_due().await.unwrap();
        self.find(id).await
    }

    async fn find(&self, id: ImportId) -> Import {
        store::find(self.kit.db.reader(), self.kit.workspace, id)
            .await
            .unwrap()
            .unwrap()
    }

    async fn refused(&self, id: ImportId) -> Vec<(i64, String)> {
        let page = PageRequest {
            after: None,
            limit: Some(100),
        };
        let page = import::list_refused(self.kit.db.reader(), self.kit.workspace, id, &page)
            .await
            .unwrap();
        page.items
            .into_iter()
            .map(|row| (row.line, row.code))
            .collect()
    }

    async fn number(&self, text: &str) -> i64 {
        sql::number(self.kit.db.reader(), text, []).await.unwrap()
    }

    async fn text(&self, text: &str) -> String {
        let rows = sql::rows(self.kit.db.reader(), text, []).await.unwrap();
        rows.first()
            .map(|row| row.try_get_by_index::<String>(0).unwrap())
            .unwrap_or_default()
    }
}

trait NowMillis {
    fn now_millis(&self) -> kernel::time::Millis;
}

impl NowMillis for testkit::FakeClock {
    fn now_millis(&self) -> kernel::time::Millis {
        kernel::time::Clock::now(self)
    }
}

fn counts(import: &Import) -> (i64, i64, i64) {
    (import.n_taken, import.n_repeated, import.n_refused)
}

const CUSTOMERS: &str = "会員番号,メールアドレス,姓,名,ランク,生年月日,メルマガ\n\
    1,a..b@docomo.ne.jp,髙橋,花子😀,ゴールド,1980/4/1,はい\n\
    2,ＴＡＲＯ＠example.jp,𠮷野,太郎,シルバー,昭和55年4月1日,いいえ\n\
    ,,名無し,,,,\n\
    4,not-an-address,佐藤,,,,\n";

#[tokio::test]
async fn customers_come_in_with_attributes_and_consent_and_a_second_time_changes_nothing() {
    for test in testkit::both().await {
        let desk = Desk::new(&test).await;
        let import = desk.load(ImportKind::Customers, CUSTOMERS).await;
        assert_eq!(
            (import.state, counts(&import)),
            (ImportState::Done, (2, 0, 2)),
            "{}",
            test.name()
        );
        assert_eq!(
            desk.refused(import.id).await,
            vec![(4, "required".to_owned()), (5, "email".to_owned())]
        );
        assert!(!import.file_path.exists(), "the upload is removed");

        assert_eq!(
            desk.text("SELECT full_name FROM profile WHERE external_id = '1'")
                .await,
            "髙橋 花子😀"
        );
        assert_eq!(
            desk.text("SELECT email FROM profile WHERE external_id = '2'")
                .await,
            "taro@example.jp"
        );
        let birthday = desk.kit.db.dialect().json_text("attributes", "'生年月日'");
        assert_eq!(
            desk.text(&format!(
                "SELECT {birthday} FROM profile WHERE external_id = '2'"
            ))
            .await,
            "1980-04-01"
        );
        assert_eq!(
            desk.number("SELECT COUNT(*) FROM consent WHERE purpose = 'marketing' AND granted")
                .await,
            1
        );
        assert_eq!(
            desk.number("SELECT COUNT(*) FROM consent WHERE purpose = 'marketing' AND NOT granted")
                .await,
            1
        );
        assert_eq!(
            desk.text("SELECT value_type FROM attribute_def WHERE key = '生年月日'")
                .await,
            "date"
        );

        let version = desk
            .number("SELECT CAST(SUM(version) AS BIGINT) FROM profile")
            .await;
        let again = desk.load(ImportKind::Customers, CUSTOMERS).await;
        assert_eq!(counts(&again), (0, 2, 2));
        assert_eq!(
            desk.number("SELECT CAST(SUM(version) AS BIGINT) FROM profile")
                .await,
            version,
            "nothing was written"
        );
        let changed = desk
            .load(
                ImportKind::Customers,
                "会員番号,ランク\n1,プラチナ\n2,シルバー\n",
            )
            .await;
        assert_eq!(counts(&changed), (1, 1, 0));
    }
}

#[tokio::test]
async fn a_file_never_turns_a_no_into_a_yes() {
    for test in testkit::both().await {
        let desk = Desk::new(&test).await;
        desk.load(
            ImportKind::Customers,
            "会員番号,メール,メルマガ\n1,a@example.jp,いいえ\n",
        )
        .await;
        let (id, inspection) = desk
            .upload(
                ImportKind::Customers,
                "会員番号,メール\n1,a@example.jp\n2,b@example.jp\n".as_bytes(),
            )
            .await
            .unwrap();
        let consent = ConsentDefault {
            channel: "email".to_owned(),
            purpose: "marketing".to_owned(),
            source: "店頭申込書".to_owned(),
            text_version: Some("2024-04".to_owned()),
        };
        let mapping = Mapping {
            consents: vec![consent],
            ..inspection.mapping.clone()
        };
        desk.start(id, &inspection, mapping).await.unwrap();
        desk.worker(desk.job()).run_due().await.unwrap();
        assert_eq!(
            desk.number("SELECT COUNT(*) FROM consent WHERE granted")
                .await,
            1,
            "{}",
            test.name()
        );
        assert!(
            desk.text("SELECT proof FROM consent_log WHERE granted")
                .await
                .starts_with("店頭申込書")
        );
    }
}

#[tokio::test]
async fn an_address_of_somebody_else_is_left_out_and_told() {
    for test in testkit::both().await {
        let desk = Desk::new(&test).await;
        let import = desk
            .load(
                ImportKind::Customers,
                "会員番号,メール,姓\n1,a@example.jp,佐藤\n2,a@example.jp,鈴木\n",
            )
            .await;
        assert_eq!(counts(&import), (2, 0, 0), "{}", test.name());
        assert_eq!(
            desk.refused(import.id).await,
            vec![(3, "email_of_another_customer".to_owned())]
        );
        assert_eq!(
            desk.number("SELECT COUNT(*) FROM profile WHERE email = 'a@example.jp'")
                .await,
            1
        );
        assert_eq!(
            desk.number(
                "SELECT COUNT(*) FROM profile WHERE family_name = '鈴木' AND email IS NULL"
            )
            .await,
            1
        );
    }
}

const ORDERS: &str = "注文番号,会員番号,購入日時,商品コード,商品名,カテゴリ,数量,金額\n\
    A-1,1,2026-01-02 10:00,4901,緑茶,飲料>お茶,2,256\n\
    A-1,1,2026-01-02 10:00,4902,パン,食品>パン,1,120\n\
    A-2,2,2026-01-03 10:00,4901,緑茶,飲料>お茶,1,128\n\
    A-2,2,2026-01-03 10:00,4901,緑茶,飲料>お茶,1,128\n\
    A-1,1,2026-01-02 10:00,4903,牛乳,飲料>牛乳,1,200\n\
    A-2,2,2026-01-03 10:00,4901,緑茶,飲料>お茶,1,128\n\
    A-2,9,2026-01-03 10:00,4901,緑茶,飲料>お茶,1,128\n";

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
        text.push_str(&format!(
            "B-{},{},2026-02-03 10:00,sku{},1,{}\n",
            n / 3,
            n / 3 % 7,
            n % 5,
            100 + n % 2
        ));
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
async fn broken_rows_are_put_aside_and_can_be_mended_and_loaded_again() {
    for test in testkit::both().await {
        let desk = Desk::new(&test).await;
        let text = "\u{feff}会員番号,姓\r\n1,佐藤\n2,\"鈴木\"x\r\n3,田中,余分\n\n4\n5,\"山,田\"\r\n6,\0\n7,\"開いた\n";
        let import = desk.load(ImportKind::Customers, text).await;
        assert_eq!(counts(&import), (2, 0, 5), "{}", test.name());
        let codes: Vec<String> = desk
            .refused(import.id)
            .await
            .into_iter()
            .map(|(line, code)| format!("{line} {code}"))
            .collect();
        assert_eq!(
            codes,
            [
                "3 broken_quote",
                "4 column_count",
                "6 column_count",
                "8 nul_byte",
                "9 unclosed_quote"
            ]
        );

        let page = PageRequest {
            after: None,
            limit: Some(100),
        };
        let rows = import::list_refused(desk.kit.db.reader(), desk.kit.workspace, import.id, &page)
            .await
            .unwrap();
        let csv = import::write_refused_csv(&import, &rows.items, "ja", true);
        let mut lines = csv.lines();
        assert_eq!(lines.next().unwrap(), "会員番号,姓,行番号,コード,理由");
        assert!(
            lines
                .next()
                .unwrap()
                .starts_with("\"2,\"\"鈴木\"\"x\",,3,broken_quote,"),
            "{csv}"
        );
        assert!(
            lines
                .nth(1)
                .unwrap()
                .starts_with("4,,6,column_count,列数が2ではなく1です"),
            "{csv}"
        );
    }
}

#[tokio::test]
async fn files_of_windows_are_read() {
    let test = testkit::sqlite().await;
    let desk = Desk::new(&test).await;
    let sjis = encoding_rs::SHIFT_JIS
        .encode("会員番号;氏名\r\n1;表示ソ①髙橋\r\n")
        .0
        .into_owned();
    let (id, inspection) = desk.upload(ImportKind::Customers, &sjis).await.unwrap();
    assert_eq!(
        (inspection.encoding, inspection.delimiter),
        (TextEncoding::ShiftJis, b';')
    );
    desk.start(id, &inspection, inspection.mapping.clone())
        .await
        .unwrap();
    desk.worker(desk.job()).run_due().await.unwrap();
    assert_eq!(
        desk.text("SELECT full_name FROM profile").await,
        "表示ソ①髙橋"
    );

    let utf16: Vec<u8> = std::iter::once(0xfeff)
        .chain("会員番号\t氏名\r\n9\t𠮷野\r\n".encode_utf16())
        .flat_map(u16::to_le_bytes)
        .collect();
    let (id, inspection) = desk.upload(ImportKind::Customers, &utf16).await.unwrap();
    assert_eq!(
        (inspection.encoding, inspection.delimiter),
        (TextEncoding::Utf8, b'\t')
    );
    desk.start(id, &inspection, inspection.mapping.clone())
        .await
        .unwrap();
    desk.worker(desk.job()).run_due().await.unwrap();
    assert_eq!(
        desk.text("SELECT full_name FROM profile WHERE external_id = '9'")
            .await,
        "𠮷野"
    );
}

#[tokio::test]
async fn what_is_no_csv_is_refused_at_once() {
    let test = testkit::sqlite().await;
    let desk = Desk::new(&test).await;
    let code = async |bytes: &[u8]| match desk.upload(ImportKind::Orders, bytes).await {
        Err(ImportError::Unreadable(refusal)) => refusal.code,
        other => panic!("{other:?}"),
    };
    let binary: Vec<u8> = (0..4_000u32)
        .map(|i| u8::try_from(i * i % 251).unwrap())
        .collect();
    assert_eq!(code(&binary).await, "binary_file");
    assert_eq!(code(b"").await, "empty_file");
    assert_eq!(code(b"\n\n\n").await, "empty_file");

    let (id, inspection) = desk.upload(ImportKind::Orders, b"a\n1\n2\n").await.unwrap();
    let warnings: Vec<_> = inspection
        .warnings
        .iter()
        .map(|warning| warning.code)
        .collect();
    assert!(warnings.contains(&"one_column"));
    let Err(ImportError::Invalid(invalid)) = desk
        .start(id, &inspection, inspection.mapping.clone())
        .await
    else {
        panic!("a mapping without an order number is refused")
    };
    assert_eq!(
        invalid.0.len(),
        4,
        "every missing field is named: {invalid:?}"
    );
}

#[tokio::test]
async fn a_file_with_the_wrong_mapping_is_stopped_early() {
    let test = testkit::sqlite().await;
    let desk = Desk::new(&test).await;
    let mut text = "会員番号,メール\n".to_owned();
    (0..7_000).for_each(|n| text.push_str(&format!("{n},no address\n")));
    let (id, inspection) = desk
        .upload(ImportKind::Customers, text.as_bytes())
        .await
        .unwrap();
    desk.start(id, &inspection, inspection.mapping.clone())
        .await
        .unwrap();
    desk.worker(ImportJob::new(desk.kit.ids.clone(), None))
        .run_due()
        .await
        .unwrap();
    let import = desk.find(id).await;
    assert_eq!(
        (import.state, import.error_code.as_deref()),
        (ImportState::Failed, Some("all_refused"))
    );
    assert_eq!(import.n_refused, 5_000);
}

#[tokio::test]
async fn a_preview_shows_rows_and_reasons_before_anything_is_written() {
    let test = testkit::sqlite().await;
    let desk = Desk::new(&test).await;
    let path = desk.file(ORDERS.replace(",120\n", ",十\n").as_bytes());
    let inspection = import::inspect(&path, ImportKind::Orders, &Desk::defaults()).unwrap();
    assert!(
        inspection
            .mapping
            .columns
            .iter()
            .any(|column| column.field == Field::OccurredAt)
    );
    let options = SourceOptions {
        kind: ImportKind::Orders,
        encoding: inspection.encoding,
        delimiter: inspection.delimiter,
        mapping: Arc::new(inspection.mapping),
        file_name: "x.csv".to_owned(),
    };
    let rows = import::preview(&path, &options, 20, desk.kit.clock.now_millis()).unwrap();
    assert_eq!(rows.len(), 7);
    assert_eq!(rows[0].row.as_ref().unwrap()["category"], "飲料 > お茶");
    assert_eq!(rows[1].refusal.as_ref().unwrap().code, "amount");
    assert!(
        rows[1]
            .refusal
            .as_ref()
            .unwrap()
            .message
            .ja
            .contains("金額")
    );
    assert_eq!(desk.number("SELECT COUNT(*) FROM profile").await, 0);
}

#[tokio::test]
async fn an_attribute_that_is_known_keeps_its_type() {
    let test = testkit::sqlite().await;
    let desk = Desk::new(&test).await;
    desk.load(ImportKind::Customers, "会員番号,来店回数\n1,12\n")
        .await;
    let (id, inspection) = desk
        .upload(
            ImportKind::Customers,
            "会員番号,来店回数\n1,多い\n".as_bytes(),
        )
        .await
        .unwrap();
    let Err(ImportError::Invalid(invalid)) = desk
        .start(id, &inspection, inspection.mapping.clone())
        .await
    else {
        panic!("text must not follow numbers")
    };
    assert_eq!(invalid.0[0].pointer, "/columns/1/value_type");
}
