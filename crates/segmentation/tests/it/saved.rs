//! Saving, templates and sentences.

use kernel::id::SegmentId;
use segmentation::{
    SegmentError, sentence, store,
    store::{Author, Draft, Shelf},
    template,
};
use serde_json::{Value as Json, json};
use testkit::{Kit, START};

use crate::world::rule;

fn author(kit: &Kit) -> Author {
    Author {
        workspace: kit.workspace,
        user: None,
        now: START,
    }
}

fn draft(name: &str, root: Json) -> Draft {
    Draft {
        name: name.to_owned(),
        description: String::new(),
        document: rule(root),
        template: None,
    }
}

#[tokio::test]
async fn a_second_writer_gets_a_conflict_and_versions_are_kept() {
    for test in testkit::both().await {
        let kit = Kit::new(&test).await;
        let author = author(&kit);
        let first = store::insert(&kit.db, author, &*kit.ids, draft("一", json!({"all": []})))
            .await
            .unwrap();

        let tx = kit.db.begin().await.unwrap();
        let saved =
            store::update_in_txn(&tx, author, first.id, 1, draft("一改", json!({"all": []})))
                .await
                .unwrap()
                .unwrap();
        assert_eq!((saved.version, saved.name.as_str()), (2, "一改"));
        let late = store::update_in_txn(
            &tx,
            author,
            first.id,
            1,
            draft("上書き", json!({"all": []})),
        )
        .await;
        assert!(
            matches!(late, Err(SegmentError::Conflict { current: 2 })),
            "{late:?}"
        );
        let nobody = store::update_in_txn(
            &tx,
            author,
            SegmentId::from_raw(5),
            1,
            draft("無", json!({"all": []})),
        )
        .await;
        assert_eq!(nobody.unwrap(), None);
        tx.commit().await.unwrap();

        let versions = store::versions(kit.db.reader(), kit.workspace, first.id)
            .await
            .unwrap();
        assert_eq!(
            versions
                .iter()
                .map(|saved| saved.name.as_str())
                .collect::<Vec<_>>(),
            ["一改", "一"]
        );
    }
}

#[tokio::test]
async fn a_segment_in_use_neither_closes_a_circle_nor_leaves_the_shelf() {
    for test in testkit::both().await {
        let kit = Kit::new(&test).await;
        let author = author(&kit);
        let first = store::insert(&kit.db, author, &*kit.ids, draft("一", json!({"all": []})))
            .await
            .unwrap();
        let inner = json!({"segment": {"id": first.id.to_string()}});
        let second = store::insert(&kit.db, author, &*kit.ids, draft("二", inner))
            .await
            .unwrap();

        let tx = kit.db.begin().await.unwrap();
        let back = json!({"segment": {"id": second.id.to_string()}});
        let circle = store::update_in_txn(&tx, author, first.id, 1, draft("輪", back)).await;
        assert!(
            matches!(&circle, Err(SegmentError::Invalid(invalid)) if invalid.0[0].code == "cycle"),
            "{circle:?}"
        );
        let used = store::set_shelf_in_txn(&tx, author, first.id, Shelf::Archived).await;
        assert!(
            matches!(&used, Err(SegmentError::InUse(names)) if names == &["二"]),
            "{used:?}"
        );
    }
}

#[tokio::test]
async fn every_template_reads_and_speaks() {
    let test = testkit::sqlite().await;
    let kit = Kit::new(&test).await;
    let names = sentence::Names::load(kit.db.reader(), kit.workspace, &[])
        .await
        .unwrap();
    let all = template::all(&|name| format!("食品 > {name}"));
    let said: Vec<String> = all
        .iter()
        .map(|one| sentence::document(&one.document, &names).ja)
        .collect();
    assert_eq!(
        said,
        [
            "直近90日に〈冷凍食品〉を3回以上購入し、直近14日は〈冷凍食品〉を購入していない人",
            "直近365日の〈注文〉か〈返金〉の金額が30,000円以上で、直近60日は注文していない人",
            "直近90日に〈乳製品〉を5回以上購入した人",
            "最初に注文したのが30日前以降の人",
            "ちょうど1回注文し、最初に注文したのが45日前から14日前までの人",
            "birthdayが年を問わず今日から7日後までの人",
            "birthdayが今月の人",
            "昨日商品をカートに追加し、最後に商品をカートに追加した後は注文していない人",
            "直近3日に商品をカートに追加し、直近3日は注文していない人",
        ]
    );
    let first = all
        .first()
        .map(|one| sentence::document(&one.document, &names).en)
        .unwrap();
    assert_eq!(
        first,
        "people who bought ‹冷凍食品› at least 3 times in the last 90 days and who did not buy ‹冷凍食品› in the last 14 days"
    );
    let mixed = rule(json!({"all": [
        {"fact": {"of": {"field": "email"}, "test": {"text": {"ends_with": "@example.jp"}}}},
        {"any": [{"reachable": {"channel": "email"}}, {"consent": {"channel": "line"}}]},
        {"not": {"message": {"kind": "clicked", "within": {"last": {"weeks": 1}}}}},
    ]}));
    assert_eq!(
        sentence::document(&mixed, &names).ja,
        "メールアドレスが「@example.jp」で終わり、「メールが届く状態」「LINEでの案内に同意している」のどちらかに当てはまる人。\
         ただし、直近1週間にメッセージのリンクをクリックした人は除く"
    );
}
