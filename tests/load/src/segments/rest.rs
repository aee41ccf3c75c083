//! The same queries as a marketer asks them: `POST /api/v1/segments/preview` to a server that has loaded the index
//! from its file.
//!
//! The shop lies in the past and the server's clock does not, so windows are written as the stretches that they are
//! on the present day of the shop.

#![expect(
    clippy::indexing_slicing,
    reason = "a member that JSON does not have is null"
)]

use std::{fs, path::Path, time::Instant};

use access::Permission;
use anyhow::{Context, ensure};
use index::{Batch, Index};
use kernel::{
    feed::{Change, ChangeKind},
    id::ProfileId,
    time::{Clock, DAY, Millis, SystemClock},
};
use segmentation::language::Document;
use serde_json::{Value as Json, json};
use storage::{Db, feed as changes};

use super::{Options, QUERIES, Took, data::NOW, feed, rules::Rules, say};
use crate::{
    database::{self, Database},
    figure::{Bar, Report},
    home::Home,
    http::{self, Connection},
    server::{Server, Start},
    shop::{self, WORKSPACE},
};

/// The most milliseconds until the counts of a query and of each of its conditions are there.
const BAR: f64 = 80.0;
/// How long a server may take to load the largest index.
const PATIENCE: std::time::Duration = std::time::Duration::from_mins(5);

/// Asks a server each query that the language can say, every time as one that nobody has asked before.
pub(super) async fn ask(
    home: &Home,
    database: &Database,
    (index, rules, known): (&Index, &Rules, &[Took]),
    options: &Options,
    report: &mut Report,
) -> anyhow::Result<()> {
    let data_dir = home.folder("segments-data")?;
    let db = database.open().await?;
    let key = shop::api_key(&db, &[Permission::SegmentsRead]).await?;
    leave(&db, index, &data_dir.join("audience")).await?;
    database::close(db).await?;
    let start = Start {
        data_dir: &data_dir,
        url: Some(&database.url),
        patience: PATIENCE,
    };
    let mut server = Server::start(home, start).await?;
    let mut rest = Rest {
        connection: Connection::open(server.port).await?,
        headers: format!("Authorization: Bearer {key}\r\nContent-Type: application/json\r\n"),
    };
    rest.loaded(&mut server).await?;
    say("a server has the index");
    let (numbers, names) = (1.., QUERIES);
    for ((number, name), known) in numbers.zip(names).zip(known) {
        let Some(document) = rules.query(number) else {
            continue;
        };
        let took = rest.median(document, known.members, options.runs).await?;
        let what = format!("{name}: counts over REST");
        report.add(what, took, "ms", Some(Bar::AtMost(BAR)));
    }
    drop(rest);
    let log = server.stop().await?;
    ensure!(log.is_empty(), "the server complained: {log}");
    report.note("over REST: the whole and each condition of a rule whose windows and lists of texts are new each time");
    Ok(())
}

/// Leaves the index as a server would that has stopped at the present end of the feed.
async fn leave(db: &Db, index: &Index, folder: &Path) -> anyhow::Result<()> {
    let tx = db.begin().await?;
    let word = Change {
        a: feed::FIRST_CATEGORY,
        ..Change::of(WORKSPACE, ProfileId::from_raw(0), ChangeKind::Term)
    };
    changes::append(&tx, SystemClock.now(), &[word]).await?;
    tx.commit().await?;
    let position = changes::head(db.reader()).await?;
    let mark = changes::mark(db.reader(), position).await?;
    let mark = mark.context("the feed is empty")?.numbers();
    index.apply(Batch {
        changes: Vec::new(),
        position: Some(position),
    })?;
    fs::create_dir_all(folder)?;
    let file = folder.join(format!("{}.index", WORKSPACE.raw()));
    index.save(&file, WORKSPACE)?;
    let length = fs::metadata(&file)?.len();
    let proof = json!({"before": mark, "after": mark, "length": length});
    Ok(fs::write(
        file.with_extension("json"),
        serde_json::to_vec(&proof)?,
    )?)
}

struct Rest {
    connection: Connection,
    headers: String,
}

impl Rest {
    /// Waits until the index answers, and makes sure that it was not made of the empty tables.
    async fn loaded(&mut self, server: &mut Server) -> anyhow::Result<()> {
        let began = Instant::now();
        loop {
            let answer = self.connection.get("/api/v1/audience", &self.headers);
            let told = answer.await?.json()?;
            match told["state"].as_str() {
                Some("building") if began.elapsed() < PATIENCE => {}
                Some("following") => {
                    ensure!(
                        told["begun_from"] == "snapshot",
                        "the file was refused: {told}"
                    );
                    return Ok(());
                }
                _ => anyhow::bail!("the index does not answer: {told}"),
            }
            server.check()?;
            tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        }
    }

    async fn median(
        &mut self,
        document: &Document,
        members: u64,
        runs: usize,
    ) -> anyhow::Result<f64> {
        let mut took = Vec::with_capacity(runs);
        // The first is for the server to warm up.
        for run in 0..=runs.max(1) {
            let mut document = document.to_json();
            renew(&mut document, run);
            let body = json!({ "document": document }).to_string();
            let length = u64::try_from(body.len())?;
            let head = http::head("POST", "/api/v1/segments/preview", &self.headers, length);
            let request = head + &body;
            let began = Instant::now();
            let answer = self.connection.send(request.as_bytes()).await?;
            took.push(began.elapsed().as_secs_f64() * 1e3);
            let told = answer.json()?;
            let by = &told["source"]["answered_by"];
            ensure!(by == "index", "not the index answered: {}", told["source"]);
            let total = &told["total"];
            ensure!(
                *total == members,
                "the server counts {total}, this program {members}"
            );
        }
        let mut took = took.split_off(1);
        took.sort_by(f64::total_cmp);
        took.get(took.len() / 2)
            .copied()
            .context("nothing was asked")
    }
}

/// Fixes windows to the present of the shop, and gives lists of texts one more that nobody has.
fn renew(rule: &mut Json, run: usize) {
    match rule {
        Json::Object(members) => {
            if let Some(days) = members.get("last").and_then(|last| last["days"].as_i64()) {
                let now = Millis(feed::instant(NOW));
                let (from, until) = (now.plus(-days * DAY).to_string(), now.to_string());
                let between = json!({"from": {"instant": from}, "until": {"instant": until}});
                members.clear();
                members.insert("between".to_owned(), between);
                return;
            }
            for (name, member) in members.iter_mut() {
                match member {
                    Json::Array(texts) if name == "in" && texts.iter().all(Json::is_string) => {
                        texts.push(format!("nobody {run}").into());
                    }
                    other => renew(other, run),
                }
            }
        }
        Json::Array(all) => all.iter_mut().for_each(|one| renew(one, run)),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn windows_are_fixed_and_lists_are_new_each_time() {
        let mut rule = json!({"all": [
            {"fact": {"test": {"text": {"in": ["a"]}}}},
            {"events": {"within": {"last": {"days": 1}}, "test": "never"}},
            {"segment": {"id": "seg_1"}},
        ]});
        renew(&mut rule, 3);
        let expected = json!({"all": [
            {"fact": {"test": {"text": {"in": ["a", "nobody 3"]}}}},
            {"events": {"within": {"between": {
                "from": {"instant": "2025-12-27T00:00:00.000Z"},
                "until": {"instant": "2025-12-28T00:00:00.000Z"},
            }}, "test": "never"}},
            {"segment": {"id": "seg_1"}},
        ]});
        assert_eq!(rule, expected);
    }
}
