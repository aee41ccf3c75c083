//! The database handle, bulk inserts and the feed on both databases.

use kernel::{
    feed::{Change, ChangeKind, Cursor},
    id::{ProfileId, WorkspaceId},
    time::Millis,
};
use storage::{
    Value,
    bulk::{Bulk, ColumnType},
    feed, sql,
};

/// Reads the feed until `n` changes are there: PostgreSQL hides what is newer than the oldest transaction
/// of the whole cluster, and other tests have theirs.
async fn read_whole(db: &storage::Db, after: Cursor, n: usize) -> Vec<(Cursor, Change)> {
    for _ in 0..5_000 {
        let rows = feed::read(db.reader(), after, 100)
            .await
            .expect("the feed can be read");
        if rows.len() >= n {
            return rows;
        }
        tokio::task::yield_now().await;
    }
    panic!("{n} changes did not come to light");
}

fn change(workspace: WorkspaceId, n: i64) -> Change {
    Change::of(workspace, ProfileId::from_raw(n), ChangeKind::Profile)
}

#[tokio::test]
async fn a_dropped_transaction_leaves_nothing() {
    for test in testkit::both().await {
        let kit = testkit::Kit::new(&test).await;
        let tx = kit.db.begin().await.unwrap();
        feed::append(&tx, Millis(1), &[change(kit.workspace, 1)])
            .await
            .unwrap();
        drop(tx);
        assert_eq!(
            feed::read(kit.db.reader(), Cursor::default(), 10)
                .await
                .unwrap(),
            vec![],
            "{}",
            test.name()
        );
    }
}

#[tokio::test]
async fn a_commit_that_comes_late_is_not_skipped_by_the_feed() {
    let test = testkit::postgres().await;
    let kit = testkit::Kit::new(&test).await;
    let slow = kit.db.begin().await.unwrap();
    feed::append(&slow, Millis(1), &[change(kit.workspace, 1)])
        .await
        .unwrap();
    let quick = kit.db.begin().await.unwrap();
    feed::append(&quick, Millis(2), &[change(kit.workspace, 2)])
        .await
        .unwrap();
    quick.commit().await.unwrap();

    let seen = feed::read(kit.db.reader(), Cursor::default(), 10)
        .await
        .unwrap();
    assert_eq!(
        seen,
        vec![],
        "the quick row is hidden while an older transaction is open"
    );
    slow.commit().await.unwrap();
    let profiles: Vec<i64> = read_whole(&kit.db, Cursor::default(), 2)
        .await
        .into_iter()
        .map(|(_, change)| change.profile.raw())
        .collect();
    assert_eq!(profiles, vec![1, 2]);
}

#[tokio::test]
async fn a_reader_goes_on_where_it_stopped() {
    for test in testkit::both().await {
        let kit = testkit::Kit::new(&test).await;
        for n in 1..=5 {
            let tx = kit.db.begin().await.unwrap();
            feed::append(&tx, Millis(n), &[change(kit.workspace, n)])
                .await
                .unwrap();
            tx.commit().await.unwrap();
        }
        read_whole(&kit.db, Cursor::default(), 5).await;
        let first = feed::read(kit.db.reader(), Cursor::default(), 3)
            .await
            .unwrap();
        let rest = feed::read(kit.db.reader(), first.last().unwrap().0, 10)
            .await
            .unwrap();
        let profiles: Vec<i64> = rest
            .iter()
            .map(|(_, change)| change.profile.raw())
            .collect();
        assert_eq!(profiles, vec![4, 5], "{}", test.name());
        assert_eq!(feed::head(kit.db.reader()).await.unwrap(), rest[1].0);

        let tx = kit.db.begin().await.unwrap();
        assert_eq!(feed::prune(&tx, Millis(3), 10).await.unwrap(), 2);
        tx.commit().await.unwrap();
    }
}

