use serde_json::json;

use super::*;
use crate::ingest::message::Shared;

#[expect(
    clippy::needless_pass_by_value,
    reason = "cases are written as literals"
)]
fn read(event: &str, properties: Json) -> Result<Draft, Refusal> {
    let raw = json!({"event": event, "userId": "u", "properties": properties}).to_string();
    let message = Message::read(&raw, Some(Call::Track), &Shared::default()).unwrap();
    draft(&message, Currency::JPY).map(Option::unwrap)
}

#[test]
fn an_order_has_its_total_and_its_lines() {
    let draft = read(
        "Order Completed",
        json!({"order_id": 7, "total": "12,800", "products": [
            {"sku": "A", "price": 1000, "quantity": 3, "category": "食品>茶"}, {"product_id": "B", "price": "33.3333", "quantity": 3}]}),
    )
    .unwrap();
    let order = draft.order.unwrap();
    assert_eq!(
        (
            order.order_no.as_str(),
            draft.line.amount,
            draft.line.quantity
        ),
        ("7", Some(12_800), Some(6))
    );
    let lines: Vec<_> = order
        .lines
        .iter()
        .map(|line| (line.sku.as_deref(), line.amount, line.quantity))
        .collect();
    assert_eq!(
        lines,
        [
            (Some("A"), Some(3_000), Some(3)),
            (Some("B"), Some(100), Some(3))
        ]
    );
    assert_eq!(order.lines[0].category.as_deref(), Some("食品 > 茶"));
}

#[test]
fn where_an_event_happened_is_one_text() {
    let place = |properties: Json, context: Json| {
        let raw =
            json!({"event": "来店", "userId": "u", "properties": properties, "context": context});
        let message = Message::read(&raw.to_string(), Some(Call::Track), &Shared::default());
        let draft = draft(&message.unwrap(), Currency::JPY).unwrap().unwrap();
        Json::Object(draft.line.properties)
    };
    let location = json!({"location": {"latitude": 35.5, "longitude": 139.5, "speed": 0}});
    for (properties, context, expected) in [
        (
            json!({"lat": 35.6, "lng": "139.7", "shop": "本店"}),
            location.clone(),
            json!({"lat": 35.6, "lng": "139.7", "shop": "本店", "place": "35.6,139.7"}),
        ),
        (json!({}), location.clone(), json!({"place": "35.5,139.5"})),
        (
            json!({"place": "東京", "at": {"lat": 1, "lon": 2}}),
            location,
            json!({"place": "東京", "at": "1,2"}),
        ),
        (
            json!({"lat": 91, "lng": 0}),
            json!({}),
            json!({"lat": 91, "lng": 0}),
        ),
        (
            json!({"lat": 1}),
            json!({"location": "東京📍"}),
            json!({"lat": 1}),
        ),
        (
            json!({"place": {"lat": 1, "lng": 2, "name": "店"}}),
            json!({}),
            json!({"place": {"lat": 1, "lng": 2, "name": "店"}}),
        ),
    ] {
        assert_eq!(place(properties, context), expected);
    }
}

#[test]
fn money_is_exact_in_its_currency() {
    for (total, currency, minor) in [
        (json!(0.1), "USD", 10),
        (json!(19.99), "usd", 1999),
        (json!("1.005"), "KWD", 1005),
        (json!(1e3), "JPY", 1000),
    ] {
        let draft = read(
            "Order Completed",
            json!({"order_id": "1", "total": total, "currency": currency}),
        )
        .unwrap();
        assert_eq!(draft.line.amount, Some(minor), "{total} {currency}");
        assert_eq!(draft.flags == FOREIGN, currency != "JPY");
    }
    for total in [
        json!("12.5"),
        json!(1e300),
        json!("free"),
        json!("99999999999999999999"),
    ] {
        let refused =
            read("Order Completed", json!({"order_id": "1", "total": total})).unwrap_err();
        assert_eq!(refused.code(), "bad_amount", "{total}");
    }
    assert_eq!(
        read(
            "Order Completed",
            json!({"order_id": "1", "currency": "円"})
        )
        .unwrap_err()
        .code(),
        "bad_amount"
    );
    assert_eq!(
        read("Order Completed", json!({"total": 5})).unwrap_err(),
        Refusal::NoOrderId
    );
}

#[test]
fn a_refund_is_negative_whatever_its_sign() {
    for total in [json!(500), json!(-500)] {
        let draft = read("Order Refunded", json!({"order_id": "1", "total": total})).unwrap();
        assert_eq!(draft.line.amount, Some(-500));
    }
    assert_eq!(
        read("Order Refunded", json!({"order_id": "1"}))
            .unwrap()
            .line
            .amount,
        None
    );
}

#[test]
fn a_product_event_fills_the_columns() {
    let draft = read(
        "Product Added",
        json!({"sku": "A", "price": 250, "quantity": 2, "category": "茶"}),
    )
    .unwrap();
    assert_eq!(draft.name_id, Some(names::PRODUCT_ADDED));
    assert_eq!(
        (
            draft.line.amount,
            draft.line.quantity,
            draft.line.sku.as_deref()
        ),
        (Some(500), Some(2), Some("A"))
    );
    let odd = read(
        "Product Viewed",
        json!({"product_id": 12, "price": {"x": 1}}),
    )
    .unwrap();
    assert_eq!(
        (odd.line.sku.as_deref(), odd.line.amount),
        (Some("12"), None)
    );
}

#[test]
fn only_the_product_writes_reserved_names() {
    assert_eq!(
        read("Message Opened", json!({})).unwrap_err().code(),
        "reserved_name"
    );
    assert_eq!(read(" ", json!({})).unwrap_err(), Refusal::NoEventName);
    assert_eq!(
        read(&"x".repeat(201), json!({})).unwrap_err(),
        Refusal::NoEventName
    );
}
