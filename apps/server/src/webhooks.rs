//! Outgoing webhooks: a worker of each workspace that reads the feed, and a sender of this process.
//!
//! The two meet in the outbox alone: what the one has committed the other sends, on whichever node. See
//! `docs/webhooks.md`.

mod keeper;
mod sender;

use std::{sync::Arc, time::Duration};

use channel_webhook::{Schemes, WebhookChannel, WebhookOptions};
use kernel::{id::IdSource, time::Clock};
use storage::Db;

use crate::{keeping, state::App, transport};

pub use keeper::{Fault, Keeper};
pub use sender::Sender;

/// What the reader works with.
#[derive(Clone)]
pub struct Means {
    /// The database.
    pub db: Db,
    /// The clock.
    pub clock: Arc<dyn Clock>,
    /// Where ids come from.
    pub ids: Arc<dyn IdSource>,
}

impl Means {
    /// Takes them from the application.
    pub fn of(app: &App) -> Self {
        Self {
            db: app.db.clone(),
            clock: app.clock.clone(),
            ids: app.ids.clone(),
        }
    }
}

/// Returns which addresses webhooks may have.
pub(crate) fn schemes(app: &App) -> Schemes {
    if app.config.webhooks.allow_http {
        Schemes::AlsoHttp
    } else {
        Schemes::Https
    }
}

/// Returns the channel that carries notices.
fn channel(app: &App) -> anyhow::Result<WebhookChannel> {
    let options = WebhookOptions {
        schemes: schemes(app),
        timeout: Duration::from_secs(app.config.webhooks.timeout_seconds),
        extra_roots_pem: None,
    };
    Ok(WebhookChannel::new(transport::dialler(app)?, &options)?)
}

/// Reads the feed of every workspace, and sends, until the server stops.
pub(crate) fn start(app: &App) {
    keeping::start::<Keeper>(app, Means::of(app));
    match Sender::new(app) {
        Ok(sender) => {
            app.tasks.spawn(sender.run(app.stopping.clone()));
        }
        Err(error) => {
            tracing::error!(error = format!("{error:#}"), "no webhooks are sent");
        }
    }
}
