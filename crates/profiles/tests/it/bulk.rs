//! The bulk loader where the databases differ: on PostgreSQL every month of events has its partition.

use kernel::{
    money::Currency,
    time::{Clock, DAY, Millis},
};
use profiles::{
    Ctx,
    bulk::{BulkLoader, CustomerKey, EventRow, OrderLineRow},
    names,
};
use storage::sql;
use testkit::{Kit, START};

fn line(number: i64, at: Millis) -> OrderLineRow {
    OrderLineRow {
        order_no: format!("O-{number}"),
        line_no: None,
        customer: CustomerKey::ExternalId("1".to_owned()),
        occurred_at: at,
        sku: None,
        product_name: None,
        category: None,
        quantity: 1,
        amount: 100,
        currency: Currency::JPY,
    }
}

fn event(at: Millis) -> EventRow {
    EventRow {
        customer: CustomerKey::ExternalId("1".to_owned()),
        name_id: names::PAGE_VIEWED,
        occurred_at: at,
        sku: None,
        category: None,
        amount: None,
        quantity: None,
        flags: 0,
        properties: None,
    }
}

#[tokio::test]
async fn two_years_of_events_lie_in_the_partitions_of_their_months() {
    for test in testkit::both().await {
        let kit = Kit::new(&test).await;
        let instants: Vec<Millis> = (0..=731)
            .step_by(7)
            .map(|day| START.plus(-day * DAY))
            .collect();
        let lines: Vec<_> = (1..).zip(&instants).map(|(n, at)| line(n, *at)).collect();
        let events: Vec<_> = instants.iter().map(|at| event(*at)).collect();
        let mut loader = BulkLoader::new(kit.workspace, Currency::JPY, kit.ids.next_raw());
        let now = kit.clock.now();
        loader.make_room(&kit.db, now, &instants).await.unwrap();
        let tx = kit.db.begin().await.unwrap();
        let ctx = Ctx {
            tx: &tx,
            workspace: kit.workspace,
            now,
            ids: &*kit.ids,
        };
        loader.order_lines(ctx, &lines).await.unwrap();
        loader.events(ctx, &events).await.unwrap();
        tx.commit().await.unwrap();

        let n = i64::try_from(instants.len()).unwrap();
        let number = async |text: &str| sql::number(kit.db.reader(), text, []).await.unwrap();
        assert_eq!(
            number("SELECT COUNT(*) FROM event").await,
            3 * n,
            "{}",
            test.name()
        );
        if test.name() == "postgres" {
            assert_eq!(number("SELECT COUNT(*) FROM event_other").await, 0);
            assert_eq!(
                number("SELECT COUNT(DISTINCT tableoid) FROM event").await,
                25
            );
            // A second loader knows what is there from one look, and makes nothing twice.
            let other = BulkLoader::new(kit.workspace, Currency::JPY, kit.ids.next_raw());
            other.make_room(&kit.db, now, &instants).await.unwrap();
        }
    }
}
