//! Sending: the ledger's writer and the worker that drives the channels.

use std::sync::Arc;

use async_trait::async_trait;
use campaigns::{
    ledger::{LedgerWriter, WriterOptions},
    send::{Carrier, CarrierError, Carriers, PublicUrls, SendOptions, SendWorker},
    sender::Sender,
};
use kernel::id::WorkspaceId;
use offers::Blocks;

use crate::{state::App, transport};

/// Starts sending; at shutdown messages in flight end and the rest is given back.
pub(super) fn start(app: &App) {
    let (worker, task) = send_worker(app, WriterOptions::default(), SendOptions::default());
    // It ends with the last handle, which the worker holds.
    app.tasks.spawn(task);
    app.tasks.spawn(worker.run(app.stopping.clone()));
}

/// Returns the worker that sends with every channel of this server, and the ledger's writer, which must
/// run as long as the worker does.
pub fn send_worker(
    app: &App,
    writing: WriterOptions,
    options: SendOptions,
) -> (Arc<SendWorker>, impl Future<Output = ()> + Send + use<>) {
    let (writer, task) =
        LedgerWriter::new(app.db.clone(), app.clock.clone(), app.ids.clone(), writing);
    let worker = SendWorker {
        db: app.db.clone(),
        clock: app.clock.clone(),
        ids: app.ids.clone(),
        writer,
        carriers: Arc::new(AppCarriers(app.clone())),
        keyring: app.keyring.clone(),
        urls: PublicUrls::new(app.config.public_url()),
        blocks: Arc::new(Blocks::default()),
        options,
    };
    (Arc::new(worker), task)
}

struct AppCarriers(App);

#[async_trait]
impl Carriers for AppCarriers {
    async fn carrier(
        &self,
        workspace: WorkspaceId,
        sender: &Sender,
    ) -> Result<Carrier, CarrierError> {
        let opened = transport::carrier(&self.0, workspace, sender).await;
        let opened = opened.map_err(|error| CarrierError(error.into()))?;
        Ok(Carrier {
            channel: opened.channel,
            rates: opened.rates,
            lanes: opened.lanes,
        })
    }
}