const PROFILES: Bulk = Bulk {
    table: "profile",
    columns: &[
        ("workspace_id", ColumnType::Int),
        ("id", ColumnType::Int),
        ("email", ColumnType::Text),
        ("is_anonymous", ColumnType::Bool),
        ("attributes", ColumnType::Json),
        ("search_text", ColumnType::Text),
        ("first_seen_at", ColumnType::Int),
        ("last_seen_at", ColumnType::Int),
        ("created_at", ColumnType::Int),
        ("updated_at", ColumnType::Int),
    ],
    suffix: "ON CONFLICT (id) DO NOTHING",
};

/// Every second customer has an address, every third is anonymous.
fn row(kit: &testkit::Kit, n: i64) -> Vec<Value> {
    vec![
        kit.workspace.raw().into(),
        n.into(),
        if n % 2 == 0 {
            Some(format!("u{n}@example.jp"))
        } else {
            None
        }
        .into(),
        (n % 3 == 0).into(),
        format!(r#"{{"市.区":"𠮷{n}","n":{n}}}"#).into(),
        String::new().into(),
        0i64.into(),
        0i64.into(),
        0i64.into(),
        0i64.into(),
    ]
}

#[tokio::test]
async fn a_bulk_insert_keeps_every_type_and_null() {
    for test in testkit::both().await {
        let kit = testkit::Kit::new(&test).await;
        let row = |n| row(&kit, n);
        let tx = kit.db.begin().await.unwrap();
        assert_eq!(
            PROFILES
                .insert(&tx, (0..2_500).map(row).collect())
                .await
                .unwrap(),
            2_500,
            "{}",
            test.name()
        );
        assert_eq!(
            PROFILES
                .insert(&tx, (2_499..2_501).map(row).collect())
                .await
                .unwrap(),
            1
        );
        tx.commit().await.unwrap();

        let dialect = kit.db.dialect();
        let count = |condition: String| {
            let db = kit.db.clone();
            async move {
                sql::number(
                    db.reader(),
                    format!("SELECT COUNT(*) FROM profile WHERE {condition}"),
                    ["市.区".into()],
                )
                .await
                .unwrap()
            }
        };
        let city = dialect.json_text("attributes", "CAST($1 AS TEXT)");
        assert_eq!(count(format!("{city} = '𠮷7'")).await, 1, "{}", test.name());
        assert_eq!(
            count(format!("email IS NULL AND {city} IS NOT NULL")).await,
            1_250
        );
        assert_eq!(
            count(format!("is_anonymous AND {city} IS NOT NULL")).await,
            834
        );
        let number = dialect.json_number("attributes", "CAST($1 AS TEXT)");
        assert_eq!(
            count(format!("{number} IS NULL")).await,
            2_501,
            "a text is not a number"
        );
    }
}

#[tokio::test]
async fn a_second_process_cannot_open_an_embedded_database() {
    let test = testkit::sqlite().await;
    let options = storage::Options::parse(test.url()).unwrap();
    assert!(matches!(
        storage::Db::connect(&options).await,
        Err(storage::StorageError::Locked(_))
    ));
}

#[tokio::test]
async fn sealed_secrets_survive_a_change_of_the_master_key() {
    use storage::secret::{self, MasterKey};
    for test in testkit::both().await {
        let kit = testkit::Kit::new(&test).await;
        let (old, new) = (
            MasterKey::generate().unwrap(),
            MasterKey::generate().unwrap(),
        );
        let tx = kit.db.begin().await.unwrap();
        secret::put(&tx, &old, kit.workspace, "smtp", b"first", testkit::START)
            .await
            .unwrap();
        secret::put(&tx, &old, kit.workspace, "smtp", b"second", testkit::START)
            .await
            .unwrap();
        assert_eq!(
            secret::rekey(&tx, &old, &new, testkit::START)
                .await
                .unwrap(),
            1
        );
        tx.commit().await.unwrap();
        let opened = secret::get(kit.db.reader(), &new, kit.workspace, "smtp")
            .await
            .unwrap();
        assert_eq!(
            opened.as_deref(),
            Some(b"second".as_slice()),
            "{}",
            test.name()
        );
        assert!(
            secret::get(kit.db.reader(), &old, kit.workspace, "smtp")
                .await
                .is_err()
        );
        assert_eq!(
            secret::get(kit.db.reader(), &new, kit.workspace, "dkim")
                .await
                .unwrap(),
            None
        );
    }
}
