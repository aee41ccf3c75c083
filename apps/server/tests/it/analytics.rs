//! RFM, deciles, bands and retention through the router: every figure on the sample company's year, computed a second time.

mod bands;
mod names;
mod retention;

use std::collections::BTreeMap;

use access::Role;
use axum::http::{StatusCode, header};
use demo::Company;
use kernel::time::{DAY, HOUR, Millis};
use serde_json::{Value as Json, json};
use storage::{
    Db,
    bulk::{Bulk, ColumnType},
};
use testkit::START;

use crate::app::TestApp;

const PROFILE: Bulk = Bulk {
    table: "profile",
    columns: &[
        ("workspace_id", ColumnType::Int),
        ("id", ColumnType::Int),
        ("is_anonymous", ColumnType::Bool),
        ("attributes", ColumnType::Json),
        ("search_text", ColumnType::Text),
        ("first_seen_at", ColumnType::Int),
        ("last_seen_at", ColumnType::Int),
        ("created_at", ColumnType::Int),
        ("updated_at", ColumnType::Int),
    ],
    suffix: "",
};

const EVENT: Bulk = Bulk {
    table: "event",
    columns: &[
        ("workspace_id", ColumnType::Int),
        ("profile_id", ColumnType::Int),
        ("occurred_at", ColumnType::Int),
        ("id", ColumnType::Int),
        ("name_id", ColumnType::Int),
        ("amount", ColumnType::Int),
        ("order_id", ColumnType::Int),
        ("flags", ColumnType::Int),
        ("received_at", ColumnType::Int),
    ],
    suffix: "",
};

/// A household: the days since its last basket, its baskets, its money.
#[derive(Debug, Clone, Copy)]
struct Bought {
    id: i64,
    values: [i64; 3],
}

/// Writes every household and every basket's order.
async fn load(db: &Db, workspace: i64, company: &Company) {
    let people = company.households().iter().map(|household| {
        vec![
            workspace.into(),
            i64::from(household.id).into(),
            false.into(),
            "{}".into(),
            "".into(),
            0i64.into(),
            0i64.into(),
            0i64.into(),
            0i64.into(),
        ]
    });
    PROFILE.insert(db.writer(), people.collect()).await.unwrap();
    let orders = company.baskets().zip(10_000_000_i64..).map(|(basket, id)| {
        vec![
            workspace.into(),
            i64::from(basket.household).into(),
            basket.occurred_at.0.into(),
            id.into(),
            1i64.into(),
            basket.total().into(),
            id.into(),
            0i64.into(),
            0i64.into(),
        ]
    });
    EVENT.insert(db.writer(), orders.collect()).await.unwrap();
}

/// Reads what everybody bought from the data themselves.
fn bought(company: &Company) -> Vec<Bought> {
    let day = |at: Millis| (at.0 + 9 * HOUR).div_euclid(DAY);
    let today = day(company.data_end());
    let mut all: BTreeMap<u32, [i64; 3]> = BTreeMap::new();
    for basket in company.baskets() {
        let values = all.entry(basket.household).or_insert([i64::MAX, 0, 0]);
        values[0] = values[0].min(today - day(basket.occurred_at));
        values[1] += 1;
        values[2] += basket.total();
    }
    let bought = all.into_iter().map(|(id, values)| Bought {
        id: i64::from(id),
        values,
    });
    bought.collect()
}

/// Scores one axis for everybody, 1 the worst, in the order of the ids.
fn scores(all: &[Bought], axis: usize, method: &str, n: i64) -> Vec<i64> {
    let len = i64::try_from(all.len()).unwrap();
    let value = |one: &Bought| one.values[axis];
    let sign = if axis == 0 { -1 } else { 1 };
    let mut sorted: Vec<i64> = all.iter().map(value).collect();
    sorted.sort_unstable();
    let mut queue: Vec<&Bought> = all.iter().collect();
    queue.sort_by_key(|one| (sign * value(one), one.id));
    let at = |rank: i64| sorted[usize::try_from(rank.min(len - 1)).unwrap()];
    let score = |one: &Bought| match method {
        "equal_counts" => {
            let place = queue.iter().position(|other| other.id == one.id).unwrap();
            let (size, rest) = (len / n, len % n);
            let place = i64::try_from(place).unwrap();
            if place < rest * (size + 1) {
                1 + place / (size + 1)
            } else {
                1 + rest + (place - rest * (size + 1)) / size
            }
        }
        "equal_values" => {
            let below = (1..n).filter(|k| {
                let (low, rest) = ((len - 1) * k / n, (len - 1) * k % n);
                at(low) * n + (at(low + 1) - at(low)) * rest < n * value(one)
            });
            let bin = 1 + i64::try_from(below.count()).unwrap();
            if axis == 0 { n + 1 - bin } else { bin }
        }
        _ => {
            let less = sorted
                .iter()
                .filter(|other| sign * **other < sign * value(one));
            let equal = sorted.iter().filter(|other| **other == value(one));
            let twice = i64::try_from(2 * less.count() + equal.count() + 1).unwrap();
            (n * twice + 2 * len - 1) / (2 * len)
        }
    };
    all.iter().map(score).collect()
}

