//! One sender at work: a dispatcher that reserves and renders, and lanes that carry.

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
    time::Duration,
};

use channel_core::{Message, Reason, ReasonClass};
use kernel::{
    id::{CampaignId, ProfileId, WorkspaceId},
    time::{Clock, Millis},
};
use offers::Blocks;
use storage::{ConnectionTrait as _, Db, Dialect, StorageError};
use tokio::sync::{Mutex, mpsc, watch};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use super::{
    data::{PersonData, person_data},
    edition::Edition,
    lane::Lane,
    limit::Limits,
    port::{Carrier, PublicUrls},
    worker::SendOptions,
};
use crate::{
    CampaignError,
    ledger::{self, ActiveCampaign, LedgerWriter, Reserved, Round, Settle, Settlement, Whose},
    sender::Sender,
    store,
    track::{self, Link, Signer},
    workspace::{self, WorkspaceFacts},
};

/// A pause when nothing is due.
const IDLE: Duration = Duration::from_millis(100);
/// Looks without work after which a sender's lanes are closed.
const IDLE_ROUNDS: u32 = 50;
/// A pause after something went wrong.
const TROUBLE: Duration = Duration::from_secs(1);

/// A rendered message waiting for a lane.
pub(super) struct Ready {
    pub(super) row: Reserved,
    pub(super) message: Message,
}

/// What the dispatcher and the lanes of a sender share.
pub(super) struct Pipeline {
    pub(super) db: Db,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) blocks: Arc<Blocks>,
    pub(super) writer: LedgerWriter,
    pub(super) workspace: WorkspaceId,
    pub(super) token: i64,
    pub(super) sender: Sender,
    pub(super) carrier: Carrier,
    pub(super) limits: Limits,
    pub(super) signer: Signer,
    pub(super) urls: PublicUrls,
    pub(super) options: SendOptions,
    pub(super) stop: CancellationToken,
    pub(super) queue: Mutex<mpsc::Receiver<Ready>>,
    pub(super) campaigns: watch::Receiver<Vec<ActiveCampaign>>,
}

impl Pipeline {
    pub(super) fn now(&self) -> Millis {
        self.clock.now()
    }

    pub(super) fn is_stopping(&self) -> bool {
        self.stop.is_cancelled()
    }

    /// Works until there is nothing to do for a while, or the process stops.
    pub(super) async fn run(self: Arc<Self>, queue: mpsc::Sender<Ready>) {
        let lanes = TaskTracker::new();
        let n = self
            .carrier
            .lanes
            .min(self.carrier.channel.capabilities().max_lanes)
            .max(1);
        for _ in 0..n {
            lanes.spawn(Lane::new(self.clone()).run());
        }
        lanes.close();
        let mut editions = Editions::default();
        let mut idle = 0;
        while !self.is_stopping() && idle < IDLE_ROUNDS {
            match self.dispatch(&queue, &mut editions).await {
                Ok(0) => {
                    idle += 1;
                    self.pause(IDLE).await;
                }
                Ok(_) => idle = 0,
                Err(error) => {
                    tracing::warn!(error = chain(&error), sender.id = %self.sender.id, "failed to dispatch messages");
                    self.pause(TROUBLE).await;
                }
            }
        }
        drop(queue);
        lanes.wait().await;
    }

    async fn pause(&self, pause: Duration) {
        tokio::select! {
            () = self.stop.cancelled() => {}
            () = tokio::time::sleep(pause) => {}
        }
    }

    /// Reserves, renders and queues a batch of each campaign; returns how many rows that were.
    ///
    /// Campaigns that share the sender compete for it. Before each batch what is due to VIPs leaves, of all of them.
    async fn dispatch(
        &self,
        queue: &mpsc::Sender<Ready>,
        editions: &mut Editions,
    ) -> Result<usize, CampaignError> {
        let campaigns = self.campaigns.borrow().clone();
        let mut n = 0;
        for campaign in &campaigns {
            n += self.vips_first(&campaigns, queue, editions).await?;
            n += self
                .batch(campaign, Whose::Everybodys, queue, editions)
                .await?;
            if self.is_stopping() {
                break;
            }
        }
        Ok(n)
    }

    async fn vips_first(
        &self,
        campaigns: &[ActiveCampaign],
        queue: &mpsc::Sender<Ready>,
        editions: &mut Editions,
    ) -> Result<usize, CampaignError> {
        let mut n = 0;
        while !self.is_stopping() {
            let due = ledger::with_vips_due(self.db.reader(), campaigns, self.now()).await?;
            let mut found = 0;
            for campaign in campaigns.iter().filter(|one| due.contains(&one.id)) {
                found += self.batch(campaign, Whose::Vips, queue, editions).await?;
            }
            n += found;
            // Also when another worker was faster, or a campaign cannot be sent.
            if found == 0 {
                break;
            }
        }
        Ok(n)
    }

    async fn batch(
        &self,
        campaign: &ActiveCampaign,
        whose: Whose,
        queue: &mpsc::Sender<Ready>,
        editions: &mut Editions,
    ) -> Result<usize, CampaignError> {
        let Ok(room) = queue.reserve_many(self.options.batch).await else {
            return Ok(0);
        };
        if self.is_stopping() {
            return Ok(0);
        }
        let Some(edition) = editions.get(self, campaign).await? else {
            return Ok(0);
        };
        let rows = self.reserve(campaign, whose).await?;
        let n = rows.len();
        for (slot, message) in room.zip(self.render(&edition, rows).await?) {
            slot.send(message);
        }
        Ok(n)
    }

