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
    let (writer, task) = LedgerWriter::new(
        app.db.clone(),
        app.clock.clone(),
        app.ids.clone(),
        WriterOptions::default(),
    );
    // It ends with the last handle, which the worker holds.
    app.tasks.spawn(task);
    let worker = SendWorker {
        db: app.db.clone(),
        clock: app.clock.clone(),
        ids: app.ids.clone(),
        writer,
        carriers: Arc::new(AppCarriers(app.clone())),
        keyring: app.keyring.clone(),
        urls: PublicUrls::new(app.config.public_url()),
        blocks: Arc::new(Blocks::default()),
        options: SendOptions::default(),
    };
    app.tasks.spawn(Arc::new(worker).run(app.stopping.clone()));
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
