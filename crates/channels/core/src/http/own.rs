//! HTTP/1.1: a connection of one lane's own, one request at a time.
//!
//! Request and connection run on the same task, so that a dropped request takes its connection with it.

use std::{
    future::Future as _,
    pin::{Pin, pin},
    task::{Context, Waker},
};

use http_body_util::Full;
use hyper::{
    body::Bytes,
    client::conn::http1::{self, SendRequest},
    header::{HOST, HeaderValue},
};
use hyper_util::rt::TokioIo;
use tokio::time::{Instant, timeout};

use super::{Fault, MAX_ANSWER, Patience, Reply, Sent, Stream, broken, read};
use crate::{Stage, dial::Address};

type Driver = Pin<Box<http1::Connection<TokioIo<Stream>, Full<Bytes>>>>;

/// An open connection with no request under way.
pub struct Connection {
    sender: SendRequest<Full<Bytes>>,
    driver: Driver,
    host: HeaderValue,
    patience: Patience,
    used_at: Instant,
}

impl Connection {
    pub(super) async fn new(
        stream: Stream,
        address: &Address,
        patience: Patience,
    ) -> Result<Self, Fault> {
        let host = HeaderValue::try_from(address.authority.as_str())
            .map_err(|error| Fault::unwritable(error.to_string()))?;
        let mut builder = http1::Builder::new();
        builder.max_buf_size(MAX_ANSWER);
        let (sender, driver) = builder
            .handshake(TokioIo::new(stream))
            .await
            .map_err(|error| Fault {
                stage: Stage::BeforeHandover,
                ..broken(&error)
            })?;
        Ok(Self {
            sender,
            driver: Box::pin(driver),
            host,
            patience,
            used_at: Instant::now(),
        })
    }

    /// Returns whether the other side has not closed it meanwhile.
    pub fn is_open(&mut self) -> bool {
        let mut context = Context::from_waker(Waker::noop());
        let has_ended = self.driver.as_mut().poll(&mut context).is_ready();
        !has_ended && !self.sender.is_closed()
    }

    /// Returns whether it has stood unused for too long to be trusted.
    pub fn is_idle(&self) -> bool {
        self.used_at.elapsed() > self.patience.idle
    }

    /// Sends a request and reads its answer. Gives the connection back when it can carry another; a
    /// dropped future closes it.
    ///
    /// # Errors
    /// [`Fault`] says how far the request had gone.
    pub async fn send(self, request: Sent) -> Result<(Reply, Option<Self>), Fault> {
        let patience = self.patience;
        timeout(patience.answer, self.exchange(request))
            .await
            .unwrap_or_else(|_| Err(Fault::late(Stage::AfterHandover)))
    }

    async fn exchange(mut self, mut request: Sent) -> Result<(Reply, Option<Self>), Fault> {
        request.headers_mut().insert(HOST, self.host.clone());
        let driver = &mut self.driver;
        let mut has_ended = false;
        let mut sending = pin!(self.sender.try_send_request(request));
        let response = loop {
            tokio::select! {
                biased;
                response = &mut sending => break response,
                _ = driver.as_mut(), if !has_ended => has_ended = true,
            }
        };
        let response = response.map_err(|error| {
            // The request comes back when not a byte of it was written.
            let is_unsent = error.message().is_some();
            let fault = broken(&error.into_error());
            let stage = if is_unsent {
                Stage::BeforeHandover
            } else {
                Stage::AfterHandover
            };
            Fault { stage, ..fault }
        })?;
        let mut reading = pin!(read(response));
        let (reply, is_whole) = loop {
            tokio::select! {
                biased;
                read = &mut reading => break read,
                _ = driver.as_mut(), if !has_ended => has_ended = true,
            }
        };
        self.used_at = Instant::now();
        let rest = (is_whole.0 && !has_ended).then_some(self);
        Ok((reply, rest))
    }
}
