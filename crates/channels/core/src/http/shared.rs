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
use crate::{Stage, dial::Address};

/// How often a connection with requests under way is asked for a sign of life.
const PING: Duration = Duration::from_secs(20);
/// How long the sign may take.
const PONG: Duration = Duration::from_secs(10);
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
    sender: Option<SendRequest<Full<Bytes>>>,
    failure: Option<(Instant, Fault)>,
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

    /// Returns how many connections were made so far.
    pub fn dialled(&self) -> usize {
        self.dialled.load(Ordering::Relaxed)
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
        self.sender(seat).await.map(|_| ())
    }

    /// Sends a request and reads its answer. What the server has certainly not acted on, because it was
    /// leaving, goes once more on a new connection.
    ///
    /// # Errors
    /// [`Fault`] says how far the request had gone.
    pub async fn send(&self, seat: Seat, request: Sent) -> Result<Reply, Fault> {
        match self.try_send(seat, request.clone()).await {
            Err(fault) if fault.stage == Stage::BeforeHandover => {
                self.try_send(seat, request).await
            }
            result => result,
        }
    }

    async fn try_send(&self, seat: Seat, request: Sent) -> Result<Reply, Fault> {
        let sender = self.sender(seat).await?;
        timeout(self.way.patience.answer, exchange(sender, request))
            .await
            .unwrap_or_else(|_| Err(Fault::late(Stage::AfterHandover)))
    }

    async fn sender(&self, seat: Seat) -> Result<SendRequest<Full<Bytes>>, Fault> {
        let slot = self.slots.get(seat.0);
        let slot = slot.ok_or_else(|| Fault::unwritable("a seat of other connections"))?;
        let mut slot = slot.lock().await;
        if let Some(sender) = &slot.sender
            && sender.is_ready()
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

    async fn open(&self) -> Result<SendRequest<Full<Bytes>>, Fault> {
        let stream = self.way.connect(&self.address, b"h2").await?;
        self.dialled.fetch_add(1, Ordering::Relaxed);
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
        Ok(sender)
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
