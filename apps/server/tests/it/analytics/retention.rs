//! Retention and churn of the sample company's year, counted a second time from its baskets.

use std::collections::{BTreeMap, BTreeSet};

use access::Role;
use axum::http::StatusCode;
use demo::Company;
use kernel::time::{DAY, Millis};
use serde_json::{Value as Json, json};
use testkit::START;

use super::local_day;
use crate::app::TestApp;

/// Months since the year 0, and the first instant of the next, by Tokyo's clocks.
fn month(at: Millis) -> i64 {
    let day = local_day(at);
    let number = |range: std::ops::Range<usize>| day[range].parse::<i64>().unwrap();
    number(0..4) * 12 + number(5..7) - 1
}

fn end(month: i64) -> Millis {
    let next = month + 1;
    let text = format!("{}-{:02}-01T00:00:00+09:00", next / 12, next % 12 + 1);
    Millis::parse(&text).unwrap()
}

/// Computes the points of some households: retained, then lost.
fn points(households: &[&Vec<Millis>], months: i64, lapse_days: i64) -> [Vec<Option<[i64; 2]>>; 2] {
    let present = month(START);
    [true, false].map(|is_retained| {
        let point = |after: i64| {
            let over = households
                .iter()
                .filter(|orders| month(*orders.iter().min().unwrap()) + after < present);
            let over: Vec<_> = over.collect();
            let own = over.iter().filter(|orders| {
                let then = month(*orders.iter().min().unwrap()) + after;
                if is_retained {
                    return orders.iter().any(|at| month(*at) == then);
                }
                let from = end(then).plus(-lapse_days * DAY);
                !orders
                    .iter()
                    .any(|at| (from.0..end(then).0).contains(&at.0))
            });
            let n = i64::try_from(own.count()).unwrap();
            (!over.is_empty()).then(|| [n, i64::try_from(over.len()).unwrap()])
        };
        (0..=months).map(point).collect()
    })
}

fn same(curve: &Json, households: &[&Vec<Millis>], [months, lapse]: [i64; 2]) {
    assert_eq!(curve["customers"], households.len(), "{curve}");
    let expected = points(households, months, lapse);
    for (name, expected) in ["retained", "lost"].iter().zip(expected) {
        let found = curve[name].as_array().unwrap().iter();
        let found: Vec<Option<[i64; 2]>> = found
            .map(|point| Some([point["n"].as_i64()?, point["of"].as_i64()?]))
            .collect();
        assert_eq!(found, expected, "{name} of {}", curve["key"]);
        for point in curve[name]
            .as_array()
            .unwrap()
            .iter()
            .filter(|point| !point.is_null())
        {
            let [low, rate, high] = ["low", "rate", "high"].map(|one| point[one].as_f64().unwrap());
            assert!(
                0.0 <= low && low <= rate && rate <= high && high <= 1.0,
                "{point}"
            );
        }
    }
}

async fn get(app: &TestApp, token: &str, query: &str) -> Json {
    let address = format!("/api/v1/analytics/retention{query}");
    app.get(&address, token).await.expect(StatusCode::OK).json()
}

