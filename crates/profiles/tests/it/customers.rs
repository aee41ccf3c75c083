//! The customer list, one customer's page and the timeline, on both databases.

mod edit;

use kernel::{
    id::{ProfileId, WorkspaceId},
    money::Currency,
    page::PageRequest,
    time::{DAY, Millis},
};
use profiles::{
    Ctx,
    bulk::{BulkLoader, CustomerKey, CustomerRow, EventRow, OrderLineRow, RowConsent},
    consent::{self, Reason},
    customers::{self, CustomerFilter, Reach},
    timeline::{self, Before, TimelineEntry, What},
};
use serde_json::json;
use testkit::{Kit, START};

fn ctx<'a>(kit: &'a Kit, tx: &'a storage::Tx) -> Ctx<'a> {
    Ctx {
        tx,
        workspace: kit.workspace,
        now: kernel::time::Clock::now(&kit.clock),
        ids: &*kit.ids,
    }
}

fn customer(id: &str, name: &str) -> CustomerRow {
    CustomerRow {
        external_id: Some(id.to_owned()),
        email: Some(format!("{id}@example.jp")),
        full_name: Some(name.to_owned()),
        attributes: json!({"rank": "gold", "age": 42})
            .as_object()
            .cloned()
            .unwrap(),
        consents: vec![RowConsent {
            channel: "email".to_owned(),
            purpose: "marketing".to_owned(),
            granted: true,
            text_version: None,
            proof: None,
        }],
        ..CustomerRow::default()
    }
}

fn line(order: &str, who: &str, day: i64, amount: i64, currency: Currency) -> OrderLineRow {
    OrderLineRow {
        order_no: order.to_owned(),
        line_no: None,
        customer: CustomerKey::ExternalId(who.to_owned()),
        occurred_at: Millis(START.0 - day * DAY),
        sku: Some("tea".to_owned()),
        product_name: None,
        category: Some("飲料 > お茶".to_owned()),
        quantity: 2,
        amount,
        currency,
    }
}

async fn load(kit: &Kit, people: &[CustomerRow], lines: &[OrderLineRow], events: &[EventRow]) {
    let tx = kit.db.begin().await.unwrap();
    let mut loader = BulkLoader::new(kit.workspace, Currency::JPY, kit.ids.next_raw());
    loader.customers(ctx(kit, &tx), people).await.unwrap();
    loader.order_lines(ctx(kit, &tx), lines).await.unwrap();
    loader.events(ctx(kit, &tx), events).await.unwrap();
    tx.commit().await.unwrap();
}

async fn names(
    kit: &Kit,
    filter: CustomerFilter,
    page: &PageRequest,
) -> (Vec<String>, Option<String>) {
    let page = customers::list(kit.db.reader(), kit.workspace, &filter, page)
        .await
        .unwrap();
    (
        page.items
            .into_iter()
            .map(|person| person.full_name.unwrap_or_default())
            .collect(),
        page.next,
    )
}

fn search(text: &str) -> CustomerFilter {
    CustomerFilter {
        search: Some(text.to_owned()),
        is_anonymous: None,
    }
}

async fn only_id(kit: &Kit, text: &str) -> ProfileId {
    let page = customers::list(
        kit.db.reader(),
        kit.workspace,
        &search(text),
        &PageRequest::default(),
    )
    .await
    .unwrap();
    assert_eq!(page.items.len(), 1);
    page.items[0].id
}

#[tokio::test]
async fn the_list_finds_people_however_they_are_written_and_pages_without_gaps() {
    for test in testkit::both().await {
        let kit = Kit::new(&test).await;
        let people: Vec<CustomerRow> = (0..7)
            .map(|n| customer(&format!("c{n}"), &format!("ヤマダ {n}")))
            .chain([customer("x", "髙橋 100%")])
            .collect();
        load(&kit, &people, &[], &[]).await;
        let all = PageRequest::default();
        for text in ["やまだ3", "ﾔﾏﾀﾞ 3", "C3@EXAMPLE"] {
            assert_eq!(
                names(&kit, search(text), &all).await.0,
                ["ヤマダ 3"],
                "{} {text}",
                test.name()
            );
        }
        assert_eq!(
            names(&kit, search("100%"), &all).await.0,
            ["髙橋 100%"],
            "a wildcard is a character"
        );
        assert_eq!(names(&kit, search("_"), &all).await.0.len(), 0);
        let mut seen = Vec::new();
        let mut page = PageRequest {
            after: None,
            limit: Some(3),
        };
        loop {
            let (names, next) = names(&kit, CustomerFilter::default(), &page).await;
            seen.extend(names);
            if next.is_none() {
                break;
            }
            page.after = next;
        }
        seen.sort();
        seen.dedup();
        assert_eq!(seen.len(), 8);
        let other = WorkspaceId::from_raw(9);
        let empty = customers::list(kit.db.reader(), other, &CustomerFilter::default(), &all)
            .await
            .unwrap();
        assert_eq!(empty.items.len(), 0, "another workspace sees nobody");
        let known = CustomerFilter {
            search: None,
            is_anonymous: Some(true),
        };
        assert_eq!(names(&kit, known, &all).await.0.len(), 0);
    }
}