    async fn reserve(
        &self,
        campaign: &ActiveCampaign,
        whose: Whose,
    ) -> Result<Vec<Reserved>, StorageError> {
        let limit = u32::try_from(self.options.batch).unwrap_or(u32::MAX);
        let tx = self.db.begin().await?;
        if tx.dialect() == Dialect::Postgres {
            // A hundred rows named by key. Until a freshly planned ledger has statistics the planner would
            // rather read the whole of it and join by hash: 50 ms with 300,000 rows, where this takes two.
            tx.execute_unprepared(
                "SET LOCAL enable_seqscan = off; SET LOCAL enable_hashjoin = off; SET LOCAL enable_mergejoin = off",
            )
            .await?;
        }
        let rows = ledger::reserve(&tx, campaign, whose, self.token, self.now(), limit).await?;
        tx.commit().await?;
        Ok(rows)
    }

    async fn render(
        &self,
        edition: &Edition,
        rows: Vec<Reserved>,
    ) -> Result<Vec<Ready>, CampaignError> {
        if rows.is_empty() {
            return Ok(Vec::new());
        }
        let people: HashSet<ProfileId> = rows.iter().map(|row| row.key.profile).collect();
        let people: Vec<ProfileId> = people.into_iter().collect();
        let now = self.now();
        let data = person_data(
            self.db.reader(),
            &self.blocks,
            self.workspace,
            edition.letter(),
            &people,
            now,
        )
        .await?;
        let nobody = nobody();
        let (mut ready, mut links, mut broken) = (Vec::new(), HashMap::new(), Vec::new());
        for (index, row) in rows.into_iter().enumerate() {
            let person = data.get(&row.key.profile).unwrap_or(&nobody);
            match edition.make(&row, person, &self.urls, &self.signer, now) {
                Ok(made) => {
                    links.extend(made.links.into_iter().map(|link| (link.id.raw(), link)));
                    ready.push(Ready {
                        row,
                        message: made.message,
                    });
                }
                Err(error) => {
                    let reason =
                        Reason::new(ReasonClass::InvalidMessage, None, &error.0.to_string());
                    broken.push((row, reason));
                }
            }
            // Rendering is work without waiting; the lanes must get their turn.
            if index % 8 == 7 {
                tokio::task::yield_now().await;
            }
        }
        self.store_links(edition, ready.first(), links.into_values().collect())
            .await?;
        for (row, reason) in broken {
            self.end_unmade(&row, reason).await;
        }
        Ok(ready)
    }

    /// Stores new links before any message that holds them can leave.
    async fn store_links(
        &self,
        edition: &Edition,
        first: Option<&Ready>,
        links: Vec<Link>,
    ) -> Result<(), CampaignError> {
        let Some(first) = first.filter(|_| !links.is_empty()) else {
            return Ok(());
        };
        let tx = self.db.begin().await?;
        track::write_links(&tx, self.workspace, first.row.campaign, self.now(), &links).await?;
        tx.commit().await?;
        edition.remember(&links);
        Ok(())
    }

    async fn end_unmade(&self, row: &Reserved, reason: Reason) {
        let settle = Settle {
            key: row.key,
            campaign: row.campaign,
            is_test: row.is_test,
            attempts: row.attempts,
            address: row.address.clone(),
            result: Settlement::Unmade(reason),
        };
        let round = Round {
            workspace: self.workspace,
            token: self.token,
            settle: Some(settle),
            hand_over: None,
            release: None,
        };
        if self.writer.submit(round).await.is_err() {
            tracing::warn!(delivery.id = %row.key.id, "failed to end delivery {}", row.key.id);
        }
    }
}

/// A test may be for nobody in particular.
fn nobody() -> PersonData {
    PersonData {
        locale: None,
        name: String::new(),
        variables: serde_json::json!({}),
    }
}

fn chain(error: &CampaignError) -> String {
    let mut text = error.to_string();
    let mut cause = std::error::Error::source(error);
    while let Some(inner) = cause {
        text.push_str(": ");
        text.push_str(&inner.to_string());
        cause = inner.source();
    }
    text
}

/// An edition with what it was made of; `None` when there is nothing that can be sent.
type Kept = ((i64, i64), Option<Arc<Edition>>);

/// The compiled emails of a sender's campaigns.
#[derive(Default)]
struct Editions(HashMap<CampaignId, Kept>);

impl Editions {
    /// Returns what a campaign sends; `None` when it has nothing that can be sent.
    async fn get(
        &mut self,
        pipeline: &Pipeline,
        campaign: &ActiveCampaign,
    ) -> Result<Option<Arc<Edition>>, CampaignError> {
        if let Some((edition, made)) = self.0.get(&campaign.id)
            && *edition == campaign.edition
        {
            return Ok(made.clone());
        }
        let made = load(pipeline, campaign).await?.map(Arc::new);
        if made.is_none() {
            tracing::error!(campaign.id = %campaign.id, "campaign {} has no email that can be sent", campaign.id);
        }
        self.0.insert(campaign.id, (campaign.edition, made.clone()));
        Ok(made)
    }
}

async fn load(
    pipeline: &Pipeline,
    active: &ActiveCampaign,
) -> Result<Option<Edition>, CampaignError> {
    let db = pipeline.db.reader();
    let Some(campaign) = store::find(db, active.workspace, active.id).await? else {
        return Ok(None);
    };
    let Some(email) = store::frozen(db, active.workspace, active.id).await? else {
        return Ok(None);
    };
    let facts: WorkspaceFacts = workspace::facts(db, active.workspace).await?;
    match Edition::new(&campaign, &email, &pipeline.sender, &facts) {
        Ok(edition) => Ok(Some(edition)),
        Err(error) => {
            tracing::error!(campaign.id = %active.id, %error, "failed to compile the email of campaign {}", active.id);
            Ok(None)
        }
    }
}