/// Says what some buyers bought, as the answer does.
fn sum<'a>(of: impl IntoIterator<Item = &'a Bought>) -> Json {
    let (mut buyers, mut orders, mut amount) = (0, 0, 0);
    for one in of {
        buyers += 1;
        orders += one.values[1];
        amount += one.values[2];
    }
    json!({"buyers": buyers, "orders": orders, "amount": amount})
}

/// Computes what the page of RFM shows but for the frame and the names.
fn plain_rfm(all: &[Bought], method: &str, n: i64) -> (Json, [Vec<i64>; 3]) {
    let axes = [0, 1, 2].map(|axis| scores(all, axis, method, n));
    let mut cells: BTreeMap<[i64; 3], Vec<&Bought>> = BTreeMap::new();
    for (i, one) in all.iter().enumerate() {
        let cell = [axes[0][i], axes[1][i], axes[2][i]];
        cells.entry(cell).or_default().push(one);
    }
    let cell = |([r, f, m], of): (&[i64; 3], &Vec<&Bought>)| {
        let mut cell = sum(of.iter().copied());
        (cell["r"], cell["f"], cell["m"]) = (json!(r), json!(f), json!(m));
        cell
    };
    let scored = |axis: usize| -> Vec<Json> {
        let score = |score: i64| {
            let own = all.iter().zip(&axes[axis]);
            let own = own.filter(|(_, own)| **own == score);
            let own: Vec<i64> = own.map(|(one, _)| one.values[axis]).collect();
            json!({"score": score, "buyers": own.len(), "least": own.iter().min(), "most": own.iter().max()})
        };
        (1..=n).map(score).collect()
    };
    let page = json!({
        "total": sum(all),
        "cells": cells.iter().map(cell).collect::<Vec<_>>(),
        "recency": scored(0), "frequency": scored(1), "monetary": scored(2),
    });
    (page, axes)
}

/// The three scores of an axis that a named part has, written down again.
fn part(key: &str) -> [&'static [i64]; 3] {
    const ALL: &[i64] = &[1, 2, 3, 4, 5];
    match key {
        "best" => [&[4, 5], &[4, 5], &[4, 5]],
        "loyal" => [&[4, 5], &[4, 5], &[1, 2, 3]],
        "growing" => [&[4, 5], &[3], ALL],
        "recent" => [&[4, 5], &[1, 2], ALL],
        "cooling" => [&[3], &[4, 5], ALL],
        "wavering" => [&[3], &[1, 2, 3], ALL],
        "at_risk" => [&[1, 2], &[4, 5], ALL],
        "dormant" => [&[1, 2], &[1, 2, 3], ALL],
        other => panic!("an unknown part {other}"),
    }
}

fn check_parts(view: &Json, all: &[Bought], axes: &[Vec<i64>; 3]) {
    let parts = view["parts"].as_array().unwrap();
    assert_eq!(parts.len(), 8);
    for found in parts {
        let levels = part(found["key"].as_str().unwrap());
        let own = all
            .iter()
            .enumerate()
            .filter(|(i, _)| (0..3).all(|axis| levels[axis].contains(&axes[axis][*i])));
        let own = sum(own.map(|(_, one)| one));
        for (name, value) in own.as_object().unwrap() {
            assert_eq!(found[name], *value, "{name} of {found}");
        }
        assert_eq!(json!([found["r"], found["f"], found["m"]]), json!(levels));
    }
}

