//! HTTP/2: a few connections that carry the requests of many lanes at once.
//!
//! Each connection is driven by a task of its own, which ends when nobody can use it any more. A lane that
//! is dropped takes its stream with it (`RST_STREAM`), and nothing else of the connection.

use std::{
    fmt,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use http_body_util::Full;
use hyper::{
    body::Bytes,
    client::conn::http2::{self, SendRequest},
};
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use tokio::{
    sync::Mutex,
    time::{Instant, timeout},
};

use super::{Fault, Reply, Sent, Way, broken, read};
use crate::{ReasonClass, Stage, dial::Address};

/// How often a connection with requests under way is asked for a sign of life.
const PING: Duration = Duration::from_secs(20);
/// How long the sign may take.
const PONG: Duration = Duration::from_secs(10);
/// How often a request is begun that the server has certainly not acted on: a connection that had ended
/// unnoticed, a server that was leaving, and the one that takes it.
const TRIES: u32 = 3;
/// The most bytes of the head of an answer.
const MAX_HEAD: u32 = 16 * 1024;
/// After a failure nobody dials again for so long: all lanes would wait for it, one behind the other.
const AFTER_FAILURE: Duration = Duration::from_secs(1);

/// A few connections to one host.
pub struct Shared {
    way: Way,
    address: Address,
    slots: Vec<Mutex<Slot>>,
    next: AtomicUsize,
    dialled: AtomicUsize,
}

#[derive(Default)]
struct Slot {
    sender: Option<Sender>,
    failure: Option<(Instant, Fault)>,
    used_at: Option<Instant>,
}

/// A way to put requests on a connection.
#[derive(Clone)]
struct Sender {
    inner: SendRequest<Full<Bytes>>,
    /// Which connection it is.
    number: usize,
}

/// A lane's place at the connections.
#[derive(Debug, Clone, Copy)]
pub struct Seat(usize);

impl fmt::Debug for Shared {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Shared")
            .field("address", &self.address)
            .field("connections", &self.slots.len())
            .finish_non_exhaustive()
    }
}

impl Shared {
    /// At most so many connections, each made when it is first needed.
    pub fn new(way: Way, address: Address, connections: usize) -> Arc<Self> {
        let slots = std::iter::repeat_with(Mutex::default);
        Arc::new(Self {
            way,
            address,
            slots: slots.take(connections.max(1)).collect(),
            next: AtomicUsize::new(0),
            dialled: AtomicUsize::new(0),
        })
    }

    /// Returns `https://host[:port]`, with which a request's address begins.
    pub fn base(&self) -> String {
        self.address.base()
    }

    /// Gives a lane its place; lanes are spread evenly.
    pub fn seat(&self) -> Seat {
        Seat(self.next.fetch_add(1, Ordering::Relaxed) % self.slots.len())
    }

    /// Makes sure that the lane's connection lives. Sends nothing of any request.
    ///
    /// # Errors
    /// [`Fault`], always before the hand-over.
    pub async fn ready(&self, seat: Seat) -> Result<(), Fault> {
        if let Some(slot) = self.slots.get(seat.0) {
            let mut slot = slot.lock().await;
            let idle = self.way.patience.idle;
            if slot.used_at.is_some_and(|at| at.elapsed() > idle) {
                slot.sender = None;
            }
        }
        self.sender(seat).await.map(|_| ())
    }

    /// Sends a request and reads its answer. What the server has certainly not acted on, because it was
    /// leaving, goes again on a new connection.
    ///
    /// For requests with a body: one that is given up because its server says farewell in the same instant
    /// may have sent its head, on which alone nobody acts.
    ///
    /// # Errors
    /// [`Fault`] says how far the request had gone.
    pub async fn send(&self, seat: Seat, request: Sent) -> Result<Reply, Fault> {
        let mut tries = 1;
        loop {
            let sender = self.sender(seat).await?;
            let number = sender.number;
            match self.try_send(sender, request.clone()).await {
                Err(fault) if fault.stage == Stage::BeforeHandover && tries < TRIES => {
                    tries += 1;
                    // A server that only refused the stream keeps the connection.
                    if fault.class != ReasonClass::Busy {
                        self.forget(seat, number).await;
                    }
                }
                result => return result,
            }
        }
    }

    async fn try_send(&self, sender: Sender, request: Sent) -> Result<Reply, Fault> {
        timeout(self.way.patience.answer, exchange(sender.inner, request))
            .await
            .unwrap_or_else(|_| Err(Fault::late(Stage::AfterHandover)))
    }

    /// Leaves a connection to the requests that are still on it. It does not always know itself yet that it
    /// has ended.
    async fn forget(&self, seat: Seat, number: usize) {
        if let Some(slot) = self.slots.get(seat.0) {
            let mut slot = slot.lock().await;
            slot.sender = slot.sender.take().filter(|sender| sender.number != number);
        }
    }

    async fn sender(&self, seat: Seat) -> Result<Sender, Fault> {
        let slot = self.slots.get(seat.0);
        let slot = slot.ok_or_else(|| Fault::unwritable("a seat of other connections"))?;
        let mut slot = slot.lock().await;
        slot.used_at = Some(Instant::now());
        if let Some(sender) = &slot.sender
            && sender.inner.is_ready()
        {
            return Ok(sender.clone());
        }
        slot.sender = None;
        if let Some((at, fault)) = &slot.failure
            && at.elapsed() < AFTER_FAILURE
        {
            return Err(fault.clone());
        }
        let opened = timeout(self.way.patience.connect, self.open()).await;
        let opened = opened.unwrap_or_else(|_| Err(Fault::late(Stage::BeforeHandover)));
        slot.failure = opened
            .as_ref()
            .err()
            .map(|fault| (Instant::now(), fault.clone()));
        let sender = opened?;
        slot.sender = Some(sender.clone());
        Ok(sender)
    }

    async fn open(&self) -> Result<Sender, Fault> {
        let stream = self.way.connect(&self.address, b"h2").await?;
        let number = self.dialled.fetch_add(1, Ordering::Relaxed);
        let (sender, driver) = http2::Builder::new(TokioExecutor::new())
            .timer(TokioTimer::new())
            .keep_alive_interval(PING)
            .keep_alive_timeout(PONG)
            .max_header_list_size(MAX_HEAD)
            .handshake(TokioIo::new(stream))
            .await
            .map_err(|error| Fault {
                stage: Stage::BeforeHandover,
                ..broken(&error)
            })?;
        // Its end is seen by whoever has a request on it, and by `is_ready`.
        tokio::spawn(async move { drop(driver.await) });
        Ok(Sender {
            inner: sender,
            number,
        })
    }
}

async fn exchange(mut sender: SendRequest<Full<Bytes>>, request: Sent) -> Result<Reply, Fault> {
    let sent = sender.try_send_request(request).await;
    let response = sent.map_err(|error| {
        let is_unsent = error.message().is_some();
        let fault = broken(&error.into_error());
        if is_unsent {
            Fault {
                stage: Stage::BeforeHandover,
                ..fault
            }
        } else {
            fault
        }
    })?;
    Ok(read(response).await.0)
}
