use profiles::{ingest::Verdict, names};
use serde_json::{Value as Json, json};

use crate::world;

fn order(id: &str, total: Json) -> Json {
    json!({"type": "track", "event": "Order Completed", "userId": "u1", "properties": {"order_id": id, "total": total, "products": [
        {"sku": "A", "category": "食品 > 茶", "price": 100, "quantity": 2, "name": "煎茶"}, {"sku": "B", "price": 300}]}})
}

#[tokio::test]
async fn an_order_is_taken_once_whatever_the_message_id() {
    for world in world::both().await {
        assert_eq!(
            world
                .send(json!([order("1", json!(500)), order("1", json!(500))]))
                .await,
            [Verdict::Taken, Verdict::Repeated],
            "{}",
            world.name
        );
        assert_eq!(
            world.send(json!([order("1", json!("500"))])).await,
            [Verdict::Repeated]
        );
        assert_eq!(world.send(json!([order("1", json!(501))])).await.len(), 1);
        assert_eq!(world.quarantined().await, ["order_id_reused"]);
        assert_eq!(world.number("SELECT COUNT(*) FROM event").await, 3);
        assert_eq!(
            world
                .number("SELECT amount FROM event WHERE name_id = 1")
                .await,
            500
        );
        assert_eq!(
            world
                .number("SELECT quantity FROM event WHERE name_id = 1")
                .await,
            3
        );
        assert_eq!(
            world
                .texts("SELECT CAST(amount AS TEXT) FROM event WHERE name_id = 2 ORDER BY amount")
                .await,
            ["200", "300"]
        );
        assert_eq!(
            world
                .texts("SELECT t.value FROM event e JOIN term t ON t.id = e.category_id")
                .await,
            ["食品 > 茶"]
        );
        assert_eq!(world.number("SELECT n_lines FROM purchase_order").await, 2);
        let joined = "SELECT COUNT(*) FROM order_key k JOIN purchase_order o ON o.profile_id = k.profile_id AND o.id = k.order_id
                      JOIN order_line l ON l.profile_id = o.profile_id AND l.order_id = o.id
                      JOIN event e ON e.profile_id = l.profile_id AND e.id = l.event_id AND e.order_id = o.id";
        assert_eq!(world.number(joined).await, 2);
    }
}

#[tokio::test]
async fn refunds_are_negative_and_close_the_order() {
    for world in world::both().await {
        let refund = |properties: Json| json!([{"type": "track", "event": "Order Refunded", "userId": "u1", "properties": properties}]);
        world.send(json!([order("1", json!(500))])).await;
        world
            .send(refund(
                json!({"order_id": "1", "products": [{"sku": "A", "price": 100, "quantity": 1}]}),
            ))
            .await;
        assert_eq!(
            world.texts("SELECT status FROM purchase_order").await,
            ["completed"],
            "{}",
            world.name
        );
        assert_eq!(
            world
                .number("SELECT amount FROM event WHERE name_id = 12")
                .await,
            -100
        );
        assert_eq!(
            world
                .number("SELECT quantity FROM event WHERE name_id = 12")
                .await,
            -1
        );
        world.send(refund(json!({"order_id": "1"}))).await;
        assert_eq!(
            world.texts("SELECT status FROM purchase_order").await,
            ["refunded"]
        );
        let total = format!(
            "SELECT CAST(SUM(amount) AS BIGINT) FROM event WHERE name_id IN ({}, {})",
            names::ORDER_COMPLETED,
            names::ORDER_REFUNDED
        );
        assert_eq!(
            world.number(&total).await,
            0,
            "nothing is left of the order"
        );
        assert_eq!(
            world
                .number("SELECT COUNT(*) FROM event WHERE order_id IS NULL")
                .await,
            0
        );
        // A refund of an order that nobody knows still counts.
        world
            .send(refund(json!({"order_id": "x", "total": 40})))
            .await;
        assert_eq!(world.number(&total).await, -40);
    }
}

#[tokio::test]
async fn a_cancelled_order_leaves_nothing_in_the_sums() {
    for world in world::both().await {
        let cancel = json!([{"type": "track", "event": "Order Cancelled", "userId": "u1", "properties": {"order_id": "1", "total": 500}}]);
        world.send(json!([order("1", json!(500))])).await;
        assert_eq!(
            world.send(cancel.clone()).await,
            [Verdict::Taken],
            "{}",
            world.name
        );
        assert_eq!(world.send(cancel).await, [Verdict::Repeated]);
        assert_eq!(
            world.texts("SELECT status FROM purchase_order").await,
            ["cancelled"]
        );
        assert_eq!(
            world
                .number("SELECT CAST(SUM(amount) AS BIGINT) FROM event WHERE name_id IN (1, 8, 9)")
                .await,
            0
        );
    }
}

#[tokio::test]
async fn another_currency_is_kept_but_marked() {
    for world in world::both().await {
        world.send(json!([{"type": "track", "event": "Order Completed", "userId": "u1",
            "properties": {"order_id": "9", "total": 19.99, "currency": "USD", "products": [{"sku": "A", "price": "19.99"}]}}])).await;
        assert_eq!(
            world.texts("SELECT currency FROM purchase_order").await,
            ["USD"],
            "{}",
            world.name
        );
        assert_eq!(
            world
                .number("SELECT COUNT(*) FROM event WHERE flags = 8 AND amount = 1999")
                .await,
            2
        );
    }
}