fn check_deciles(view: &Json, all: &[Bought], method: &str) {
    let scores = scores(all, 2, method, 10);
    let total: i64 = all.iter().map(|one| one.values[2]).sum();
    assert_eq!(view["total"], sum(all));
    let groups = view["groups"].as_array().unwrap();
    assert_eq!(groups.len(), 10);
    let mut running = 0;
    for (group, number) in groups.iter().zip(1..) {
        let own = all.iter().zip(&scores);
        let own = own.filter(|(_, score)| **score == 11 - number);
        let own: Vec<&Bought> = own.map(|(one, _)| one).collect();
        let amount: i64 = own.iter().map(|one| one.values[2]).sum();
        running += amount;
        for (name, value) in sum(own.iter().copied()).as_object().unwrap() {
            assert_eq!(group[name], *value, "{name} of {group}");
        }
        let money = own.iter().map(|one| one.values[2]);
        assert_eq!(group["number"], number);
        assert_eq!(group["least"], json!(money.clone().min()));
        assert_eq!(group["most"], json!(money.max()));
        let near = |name: &str, value: f64| {
            let found = group[name].as_f64().unwrap();
            assert!(
                (found - value).abs() < 1e-9 * value.abs(),
                "{name} of {group}: {value}"
            );
        };
        #[expect(clippy::cast_precision_loss, reason = "far below 2^53")]
        let float = |n: i64| n as f64;
        near("share", float(amount) / float(total));
        near("cumulative", float(running) / float(total));
        near(
            "mean",
            float(amount) / float(i64::try_from(own.len()).unwrap()),
        );
    }
    assert_eq!(groups[9]["cumulative"], 1.0);
}

/// Returns the day in Tokyo, such as `2026-07-14`.
fn local_day(at: Millis) -> String {
    at.plus(9 * HOUR).to_string()[..10].to_owned()
}

/// How many stand in the best and in the worst cell, as public references have it for these data.
const CORNERS: [(&str, i64, i64); 3] = [
    ("equal_counts", 146, 227),
    ("equal_values", 202, 230),
    ("equal_ranks", 128, 226),
];

#[tokio::test(flavor = "multi_thread")]
async fn every_figure_of_the_sample_year_is_that_of_a_plain_count() {
    let company = Company::load(1, START).unwrap();
    let all = bought(&company);
    let midnight = local_day(company.data_end());
    for test in testkit::both().await {
        let app = TestApp::new(&test).await;
        load(&app.kit.db, app.kit.workspace.raw(), &company).await;
        let analyst = app.token(Role::Analyst).await;
        for (method, best, worst) in CORNERS {
            let asked = format!("as_of={midnight}&days=ever&method={method}");
            let address = format!("/api/v1/analytics/rfm?{asked}");
            let view = app
                .get(&address, &analyst)
                .await
                .expect(StatusCode::OK)
                .json();
            let (page, axes) = plain_rfm(&all, method, 5);
            for (name, value) in page.as_object().unwrap() {
                assert_eq!(view[name], *value, "{}: {method} {name}", test.name());
            }
            check_parts(&view, &all, &axes);
            let corner = |score: i64| {
                let cells = view["cells"].as_array().unwrap().iter();
                let mut own =
                    cells.filter(|cell| ["r", "f", "m"].iter().all(|axis| cell[axis] == score));
                own.next().map(|cell| cell["buyers"].clone())
            };
            assert_eq!(
                (corner(5), corner(1)),
                (Some(json!(best)), Some(json!(worst)))
            );

            let address = format!("/api/v1/analytics/deciles?{asked}");
            let deciles = app
                .get(&address, &analyst)
                .await
                .expect(StatusCode::OK)
                .json();
            check_deciles(&deciles, &all, method);
            if method == "equal_counts" {
                assert_eq!(deciles["groups"][0]["amount"], 161_072_275);
                assert_eq!(deciles["groups"][0]["least"], 436_552);
                let shares = deciles["groups"].as_array().unwrap().iter();
                let shares =
                    shares.map(|group| format!("{:.2}", 100.0 * group["share"].as_f64().unwrap()));
                let shares: Vec<String> = shares.collect();
                let known = "35.05 19.46 13.77 10.21 7.59 5.57 3.91 2.55 1.43 0.46";
                assert_eq!(shares.join(" "), known);
            }
            check_members(&app, &view, method).await;
        }
        bands::check(&app, &analyst, &all, &midnight).await;
        retention::check(&app, &analyst, &company).await;
        check_default_window(&app, &analyst, company.data_end()).await;
    }
}

/// Picks cells as the page does: whom the segment selects is who was counted.
async fn check_members(app: &TestApp, view: &Json, method: &str) {
    let marketer = app.token(Role::Marketer).await;
    let cells = view["cells"].as_array().unwrap();
    for cell in [&cells[0], &cells[cells.len() / 2], cells.last().unwrap()] {
        let standing = |by: &str, score: &Json| {
            json!({"standing": {"by": by, "within": view["frame"]["within"],
                "cut": {method: view["frame"]["groups"]}, "in": [score]}})
        };
        let root = json!({"all": [
            standing("recency", &cell["r"]),
            standing("frequency", &cell["f"]),
            standing("monetary", &cell["m"]),
        ]});
        let body = json!({"document": {"version": 1, "root": root}});
        let preview = app.post("/api/v1/segments/preview", &marketer, body).await;
        let preview = preview.expect(StatusCode::OK).json();
        assert_eq!(preview["total"], cell["buyers"], "{method}: {cell}");
    }
}

