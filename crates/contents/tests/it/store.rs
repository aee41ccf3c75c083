//! Saved emails, on both databases.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "helpers of tests"
)]

use contents::{
    EmailDocument, gallery,
    store::{self, Author, Filter, SaveError},
};
use kernel::{
    id::{ContentId, UserId, WorkspaceId, fresh},
    page::PageRequest,
};
use testkit::Kit;

fn named(name: &str) -> EmailDocument {
    EmailDocument {
        name: name.to_owned(),
        ..gallery()[0].document.clone()
    }
}

fn author(kit: &Kit) -> Author {
    use kernel::time::Clock as _;
    Author {
        user: Some(UserId::from_raw(41)),
        now: kit.clock.now(),
    }
}

async fn create(kit: &Kit, name: &str) -> ContentId {
    let id = fresh(&*kit.ids);
    let tx = kit.db.begin().await.unwrap();
    store::create(&tx, kit.workspace, id, &named(name), author(kit))
        .await
        .unwrap();
    tx.commit().await.unwrap();
    kit.clock.advance(1_000);
    id
}

async fn names(kit: &Kit, filter: Filter, page: PageRequest) -> (Vec<String>, Option<String>) {
    let page = store::list(kit.db.reader(), kit.workspace, &filter, &page)
        .await
        .unwrap()
        .unwrap();
    (
        page.items.into_iter().map(|row| row.name).collect(),
        page.next,
    )
}

#[tokio::test]
async fn each_save_is_a_version_and_a_write_over_a_newer_one_is_refused() {
    for test in testkit::both().await {
        let kit = Kit::new(&test).await;
        let id = create(&kit, "秋の便り").await;
        let tx = kit.db.begin().await.unwrap();
        let version = store::update(
            &tx,
            kit.workspace,
            id,
            1,
            &named("秋の便り 二稿"),
            author(&kit),
        )
        .await
        .unwrap();
        assert_eq!(version, 2);
        let late = store::update(&tx, kit.workspace, id, 1, &named("別の人"), author(&kit)).await;
        assert!(matches!(late, Err(SaveError::Conflict(2))), "{late:?}");
        let nobody = ContentId::from_raw(5);
        let missing = store::update(&tx, kit.workspace, nobody, 1, &named("x"), author(&kit)).await;
        assert!(matches!(missing, Err(SaveError::NotFound)));
        tx.commit().await.unwrap();

        let content = store::find(kit.db.reader(), kit.workspace, id)
            .await
            .unwrap()
            .unwrap();
        assert_eq!(content.document, named("秋の便り 二稿"));
        assert_eq!(content.summary.locales, ["ja", "en"]);
        assert!(
            !content.summary.sample_subject.contains("{{"),
            "{}",
            content.summary.sample_subject
        );
        let history = store::versions(kit.db.reader(), kit.workspace, id)
            .await
            .unwrap();
        let numbers: Vec<i64> = history.iter().map(|version| version.version).collect();
        assert_eq!(numbers, [2, 1]);
        let (first, document) = store::find_version(kit.db.reader(), kit.workspace, id, 1)
            .await
            .unwrap()
            .unwrap();
        assert_eq!(document, named("秋の便り"));
        assert_eq!(first.saved_by, Some(UserId::from_raw(41)));
    }
}

#[tokio::test]
async fn what_does_not_compile_is_not_saved() {
    for test in testkit::both().await {
        let kit = Kit::new(&test).await;
        let id = create(&kit, "秋の便り").await;
        let mut broken = named("壊れた便り");
        broken.variants.get_mut("ja").unwrap().mjml =
            "<mjml>\n<mj-body>{% if x %}</mj-body></mjml>".to_owned();
        let tx = kit.db.begin().await.unwrap();
        let refused = store::update(&tx, kit.workspace, id, 1, &broken, author(&kit)).await;
        let Err(SaveError::Compile(error)) = refused else {
            panic!("{refused:?}");
        };
        assert_eq!(
            (error.0[0].pointer.as_str(), error.0[0].line),
            ("/variants/ja/mjml", 2)
        );
    }
}

#[tokio::test]
async fn lists_are_searched_paged_and_keep_what_was_put_away_apart() {
    for test in testkit::both().await {
        let kit = Kit::new(&test).await;
        for name in ["春の便り", "ナツのたより", "秋の便り"] {
            create(&kit, name).await;
        }
        let old = create(&kit, "去年の便り").await;
        let tx = kit.db.begin().await.unwrap();
        let now = author(&kit).now;
        assert!(
            store::set_archived(&tx, kit.workspace, old, Some(now))
                .await
                .unwrap()
        );
        assert!(
            !store::set_archived(&tx, kit.workspace, old, Some(now))
                .await
                .unwrap()
        );
        tx.commit().await.unwrap();

        let two = PageRequest {
            limit: Some(2),
            ..PageRequest::default()
        };
        let (first, next) = names(&kit, Filter::default(), two).await;
        assert_eq!(first, ["秋の便り", "ナツのたより"]);
        let rest = PageRequest {
            after: next,
            limit: Some(2),
        };
        assert_eq!(
            names(&kit, Filter::default(), rest).await,
            (vec!["春の便り".to_owned()], None)
        );
        let search = |text: &str| Filter {
            search: Some(text.to_owned()),
            ..Filter::default()
        };
        let everything = PageRequest::default;
        assert_eq!(
            names(&kit, search("ﾅﾂ"), everything()).await.0,
            ["ナツのたより"]
        );
        assert_eq!(names(&kit, search("100%"), everything()).await.0.len(), 0);
        let archived = Filter {
            archived: true,
            ..Filter::default()
        };
        assert_eq!(names(&kit, archived, everything()).await.0, ["去年の便り"]);

        let other = WorkspaceId::from_raw(9);
        let found = store::find(kit.db.reader(), other, old).await.unwrap();
        assert!(found.is_none(), "another workspace sees nothing");
    }
}
