//! The certificates by which Amazon signs, fetched once each, and the visit that confirms a subscription.

use std::{collections::HashMap, sync::Arc};

use channel_email::Visitor;
use parking_lot::Mutex;
use tokio::sync::Semaphore;

use crate::{state::App, transport};

/// Certificates that are kept: one for each region and year is plenty.
const MOST: usize = 32;
/// Visits at a time: strangers bring the addresses.
static VISITORS: Semaphore = Semaphore::const_new(4);

/// Certificates by their address; cheap to clone.
#[derive(Clone, Default)]
pub struct Certificates {
    known: Arc<Mutex<HashMap<String, Arc<Vec<u8>>>>>,
}

impl Certificates {
    /// Returns what lies at an address that has been found to be one of Amazon's.
    pub(super) async fn at(&self, app: &App, url: &str) -> anyhow::Result<Arc<Vec<u8>>> {
        let known = self.known.lock().get(url).cloned();
        if let Some(known) = known {
            return Ok(known);
        }
        let fetched = Arc::new(visit(app, url).await?);
        let mut known = self.known.lock();
        if known.len() >= MOST {
            known.clear();
        }
        known.insert(url.to_owned(), fetched.clone());
        Ok(fetched)
    }
}

/// Visits an address that has been found to be one of Amazon's.
pub(super) async fn visit(app: &App, url: &str) -> anyhow::Result<Vec<u8>> {
    let _turn = VISITORS.acquire().await?;
    Ok(Visitor::new(transport::dialler(app)?)?.get(url).await?)
}