#[tokio::test]
async fn the_page_adds_orders_up_and_leaves_other_currencies_out() {
    for test in testkit::both().await {
        let kit = Kit::new(&test).await;
        let lines = [
            line("1", "c1", 30, 500, Currency::JPY),
            line("1", "c1", 30, 300, Currency::JPY),
            line("2", "c1", 3, 200, Currency::JPY),
            line("3", "c1", 2, 999, Currency::parse("USD").unwrap()),
        ];
        load(&kit, &[customer("c1", "佐藤 花子")], &lines, &[]).await;
        let id = only_id(&kit, "佐藤").await;
        let page = customers::find(kit.db.reader(), kit.workspace, id)
            .await
            .unwrap()
            .unwrap();
        assert_eq!(
            (page.totals.n_orders, page.totals.amount),
            (3, 1_000),
            "{}",
            test.name()
        );
        assert_eq!(page.totals.first_order_at, Some(Millis(START.0 - 30 * DAY)));
        assert_eq!(page.identities.len(), 2);
        assert!(page.consents[0].is_granted);
        assert_eq!(page.attributes[0].0.key, "age");
        assert_eq!(page.last_seen_at, START);

        let first = PageRequest {
            after: None,
            limit: Some(2),
        };
        let orders = customers::orders(kit.db.reader(), kit.workspace, id, &first)
            .await
            .unwrap();
        assert_eq!(
            orders
                .items
                .iter()
                .map(|order| order.order_no.as_str())
                .collect::<Vec<_>>(),
            ["3", "2"]
        );
        let rest = PageRequest {
            after: orders.next,
            limit: Some(2),
        };
        let rest = customers::orders(kit.db.reader(), kit.workspace, id, &rest)
            .await
            .unwrap();
        assert_eq!(
            (rest.items[0].lines.len(), rest.items[0].amount, rest.next),
            (2, 800, None)
        );
        assert_eq!(rest.items[0].lines[0].sku.as_deref(), Some("tea"));
    }
}

#[tokio::test]
async fn a_glance_tells_who_can_be_reached_and_what_was_bought() {
    for test in testkit::both().await {
        let kit = Kit::new(&test).await;
        let unasked = CustomerRow {
            consents: Vec::new(),
            ..customer("c2", "森")
        };
        let without_address = CustomerRow {
            email: None,
            ..customer("c3", "谷")
        };
        let people = [
            customer("c1", "佐藤"),
            unasked,
            without_address,
            customer("c4", "林"),
        ];
        load(
            &kit,
            &people,
            &[line("1", "c1", 3, 200, Currency::JPY)],
            &[],
        )
        .await;
        let tx = kit.db.begin().await.unwrap();
        let dead = Reason::HardBounce;
        let ctx = ctx(&kit, &tx);
        consent::suppress(ctx, consent::EMAIL, "c4@example.jp", dead, None)
            .await
            .unwrap();
        tx.commit().await.unwrap();

        let mut ids = Vec::new();
        for name in ["佐藤", "森", "谷", "林"] {
            ids.push(only_id(&kit, name).await);
        }
        let db = kit.db.reader();
        let seen = customers::glance(db, kit.workspace, &ids, START)
            .await
            .unwrap();
        let email: Vec<Reach> = ids.iter().map(|id| seen[id].email).collect();
        let expected = [Reach::Open, Reach::Unasked, Reach::Missing, Reach::Broken];
        assert_eq!(email, expected, "{}", test.name());
        let first = seen[&ids[0]];
        assert_eq!((first.totals.n_orders, first.totals.amount), (1, 200));
        assert_eq!(first.line, Reach::Missing);

        let all = CustomerFilter::default();
        let count = customers::count(db, kit.workspace, &all, 3).await.unwrap();
        assert_eq!(count, 3, "no further than asked");
        let some = customers::count(db, kit.workspace, &search("森"), 3)
            .await
            .unwrap();
        assert_eq!(some, 1);
    }
}

fn label(entry: &TimelineEntry) -> String {
    match &entry.what {
        What::Event(event) => event.name.clone(),
        What::Consent { channel, .. } => format!("consent {channel}"),
        What::Merge { .. } => "merge".to_owned(),
        What::Other { source, .. } => source.clone(),
    }
}

#[tokio::test]
async fn the_timeline_merges_all_stores_and_takes_in_others() {
    for test in testkit::both().await {
        let kit = Kit::new(&test).await;
        let view = |day: i64| EventRow {
            customer: CustomerKey::ExternalId("c1".to_owned()),
            name_id: profiles::names::PRODUCT_VIEWED,
            occurred_at: Millis(START.0 - day * DAY),
            sku: Some("tea".to_owned()),
            category: None,
            amount: None,
            quantity: None,
            flags: profiles::bulk::DERIVED,
            properties: Some(json!({"title": "緑茶"})),
        };
        let lines = [
            line("1", "c1", 5, 500, Currency::JPY),
            line("1", "c1", 5, 300, Currency::JPY),
        ];
        load(&kit, &[customer("c1", "佐藤")], &lines, &[view(9), view(1)]).await;
        let id = only_id(&kit, "佐藤").await;
        let delivery = |before: Before| {
            let at = Millis(START.0 - 3 * DAY);
            let entry = TimelineEntry {
                at,
                id: 5,
                what: What::Other {
                    source: "delivery".to_owned(),
                    detail: json!({}),
                },
            };
            if (at, 5) < (before.at, before.id) {
                vec![entry]
            } else {
                Vec::new()
            }
        };
        let (mut seen, mut request) = (
            Vec::new(),
            PageRequest {
                after: None,
                limit: Some(2),
            },
        );
        loop {
            let before = Before::of(&request).unwrap();
            let mut stores =
                timeline::read(kit.db.reader(), kit.workspace, id, before, request.limit())
                    .await
                    .unwrap();
            stores.push(delivery(before));
            let page = timeline::page(request.limit(), stores);
            seen.extend(page.items.iter().map(label));
            if page.next.is_none() {
                break;
            }
            request.after = page.next;
        }
        let expected = [
            "consent email",
            "Product Viewed",
            "delivery",
            "Order Completed",
            "Product Viewed",
        ];
        assert_eq!(seen, expected, "{}", test.name());
    }
}
