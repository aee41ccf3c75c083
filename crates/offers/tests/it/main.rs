//! The catalogue and the product blocks on both databases.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::{collections::HashMap, sync::Arc};

use kernel::{
    id::ProfileId,
    money::Currency,
    page::PageRequest,
    time::{Clock, DAY, Millis},
};
use offers::{
    Blocks, Popular, Product, ProductCard, ProductCatalogue, ProductDraft, ProductError,
    ProductFilter, ProductStore,
};
use profiles::{
    Ctx,
    bulk::{BulkLoader, Catalogue, CustomerKey, OrderLineRow, RowOutcome},
    customers::{self, CustomerFilter},
    import::ProductRow,
};
use testkit::{Kit, START};

fn ctx<'a>(kit: &'a Kit, tx: &'a storage::Tx) -> Ctx<'a> {
    Ctx {
        tx,
        workspace: kit.workspace,
        now: kit.clock.now(),
        ids: &*kit.ids,
    }
}

fn line(order: &str, who: &str, sku: &str, days_ago: i64) -> OrderLineRow {
    OrderLineRow {
        order_no: order.to_owned(),
        line_no: None,
        customer: CustomerKey::ExternalId(who.to_owned()),
        occurred_at: Millis(START.0 - days_ago * DAY),
        sku: Some(sku.to_owned()),
        product_name: Some(format!("商品{sku}")),
        category: Some(
            if sku == "d" {
                "食品 > パン"
            } else {
                "飲料 > お茶"
            }
            .to_owned(),
        ),
        quantity: 2,
        amount: 300,
        currency: Currency::JPY,
    }
}

async fn shop(kit: &Kit) {
    let lines = [
        line("1", "x", "a", 5),
        line("2", "y", "a", 5),
        line("3", "z", "a", 5),
        line("4", "x", "b", 4),
        line("5", "y", "b", 4),
        line("6", "x", "c", 3),
        line("7", "z", "d", 300),
        line("8", "x", "d", 2),
        line("8", "x", "a", 2),
    ];
    let tx = kit.db.begin().await.unwrap();
    let mut loader = BulkLoader::new(kit.workspace, Currency::JPY, kit.ids.next_raw())
        .with_catalogue(Arc::new(ProductCatalogue));
    let outcomes = loader.order_lines(ctx(kit, &tx), &lines).await.unwrap();
    assert!(outcomes.iter().all(|outcome| *outcome == RowOutcome::Taken));
    tx.commit().await.unwrap();
}

async fn people(kit: &Kit) -> HashMap<String, ProfileId> {
    let page = customers::list(
        kit.db.reader(),
        kit.workspace,
        &CustomerFilter::default(),
        &PageRequest::default(),
    )
    .await
    .unwrap();
    page.items
        .into_iter()
        .map(|person| (person.external_id.unwrap(), person.id))
        .collect()
}

async fn products(kit: &Kit, filter: &ProductFilter) -> Vec<Product> {
    let mut page = ProductStore::list(
        kit.db.reader(),
        kit.workspace,
        filter,
        &PageRequest::default(),
    )
    .await
    .unwrap();
    page.items.sort_by(|a, b| a.sku.cmp(&b.sku));
    page.items
}

fn skus(products: &[Product]) -> Vec<&str> {
    products
        .iter()
        .map(|product| product.sku.as_str())
        .collect()
}

#[tokio::test]
async fn products_met_in_orders_are_in_the_catalogue_and_files_tell_more_of_them() {
    for test in testkit::both().await {
        let kit = Kit::new(&test).await;
        shop(&kit).await;
        let all = products(&kit, &ProductFilter::default()).await;
        assert_eq!(skus(&all), ["a", "b", "c", "d"], "{}", test.name());
        assert_eq!((all[0].name.as_str(), all[0].price), ("商品a", Some(150)));

        let rows = [
            ProductRow {
                sku: "a".to_owned(),
                name: Some("特選ほうじ茶".to_owned()),
                category: Some("飲料 > ほうじ茶".to_owned()),
                stock: Some(0),
                ..ProductRow::default()
            },
            ProductRow {
                sku: "e".to_owned(),
                url: Some("https://shop.example/e".to_owned()),
                ..ProductRow::default()
            },
        ];
        for expected in [RowOutcome::Taken, RowOutcome::Repeated] {
            let tx = kit.db.begin().await.unwrap();
            let outcomes = ProductCatalogue.load(ctx(&kit, &tx), &rows).await.unwrap();
            tx.commit().await.unwrap();
            assert_eq!(outcomes, [expected.clone(), expected]);
        }
        let found = products(
            &kit,
            &ProductFilter {
                search: Some("ホウジ茶".to_owned()),
                ..ProductFilter::default()
            },
        )
        .await;
        assert_eq!(
            (skus(&found), found[0].price, found[0].version),
            (vec!["a"], Some(150), 2)
        );
        let drinks = ProductFilter {
            category: Some("飲料".to_owned()),
            ..ProductFilter::default()
        };
        assert_eq!(
            skus(&products(&kit, &drinks).await),
            ["a", "b", "c"],
            "a category holds what lies below it"
        );
        let moved = storage::sql::number(
            kit.db.reader(),
            "SELECT COUNT(*) FROM term p JOIN term c ON c.id = p.parent_id WHERE p.value = 'a' AND c.value = '飲料 > ほうじ茶'",
            [],
        );
        assert_eq!(
            moved.await.unwrap(),
            1,
            "the events' dictionary knows the new category"
        );
    }
}