/// Without a window, the last 365 days before the day count.
async fn check_default_window(app: &TestApp, analyst: &str, midnight: Millis) {
    let day = local_day(midnight);
    let rfm = app
        .get(&format!("/api/v1/analytics/rfm?as_of={day}"), analyst)
        .await;
    let rfm = rfm.expect(StatusCode::OK).json();
    let back = |days: i64| local_day(midnight.plus(-days * DAY));
    let within = json!({"between": {"from": {"date": back(365)}, "until": {"date": back(1)}}});
    assert_eq!(rfm["frame"]["within"], within);
    assert_eq!(rfm["frame"]["days"], 365);
}

#[tokio::test]
async fn without_buyers_there_are_no_cells_and_no_shares() {
    for test in testkit::both().await {
        let app = TestApp::new(&test).await;
        let analyst = app.token(Role::Analyst).await;
        let rfm = app
            .get("/api/v1/analytics/rfm", &analyst)
            .await
            .expect(StatusCode::OK)
            .json();
        assert_eq!(
            (&rfm["cells"], &rfm["total"]["buyers"]),
            (&json!([]), &json!(0))
        );
        assert_eq!(
            rfm["recency"][4],
            json!({"score": 5, "buyers": 0, "least": null, "most": null})
        );
        assert_eq!(rfm["frame"]["within"], json!({"last": {"days": 365}}));
        let deciles = app
            .get("/api/v1/analytics/deciles?groups=3", &analyst)
            .await;
        let deciles = deciles.expect(StatusCode::OK).json();
        assert_eq!(deciles["groups"].as_array().unwrap().len(), 3);
        assert_eq!(deciles["groups"][0]["share"], Json::Null);
        assert_eq!(deciles["groups"][0]["mean"], Json::Null);
    }
}

#[tokio::test]
async fn a_wrong_question_is_answered_at_its_place() {
    let test = testkit::both().await.into_iter().next().unwrap();
    let app = TestApp::new(&test).await;
    let analyst = app.token(Role::Analyst).await;
    for (query, pointer) in [
        ("groups=1", "/groups"),
        ("groups=11", "/groups"),
        ("days=0", "/days"),
        ("days=-1", "/days"),
        ("days=3661", "/days"),
        ("days=%E4%BB%8A%E6%97%A5", "/days"),
        ("as_of=2026-02-30", "/as_of"),
        ("as_of=9999-12-31", "/as_of"),
        ("as_of=%F0%9F%8D%A3", "/as_of"),
        ("method=halves", "/method"),
    ] {
        let address = format!("/api/v1/analytics/rfm?{query}");
        let answer = app.get(&address, &analyst).await;
        let problem = answer.expect(StatusCode::UNPROCESSABLE_ENTITY).json();
        assert_eq!(problem["errors"][0]["pointer"], pointer, "{query}");
        let ticket = format!("/api/v1/analytics/rfm/ticket?{query}");
        let answer = app.post(&ticket, &analyst, json!({})).await;
        answer.expect(StatusCode::UNPROCESSABLE_ENTITY);
    }
}

#[tokio::test]
async fn the_table_comes_as_csv_once_by_ticket() {
    for test in testkit::both().await {
        let app = TestApp::new(&test).await;
        let analyst = app.token(Role::Analyst).await;
        let ticket = app
            .post(
                "/api/v1/analytics/deciles/ticket?groups=2&days=30",
                &analyst,
                json!({}),
            )
            .await;
        let url = ticket.expect(StatusCode::OK).json()["url"]
            .as_str()
            .unwrap()
            .to_owned();
        let csv = app.get(&url, "").await.expect(StatusCode::OK);
        assert_eq!(csv.headers[header::CONTENT_TYPE], "text/csv; charset=utf-8");
        assert!(
            csv.text.starts_with("\u{feff}Group,Buyers,"),
            "{}",
            csv.text
        );
        assert_eq!(csv.text.lines().count(), 3);
        app.get(&url, "").await.expect(StatusCode::NOT_FOUND);
        let direct = app
            .get("/api/v1/analytics/rfm.csv", &analyst)
            .await
            .expect(StatusCode::OK);
        assert_eq!(direct.text, "\u{feff}R,F,M,Buyers,Orders,Amount,Group\r\n");
    }
}