/// Every figure of the year is that of the baskets: by month, together, and of a segment.
pub(super) async fn check(app: &TestApp, analyst: &str, company: &Company) {
    let (mut orders, mut spent) = (
        BTreeMap::<u32, Vec<Millis>>::new(),
        BTreeMap::<u32, i64>::new(),
    );
    for basket in company.baskets() {
        orders
            .entry(basket.household)
            .or_default()
            .push(basket.occurred_at);
        *spent.entry(basket.household).or_default() += basket.total();
    }
    let first = |orders: &Vec<Millis>| month(*orders.iter().min().unwrap());
    let earliest = month(START) - 11;
    let counted = |orders: &&Vec<Millis>| first(orders) >= earliest;
    let everybody: Vec<&Vec<Millis>> = orders.values().filter(counted).collect();

    let view = get(app, analyst, "").await;
    same(&view["whole"], &everybody, [12, 90]);
    let curves = view["curves"].as_array().unwrap();
    assert_eq!(curves.len(), 12);
    for (curve, cohort) in curves.iter().zip(earliest..) {
        let own: Vec<_> = everybody
            .iter()
            .copied()
            .filter(|orders| first(orders) == cohort)
            .collect();
        assert_eq!(
            curve["key"],
            format!("{}-{:02}", cohort / 12, cohort % 12 + 1)
        );
        same(curve, &own, [12, 90]);
    }

    let rule = json!({"version": 2, "root": {"all": [{"standing": {"by": "monetary", "within": "ever",
        "cut": {"breaks": [100_000]}, "first": "best", "in": [1]}}]}});
    let owner = app.token(Role::Owner).await;
    let body = json!({"name": "よく買う人", "document": rule});
    let segment = app.post("/api/v1/segments", &owner, body).await;
    let segment = segment.expect(StatusCode::CREATED).json();
    let id = segment["id"].as_str().unwrap();
    let members: BTreeSet<u32> = spent
        .iter()
        .filter(|(_, sum)| **sum >= 100_000)
        .map(|(id, _)| *id)
        .collect();
    let own = orders
        .iter()
        .filter(|(id, orders)| members.contains(id) && counted(orders));
    let own: Vec<&Vec<Millis>> = own.map(|(_, orders)| orders).collect();
    let view = get(
        app,
        analyst,
        &format!("?by=segment&segments={id}&months=6&lapse=31"),
    )
    .await;
    same(&view["whole"], &everybody, [6, 31]);
    same(&view["curves"][0], &own, [6, 31]);
    assert_eq!(view["curves"][0]["name_ja"], "よく買う人");
    let narrowed = get(app, analyst, &format!("?segments={id}&months=6&lapse=31")).await;
    same(&narrowed["whole"], &own, [6, 31]);

    let csv = app
        .get("/api/v1/analytics/retention.csv?by=channel", analyst)
        .await;
    let csv = csv.expect(StatusCode::OK).text;
    assert!(csv.lines().nth(1).unwrap().starts_with("Unknown,"), "{csv}");
}

#[tokio::test]
async fn a_wrong_question_about_retention_is_answered_at_its_place() {
    let test = testkit::both().await.into_iter().next().unwrap();
    let app = TestApp::new(&test).await;
    let analyst = app.token(Role::Analyst).await;
    let elsewhere = "seg_00000000-0000-8000-8000-000000000001";
    for (query, pointer) in [
        ("by=week", "/by"),
        ("by=attribute:", "/by"),
        ("by=attribute:%F0%9F%8D%A3", "/by"),
        ("by=segment", "/segments"),
        ("by=segment&segments=%2C", "/segments"),
        ("segments=7", "/segments"),
        (&format!("segments={elsewhere}"), "/segments"),
        (
            &format!("segments={}", [elsewhere; 9].join(",")),
            "/segments",
        ),
        ("cohorts=0", "/cohorts"),
        ("cohorts=37", "/cohorts"),
        ("months=%EF%BC%91", "/months"),
        ("months=-1", "/months"),
        ("lapse=3661", "/lapse"),
        ("lapse=99999999999999999999", "/lapse"),
    ] {
        for address in ["retention", "retention.csv"] {
            let address = format!("/api/v1/analytics/{address}?{query}");
            let answer = app.get(&address, &analyst).await;
            let problem = answer.expect(StatusCode::UNPROCESSABLE_ENTITY).json();
            assert_eq!(problem["errors"][0]["pointer"], pointer, "{query}");
        }
    }
    let view = get(&app, &analyst, "?by=source").await;
    assert_eq!(
        (&view["whole"]["customers"], &view["curves"]),
        (&json!(0), &json!([]))
    );
    assert_eq!(view["whole"]["retained"], json!(vec![Json::Null; 13]));
}
