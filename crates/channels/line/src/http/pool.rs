//! A few open connections for the calls that are not messages.

use channel_core::Stage;
use http_body_util::Full;
use hyper::{Request, body::Bytes};
use parking_lot::Mutex;

use super::{Connection, Fault, Origin, Reply};

/// Connections kept for the next call.
const KEPT: usize = 4;

/// Open connections to one host.
pub(crate) struct Pool {
    origin: Origin,
    idle: Mutex<Vec<Connection>>,
}

impl std::fmt::Debug for Pool {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Pool")
            .field("origin", &self.origin)
            .finish_non_exhaustive()
    }
}

impl Pool {
    pub(crate) const fn new(origin: Origin) -> Self {
        Self {
            origin,
            idle: Mutex::new(Vec::new()),
        }
    }

    /// Returns the host.
    pub(crate) const fn origin(&self) -> &Origin {
        &self.origin
    }

    /// Makes one call.
    pub(crate) async fn call(&self, request: Request<Full<Bytes>>) -> Result<Reply, Fault> {
        if let Some(connection) = self.take() {
            match self.on(connection, request.clone()).await {
                // LINE closed it in the same instant; it has seen nothing of the call.
                Err(fault) if fault.stage == Stage::BeforeHandover && !fault.timed_out => {}
                result => return result,
            }
        }
        self.on(self.origin.open().await?, request).await
    }

    async fn on(
        &self,
        connection: Connection,
        request: Request<Full<Bytes>>,
    ) -> Result<Reply, Fault> {
        let (reply, rest) = connection.send(request).await?;
        if let Some(connection) = rest {
            let mut idle = self.idle.lock();
            if idle.len() < KEPT {
                idle.push(connection);
            }
        }
        Ok(reply)
    }

    fn take(&self) -> Option<Connection> {
        let mut idle = self.idle.lock();
        while let Some(mut connection) = idle.pop() {
            if connection.is_open() {
                return Some(connection);
            }
        }
        None
    }
}
