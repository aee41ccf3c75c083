//! Driving: at full load every connection sends as soon as it has its answer; at a fixed rate batches
//! are due at fixed instants, and a late one has waited since then.

use std::{
    cell::{Cell, RefCell},
    rc::Rc,
    time::{Duration, Instant},
};

use base64::{Engine, engine::general_purpose::STANDARD};
use kernel::time::{Clock, SystemClock};
use tokio::task::LocalSet;

use super::message::{BATCH, Maker, Sent};
use crate::{
    http::{self, Connection},
    latency::Waits,
};

/// Connections that share a fixed rate: enough that a slow batch holds up none of the next seconds.
const SPARE: usize = 64;

/// How fast to send.
#[derive(Clone, Copy)]
pub(crate) enum Pace {
    /// As fast as so many connections can.
    Full(usize),
    /// So many messages a second, whatever the server does.
    Fixed(f64),
}

/// What came of a phase.
pub(crate) struct Tally {
    /// How long batches waited for their answers.
    pub(crate) waits: Waits,
    /// What was answered with success.
    pub(crate) sent: Sent,
    /// Batches answered otherwise or not at all.
    pub(crate) n_failed: u64,
    /// How long it took, to the last answer.
    pub(crate) took: Duration,
}

impl Tally {
    /// Returns the messages that were stored in a second.
    #[expect(clippy::cast_precision_loss, reason = "a rate for people")]
    pub(crate) fn per_second(&self) -> f64 {
        self.sent.messages as f64 / self.took.as_secs_f64()
    }
}

/// Who sends.
pub(crate) struct Client {
    port: u16,
    headers: String,
    people: u64,
    /// The next mark of a maker.
    mark: Cell<u64>,
}

/// What the connections of a phase share.
struct Phase {
    port: u16,
    headers: String,
    begin: Instant,
    end: Instant,
    /// Between two batches; zero at full load.
    step: Duration,
    next: Cell<u32>,
    waits: RefCell<Vec<Duration>>,
    sent: Cell<Sent>,
    n_failed: Cell<u64>,
}

impl Client {
    /// Makes a client that signs with a write key.
    pub(crate) fn new(port: u16, key: &str, people: u64) -> Self {
        let basic = STANDARD.encode(format!("{key}:"));
        Self {
            port,
            headers: format!("Authorization: Basic {basic}\r\nContent-Type: application/json\r\n"),
            people,
            // Every run has marks of its own, so that a base can be used again.
            mark: Cell::new(SystemClock.now().0.cast_unsigned() << 8 & 0xffff_ff00),
        }
    }

    /// Sends for a while.
    pub(crate) async fn run(&self, pace: Pace, span: Duration) -> Tally {
        let (n, step) = match pace {
            Pace::Full(n) => (n, Duration::ZERO),
            #[expect(clippy::cast_precision_loss, reason = "a hundred")]
            Pace::Fixed(rate) => (SPARE, Duration::from_secs_f64(BATCH as f64 / rate)),
        };
        let begin = Instant::now();
        let phase = Rc::new(Phase {
            port: self.port,
            headers: self.headers.clone(),
            begin,
            end: begin + span,
            step,
            next: Cell::new(0),
            waits: RefCell::default(),
            sent: Cell::default(),
            n_failed: Cell::default(),
        });
        let connections = LocalSet::new();
        for _ in 0..n {
            self.mark.set(self.mark.get() + 1);
            let maker = Maker::new(self.people, self.mark.get());
            connections.spawn_local(phase.clone().connection(maker));
        }
        connections.await;
        Tally {
            waits: Waits::new(phase.waits.take()),
            sent: phase.sent.get(),
            n_failed: phase.n_failed.get(),
            took: begin.elapsed(),
        }
    }
}

impl Phase {
    /// Works on one connection until the phase ends; a broken one is opened anew.
    async fn connection(self: Rc<Self>, mut maker: Maker) {
        let (mut body, mut request) = (String::new(), Vec::new());
        let mut open = None;
        while let Some(due) = self.due() {
            let sent = maker.write(&mut body, SystemClock.now());
            request.clear();
            let head = http::head("POST", "/v1/batch", &self.headers, body.len() as u64);
            request.extend_from_slice(head.as_bytes());
            request.extend_from_slice(body.as_bytes());
            if !self.step.is_zero() {
                tokio::time::sleep_until(due.into()).await;
            }
            let from = if self.step.is_zero() {
                Instant::now()
            } else {
                due
            };
            match self.exchange(&mut open, &request).await {
                Ok(true) => {
                    self.waits.borrow_mut().push(from.elapsed());
                    let mut all = self.sent.get();
                    all.add(sent);
                    self.sent.set(all);
                }
                outcome => {
                    self.n_failed.set(self.n_failed.get() + 1);
                    if outcome.is_err() {
                        open = None;
                        tokio::time::sleep(Duration::from_millis(50)).await;
                    }
                }
            }
        }
    }

    /// Takes the next batch and tells when it is due; `None` after the end.
    fn due(&self) -> Option<Instant> {
        let n = self.next.get();
        self.next.set(n + 1);
        let due = if self.step.is_zero() {
            Instant::now()
        } else {
            self.begin + self.step * n
        };
        (due < self.end).then_some(due)
    }

    async fn exchange(
        &self,
        open: &mut Option<Connection>,
        request: &[u8],
    ) -> anyhow::Result<bool> {
        let connection = match open {
            Some(connection) => connection,
            None => open.insert(Connection::open(self.port).await?),
        };
        Ok(connection.send(request).await?.is_good())
    }
}
