//! What sending needs from outside: channels by sender, and the public addresses.

use std::sync::Arc;

use async_trait::async_trait;
use channel_core::{Channel, rate::RatePolicy};
use kernel::id::WorkspaceId;

use crate::{
    sender::Sender,
    track::{Kind, Signer},
};

/// A channel with the limits that its sender asks for.
#[derive(Clone)]
pub struct Carrier {
    /// The channel.
    pub channel: Arc<dyn Channel>,
    /// Messages a second, in all and per recipient domain.
    pub rates: RatePolicy,
    /// Connections at a time.
    pub lanes: usize,
}

/// A carrier could not be made: its settings or secrets cannot be used.
#[derive(Debug, thiserror::Error)]
#[error("the sender's channel could not be opened")]
pub struct CarrierError(#[source] pub Box<dyn std::error::Error + Send + Sync>);

/// Where channels come from; the server knows the concrete ones.
#[async_trait]
pub trait Carriers: Send + Sync {
    /// Makes the channel of a sender.
    async fn carrier(
        &self,
        workspace: WorkspaceId,
        sender: &Sender,
    ) -> Result<Carrier, CarrierError>;
}

/// The addresses that stand in messages.
#[derive(Debug, Clone)]
pub struct PublicUrls {
    base: String,
}

impl PublicUrls {
    /// Takes the address under which the outside reaches this server.
    pub fn new(base: &str) -> Self {
        Self {
            base: base.trim_end_matches('/').to_owned(),
        }
    }

    /// Returns the address of a link.
    pub fn click(
        &self,
        signer: &Signer,
        delivery: kernel::id::DeliveryId,
        link: kernel::id::LinkId,
    ) -> String {
        format!(
            "{}/c/{}",
            self.base,
            signer.sign(Kind::Click, delivery, Some(link))
        )
    }

    /// Tells whether addresses are protected on their way.
    pub fn is_https(&self) -> bool {
        self.base.starts_with("https://")
    }

    /// Returns the address at which a device tells what became of a push; a word follows after a slash.
    pub fn device(&self, signer: &Signer, delivery: kernel::id::DeliveryId) -> String {
        format!(
            "{}/p/{}",
            self.base,
            signer.sign(Kind::Device, delivery, None)
        )
    }

    /// Returns the address of the open pixel.
    pub fn open(&self, signer: &Signer, delivery: kernel::id::DeliveryId) -> String {
        format!(
            "{}/o/{}",
            self.base,
            signer.sign(Kind::Open, delivery, None)
        )
    }

    /// Returns the address that unsubscribes by POST and shows a page by GET.
    pub fn unsubscribe(&self, signer: &Signer, delivery: kernel::id::DeliveryId) -> String {
        format!(
            "{}/u/{}",
            self.base,
            signer.sign(Kind::Unsubscribe, delivery, None)
        )
    }

    /// Returns the address that shows the message in a browser.
    pub fn web(&self, signer: &Signer, delivery: kernel::id::DeliveryId) -> String {
        format!("{}/w/{}", self.base, signer.sign(Kind::Web, delivery, None))
    }

    /// Returns the address of the preference page.
    pub fn preferences(&self, signer: &Signer, delivery: kernel::id::DeliveryId) -> String {
        format!("{}/preferences", self.unsubscribe(signer, delivery))
    }
}