#[tokio::test]
async fn a_product_is_changed_only_by_who_has_seen_its_present_version() {
    for test in testkit::both().await {
        let kit = Kit::new(&test).await;
        let draft = ProductDraft {
            sku: "t-1".to_owned(),
            name: "煎茶".to_owned(),
            category: Some("飲料>お茶".to_owned()),
            price: Some(1_280),
            currency: Some(Currency::JPY),
            image_url: Some("https://img.example/t.png".to_owned()),
            url: None,
            stock: None,
            is_active: true,
            attributes: serde_json::Map::new(),
        };
        let tx = kit.db.begin().await.unwrap();
        let made = ProductStore::create(ctx(&kit, &tx), draft.clone())
            .await
            .unwrap();
        assert!(matches!(
            ProductStore::create(ctx(&kit, &tx), draft.clone()).await,
            Err(ProductError::SkuTaken)
        ));
        let dearer = ProductDraft {
            price: Some(1_480),
            ..draft
        };
        let changed = ProductStore::update(ctx(&kit, &tx), made.id, made.version, dearer.clone())
            .await
            .unwrap();
        let stale = ProductStore::update(ctx(&kit, &tx), made.id, made.version, dearer).await;
        assert!(
            matches!(stale, Err(ProductError::Conflict(2))),
            "{}",
            test.name()
        );
        tx.commit().await.unwrap();
        let read = ProductStore::find(kit.db.reader(), kit.workspace, made.id)
            .await
            .unwrap()
            .unwrap();
        assert_eq!(read, changed);
        assert_eq!(
            (read.price, read.category.as_deref()),
            (Some(1_480), Some("飲料 > お茶"))
        );
    }
}

async fn popular(
    kit: &Kit,
    blocks: &Blocks,
    wanted: &Popular,
    ids: &[ProfileId],
) -> HashMap<ProfileId, Vec<ProductCard>> {
    blocks
        .popular(kit.db.reader(), kit.workspace, kit.clock.now(), wanted, ids)
        .await
        .unwrap()
}

fn names(cards: &[ProductCard]) -> Vec<String> {
    cards.iter().map(|card| card.name.clone()).collect()
}

#[tokio::test]
async fn what_others_buy_most_leaves_out_what_one_has_and_what_is_sold_out() {
    for test in testkit::both().await {
        let kit = Kit::new(&test).await;
        shop(&kit).await;
        let people = people(&kit).await;
        let ids: Vec<ProfileId> = people.values().copied().collect();
        let wanted = Popular {
            days: 90,
            category: None,
            n: 3,
        };
        let blocks = Blocks::default();
        let shown = popular(&kit, &blocks, &wanted, &ids).await;
        assert_eq!(
            names(&shown[&people["x"]]),
            Vec::<String>::new(),
            "{}: x has them all",
            test.name()
        );
        assert_eq!(
            names(&shown[&people["y"]]),
            ["商品c", "商品d"],
            "most bought first, then the older one"
        );
        assert_eq!(
            names(&shown[&people["z"]]),
            ["商品b", "商品c"],
            "z bought d long ago"
        );

        let drinks = Popular {
            category: Some("飲料".to_owned()),
            ..wanted.clone()
        };
        let shown = popular(&kit, &blocks, &drinks, &ids).await;
        assert_eq!(names(&shown[&people["y"]]), ["商品c"]);

        let tx = kit.db.begin().await.unwrap();
        let sold_out = ProductRow {
            sku: "c".to_owned(),
            stock: Some(0),
            ..ProductRow::default()
        };
        ProductCatalogue
            .load(ctx(&kit, &tx), &[sold_out])
            .await
            .unwrap();
        tx.commit().await.unwrap();
        kit.clock.advance(11 * kernel::time::MINUTE);
        let shown = popular(&kit, &blocks, &wanted, &ids).await;
        assert_eq!(names(&shown[&people["y"]]), ["商品d"]);
    }
}

#[tokio::test]
async fn the_last_order_has_its_items_in_the_words_of_templates() {
    for test in testkit::both().await {
        let kit = Kit::new(&test).await;
        shop(&kit).await;
        let people = people(&kit).await;
        let ids: Vec<ProfileId> = people.values().copied().collect();
        let orders = Blocks::default()
            .last_orders(kit.db.reader(), kit.workspace, &ids)
            .await
            .unwrap();
        assert_eq!(orders.len(), 3, "{}", test.name());
        let json = serde_json::to_value(&orders[&people["x"]]).unwrap();
        assert_eq!(
            (json["number"].as_str(), json["amount"].as_i64()),
            (Some("8"), Some(600))
        );
        assert_eq!(json["placed_at"], Millis(START.0 - 2 * DAY).to_string());
        assert_eq!(json["items"].as_array().unwrap().len(), 2);
        // Two pieces for 300 together: the template shows what the line cost.
        assert_eq!(json["items"][0]["quantity"], 2);
        assert_eq!(json["items"][0]["price"], 300);
        assert_eq!(json["items"][0]["currency"], "JPY");
        assert_eq!(orders[&people["z"]].items[0].name, "商品a");
    }
}
