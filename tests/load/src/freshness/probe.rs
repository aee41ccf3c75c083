//! Customers who do one thing each, and the wait until the database tells that they entered.

use std::{
    cell::{Cell, RefCell},
    collections::HashMap,
    time::{Duration, Instant},
};

use anyhow::{Context, ensure};
use base64::{Engine, engine::general_purpose::STANDARD};
use kernel::{
    id::SegmentId,
    time::{Clock, Millis, SystemClock},
};
use sea_orm::DatabaseConnection;
use storage::sql;

use crate::{
    http::{self, Connection},
    ingest,
    latency::Waits,
    shop::WORKSPACE,
};

/// What they do; nobody else does it.
pub(super) const EVENT: &str = "Probe";
/// How often the database is asked.
const LOOK: Duration = Duration::from_millis(2);
/// Who has not entered for so long after the last event never will.
const PATIENCE: Duration = Duration::from_secs(30);
/// Whose waits are told with their time: work that comes once a minute shows by its second.
const SLOW: Duration = Duration::from_millis(300);
/// Slow ones with less between them belong together.
const GAP: i64 = 500;
/// Far apart, so that the waited-for are spread over the base.
const STRIDE: u64 = 7_919;

/// What came of them.
pub(super) struct Found {
    /// From the answer to the event until the interval could be read.
    pub(super) waits: Waits,
    /// How many entered: everyone.
    pub(super) n: usize,
    /// When the slow ones were waited for, and how many they were.
    pub(super) slow: Vec<Slow>,
}

/// A time in which customers waited for longer than [`SLOW`].
pub(super) struct Slow {
    /// Its first and its last answer.
    pub(super) span: [Millis; 2],
    pub(super) n: usize,
}

/// Sends their events.
pub(super) struct Probes {
    port: u16,
    headers: String,
    people: u64,
    /// How many have been sent; each is another customer.
    n: u64,
}

impl Probes {
    pub(super) fn new(port: u16, key: &str, people: u64) -> Self {
        let basic = STANDARD.encode(format!("{key}:"));
        Self {
            port,
            headers: format!("Authorization: Basic {basic}\r\nContent-Type: application/json\r\n"),
            people,
            n: 0,
        }
    }

    /// Sends the event of the next customer; returns her profile.
    async fn send(&mut self, connection: &mut Connection) -> anyhow::Result<i64> {
        self.n += 1;
        ensure!(self.n < self.people, "everybody has been waited for");
        let person = self.n * STRIDE % self.people;
        let now = SystemClock.now();
        let body = format!(
            r#"{{"messageId":"probe-{now}-{}","timestamp":"{now}","userId":"u{person}","event":"{EVENT}","properties":{{}}}}"#,
            self.n
        );
        let head = http::head("POST", "/v1/track", &self.headers, body.len() as u64);
        let answer = connection.send((head + &body).as_bytes()).await?;
        ensure!(answer.is_good(), "a probe was answered {}", answer.status);
        Ok(ingest::profile(person))
    }
}

/// Looks who has entered.
pub(super) struct Watch<'a> {
    db: &'a DatabaseConnection,
    segment: SegmentId,
    /// Entries up to here have been seen: no two of a workspace happen at once.
    seen: i64,
}

impl<'a> Watch<'a> {
    pub(super) const fn new(db: &'a DatabaseConnection, segment: SegmentId) -> Self {
        Self {
            db,
            segment,
            seen: 0,
        }
    }

    /// Sends so many a second until the load is over, and waits for every one.
    pub(super) async fn follow(
        &mut self,
        probes: &mut Probes,
        per_second: u32,
        is_over: &Cell<bool>,
    ) -> anyhow::Result<Found> {
        let waiting = RefCell::new(HashMap::new());
        let is_sent = Cell::new(false);
        let sending = async {
            let mut connection = Connection::open(probes.port).await?;
            let mut due = tokio::time::interval(Duration::from_secs(1) / per_second);
            while !is_over.get() {
                due.tick().await;
                let profile = probes.send(&mut connection).await?;
                waiting.borrow_mut().insert(profile, Instant::now());
            }
            is_sent.set(true);
            Ok(())
        };
        let look = async {
            let (mut waits, mut early, mut last) = (Vec::new(), Vec::new(), Instant::now());
            let mut slow = Vec::new();
            while !is_sent.get() || !waiting.borrow().is_empty() {
                if !is_sent.get() {
                    last = Instant::now();
                }
                ensure!(
                    last.elapsed() < PATIENCE,
                    "{} never entered",
                    waiting.borrow().len()
                );
                tokio::time::sleep(LOOK).await;
                early.extend(self.entered().await?);
                let now = Instant::now();
                // Whose entering was read before the answer had been has not waited at all once it is there.
                early.retain(|profile| match waiting.borrow_mut().remove(profile) {
                    Some(since) => {
                        let wait = now.duration_since(since);
                        if wait > SLOW {
                            slow.push(SystemClock.now().plus(-millis(wait)));
                        }
                        waits.push(wait);
                        false
                    }
                    None => true,
                });
            }
            Ok((waits, slow))
        };
        let (all_sent, found): (anyhow::Result<()>, anyhow::Result<_>) =
            tokio::join!(sending, look);
        all_sent?;
        let (waits, slow) = found?;
        Ok(Found {
            n: waits.len(),
            slow: together(slow),
            waits: Waits::new(waits),
        })
    }

    async fn entered(&mut self) -> anyhow::Result<Vec<i64>> {
        let text = "SELECT profile_id, entered_at FROM membership
            WHERE segment_id = $1 AND entered_at > $2 AND workspace_id = $3 ORDER BY entered_at";
        let values = [
            self.segment.raw().into(),
            self.seen.into(),
            WORKSPACE.raw().into(),
        ];
        let rows = sql::rows(self.db, text, values).await?;
        let mut entered = Vec::with_capacity(rows.len());
        for row in rows {
            entered.push(row.try_get_by_index(0).context("no profile")?);
            self.seen = row.try_get_by_index(1).context("no instant")?;
        }
        Ok(entered)
    }
}

fn millis(span: Duration) -> i64 {
    i64::try_from(span.as_millis()).unwrap_or(i64::MAX)
}

/// Puts instants together that lie close to each other.
fn together(mut instants: Vec<Millis>) -> Vec<Slow> {
    instants.sort_unstable();
    let near = |a: &Millis, b: &Millis| b.0 - a.0 < GAP;
    let spans = instants.chunk_by(near);
    let slow = |span: &[Millis]| {
        Some(Slow {
            span: [*span.first()?, *span.last()?],
            n: span.len(),
        })
    };
    spans.filter_map(slow).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slow_ones_near_each_other_are_told_together() {
        let slow = together([900, 100, 0, 5_000].map(Millis).into());
        let told: Vec<_> = slow.iter().map(|slow| (slow.span[0].0, slow.n)).collect();
        assert_eq!(told, [(0, 2), (900, 1), (5_000, 1)]);
        assert!(together(Vec::new()).is_empty());
    }
}
