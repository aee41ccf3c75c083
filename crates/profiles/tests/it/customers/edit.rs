//! Changes by hand: two editors of one customer, customers made by hand, attributes and their labels.

use profiles::{
    attributes::{self, AttributeDef, ValueType},
    customers::{self, CustomerError, Edit, NewCustomer},
};
use serde_json::json;
use testkit::Kit;

use super::{ctx, customer, load, only_id};

#[tokio::test]
async fn two_people_who_edit_one_customer_do_not_overwrite_each_other() {
    for test in testkit::both().await {
        let kit = Kit::new(&test).await;
        load(
            &kit,
            &[customer("c1", "佐藤 花子"), customer("c2", "鈴木 一郎")],
            &[],
            &[],
        )
        .await;
        let id = only_id(&kit, "佐藤").await;
        let version = customers::find(kit.db.reader(), kit.workspace, id)
            .await
            .unwrap()
            .unwrap()
            .version;
        let edit = async |version: i64, edit: Edit| {
            let tx = kit.db.begin().await.unwrap();
            let done = customers::edit(ctx(&kit, &tx), id, version, edit).await;
            if done.is_ok() {
                tx.commit().await.unwrap();
            }
            done
        };
        let rename = Edit {
            full_name: Some("佐藤 華子".to_owned()),
            email: Some("Hanako@example.jp".to_owned()),
            attributes: json!({"rank": null, "店": "渋谷"})
                .as_object()
                .cloned()
                .unwrap(),
            ..Edit::default()
        };
        edit(version, rename.clone()).await.unwrap();
        assert!(
            matches!(edit(version, rename).await, Err(CustomerError::Conflict(now)) if now > version),
            "{}",
            test.name()
        );
        let page = customers::find(kit.db.reader(), kit.workspace, id)
            .await
            .unwrap()
            .unwrap();
        assert_eq!(page.email.as_deref(), Some("hanako@example.jp"));
        let keys: Vec<&str> = page
            .attributes
            .iter()
            .map(|(def, _)| def.key.as_str())
            .collect();
        assert_eq!(keys, ["age", "店"]);

        let taken = Edit {
            email: Some("c2@example.jp".to_owned()),
            ..Edit::default()
        };
        assert!(matches!(
            edit(page.version, taken).await,
            Err(CustomerError::Exists(_))
        ));
        let wrong = Edit {
            email: Some("nobody".to_owned()),
            time_zone: Some("Mars/Base".to_owned()),
            attributes: json!({"age": "old"}).as_object().cloned().unwrap(),
            ..Edit::default()
        };
        let age = [("age", ValueType::Number)];
        let tx = kit.db.begin().await.unwrap();
        attributes::define(ctx(&kit, &tx), age.to_vec())
            .await
            .unwrap();
        tx.commit().await.unwrap();
        let Err(CustomerError::Invalid(invalid)) = edit(page.version, wrong).await else {
            panic!("must be refused")
        };
        let pointers: Vec<&str> = invalid
            .0
            .iter()
            .map(|error| error.pointer.as_str())
            .collect();
        assert_eq!(pointers, ["/email", "/time_zone", "/attributes/age"]);
        let cleared = Edit {
            full_name: Some(String::new()),
            ..Edit::default()
        };
        edit(page.version, cleared).await.unwrap();
        assert_eq!(
            customers::find(kit.db.reader(), kit.workspace, id)
                .await
                .unwrap()
                .unwrap()
                .full_name,
            None
        );
    }
}

#[tokio::test]
async fn a_customer_made_by_hand_is_found_and_cannot_be_made_twice() {
    for test in testkit::both().await {
        let kit = Kit::new(&test).await;
        let new = NewCustomer {
            external_id: Some("m-1".to_owned()),
            edit: Edit {
                email: Some("a@example.jp".to_owned()),
                family_name: Some("森".to_owned()),
                ..Edit::default()
            },
        };
        let create = async |new: NewCustomer| {
            let tx = kit.db.begin().await.unwrap();
            let made = customers::create(ctx(&kit, &tx), new).await;
            tx.commit().await.unwrap();
            made
        };
        let id = create(new.clone()).await.unwrap();
        assert_eq!(only_id(&kit, "森").await, id, "{}", test.name());
        assert!(matches!(create(new).await, Err(CustomerError::Exists(owner)) if owner == id));
        assert!(matches!(
            create(NewCustomer::default()).await,
            Err(CustomerError::Invalid(_))
        ));
    }
}

#[tokio::test]
async fn attributes_are_labelled_and_keep_their_type() {
    for test in testkit::both().await {
        let kit = Kit::new(&test).await;
        let def = AttributeDef {
            key: "rank".to_owned(),
            value_type: ValueType::Text,
            label_ja: Some("会員ランク".to_owned()),
            label_en: None,
            is_sensitive: true,
            consent: None,
        };
        let tx = kit.db.begin().await.unwrap();
        attributes::label(ctx(&kit, &tx), &def)
            .await
            .unwrap()
            .unwrap();
        attributes::define(ctx(&kit, &tx), vec![("rank", ValueType::Number)])
            .await
            .unwrap();
        let wrong = AttributeDef {
            key: "a\"b".to_owned(),
            ..def.clone()
        };
        assert!(
            attributes::label(ctx(&kit, &tx), &wrong)
                .await
                .unwrap()
                .is_err()
        );
        tx.commit().await.unwrap();
        let listed = attributes::list(kit.db.reader(), kit.workspace)
            .await
            .unwrap();
        assert_eq!(listed, std::slice::from_ref(&def), "{}", test.name());
        assert_eq!(
            (listed[0].label("en"), listed[0].label("ja")),
            ("会員ランク", "会員ランク")
        );
    }
}
