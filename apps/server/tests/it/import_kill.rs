//! `kill -9` in the middle of an import: the real server, two kills, every line exactly once.
//!
//! 40,000 lines in the usual run; `ENISHI_IMPORT_LINES=1000000` for the long form.

use std::{collections::BTreeSet, fmt::Write as _, path::Path};

use kernel::time::{Clock, SystemClock};
use storage::sql;

use crate::process::{Process, Stage, until};

const KILLS: i64 = 2;
const HEADER: &str = "注文番号,会員番号,購入日時,商品コード,数量,金額\n";

#[expect(
    clippy::disallowed_methods,
    reason = "the long form is asked for in the environment"
)]
fn n_lines() -> i64 {
    let asked = std::env::var("ENISHI_IMPORT_LINES").ok();
    asked.and_then(|text| text.parse().ok()).unwrap_or(40_000)
}

/// Lines that cannot be taken: an amount that is none, and a quote that goes on after its end.
fn is_bad(n: i64) -> bool {
    n % 97 == 0 || n % 501 == 0
}

/// One line of the file; each has an amount of its own, so that a sum tells of any line lost or doubled.
fn write_line(text: &mut String, n: i64) {
    let (order, customer) = (n / 3, n / 3 % 400);
    let head = format!("K-{order},{customer},2026-02-03 10:00,sku{}", n % 50);
    let line = match n {
        n if n % 97 == 0 => writeln!(text, "{head},1,たくさん"),
        n if n % 501 == 0 => writeln!(text, "{head},1,\"1\"0"),
        n => writeln!(text, "{head},1,{n}"),
    };
    line.unwrap();
}

fn pieces() -> impl Iterator<Item = Vec<u8>> {
    let n = n_lines();
    let blocks = (1..=n).step_by(1_000).map(move |first| {
        let mut text = String::new();
        for line in first..(first + 1_000).min(n + 1) {
            write_line(&mut text, line);
        }
        text.into_bytes()
    });
    std::iter::once(HEADER.as_bytes().to_vec()).chain(blocks)
}

async fn n_done(process: &Process, path: &str) -> i64 {
    let import = process.json("GET", path, None).await;
    assert_ne!(import["state"], "failed", "{import}");
    ["n_taken", "n_repeated", "n_refused"]
        .iter()
        .map(|field| import[*field].as_i64().unwrap())
        .sum()
}

async fn survive(stage: Stage, folder: &Path) {
    let n = n_lines();
    let mut process = Process::start(&stage, folder).await;
    let path = process.import("orders", pieces()).await;
    let mut dice = SystemClock.now().0;
    let mut reached = 0;
    for kill in 1..=KILLS {
        dice = dice
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        let share = 10 + (kill - 1) * 30 + (dice >> 33).rem_euclid(20);
        until("enough lines are in", async || {
            n_done(&process, &path).await >= n * share / 100
        })
        .await;
        reached = n_done(&process, &path).await;
        // Dropping is SIGKILL: no handler runs, nothing is flushed.
        drop(process);
        assert!(reached < n, "kill {kill} came too late to test anything");
        process = Process::start(&stage, folder).await;
        let again = n_done(&process, &path).await;
        assert!(again >= reached, "{again} of {reached} lines are known yet");
    }
    until("the import is done", async || {
        let import = process.json("GET", &path, None).await;
        assert_ne!(import["state"], "failed", "{import}");
        import["state"] == "done"
    })
    .await;
    let bad: BTreeSet<i64> = (1..=n).filter(|n| is_bad(*n)).collect();
    let n_bad = i64::try_from(bad.len()).unwrap();
    let import = process.json("GET", &path, None).await;
    assert_eq!(import["n_taken"], n - n_bad, "{reached}: {import}");
    assert_eq!(
        (&import["n_repeated"], &import["n_refused"]),
        (&0.into(), &n_bad.into())
    );

    let ticket = process
        .json(
            "POST",
            &format!("{path}/refused/ticket"),
            Some(&serde_json::json!({})),
        )
        .await;
    let (status, csv) = process
        .ask("GET", ticket["url"].as_str().unwrap(), None)
        .await;
    assert_eq!(status, 200);
    let mut told: Vec<i64> = csv.lines().skip(1).filter_map(line_number).collect();
    told.sort_unstable();
    // The header is line 1 of the file.
    let expected: Vec<i64> = bad.iter().map(|n| n + 1).collect();
    assert_eq!(
        told, expected,
        "the quarantine holds each refused line once"
    );
    drop(process);

    let db = stage.open().await;
    let number = async |text: &str| sql::number(db.reader(), text, []).await.unwrap();
    let good = (1..=n).filter(|n| !is_bad(*n));
    let (n_good, sum) = (n - n_bad, good.sum::<i64>());
    assert_eq!(number("SELECT COUNT(*) FROM order_line").await, n_good);
    let lines = "FROM event WHERE name_id = 2";
    assert_eq!(number(&format!("SELECT COUNT(*) {lines}")).await, n_good);
    let of_lines = format!("SELECT CAST(SUM(amount) AS BIGINT) {lines}");
    assert_eq!(number(&of_lines).await, sum, "each line exactly once");
    let of_orders = "SELECT CAST(SUM(amount) AS BIGINT) FROM purchase_order";
    assert_eq!(number(of_orders).await, sum, "orders add up to their lines");
    db.close().await.unwrap();
}

/// Reads the line number off a row of the downloaded file: the last column but two.
fn line_number(row: &str) -> Option<i64> {
    let code = ["amount", "broken_quote"]
        .iter()
        .find_map(|code| row.find(&format!(",{code},")))?;
    row.get(..code)?.rsplit(',').next()?.parse().ok()
}

#[tokio::test]
async fn kills_lose_no_line_and_double_none_on_sqlite() {
    let folder = tempfile::tempdir().unwrap();
    survive(Stage::sqlite(folder.path()).await, folder.path()).await;
}

#[tokio::test]
async fn kills_lose_no_line_and_double_none_on_postgres() {
    let folder = tempfile::tempdir().unwrap();
    survive(Stage::postgres().await, folder.path()).await;
}
