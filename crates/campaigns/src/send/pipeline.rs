//! One sender at work: a dispatcher that reserves and renders, and lanes that carry.

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
    time::Duration,
};

use channel_core::{Message, Reason, ReasonClass, Recipient, Refusal};
use chrono_tz::Tz;
use kernel::{
    id::{IdSource, ProfileId, WorkspaceId},
    time::{Clock, Millis, SECOND},
};
use offers::Blocks;
use storage::{ConnectionTrait as _, Db, Dialect, StorageError};
use tokio::sync::{Mutex, OwnedSemaphorePermit, Semaphore, mpsc, watch};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use super::{
    data::{PersonData, person_data},
    edition::Edition,
    editions::Editions,
    lane::Lane,
    limit::Limits,
    parcel::{self, Load, Parcel},
    port::{Carrier, PublicUrls},
    worker::SendOptions,
};
use crate::{
    CampaignError,
    ledger::{
        self, ActiveCampaign, Doubtful, LedgerWriter, Reserved, Round, Settle, Settlement, Whose,
    },
    sender::{Sender, pace},
    track::{self, Link, Signer},
};

/// A pause when nothing is due.
const IDLE: Duration = Duration::from_millis(100);
/// Looks without work after which a sender's lanes are closed.
const IDLE_ROUNDS: u32 = 50;
/// How long a request in doubt waits when it could not be made anew.
const DOUBT_PAUSE: i64 = 30 * SECOND;
/// A pause after something went wrong.
const TROUBLE: Duration = Duration::from_secs(1);

/// What the dispatcher and the lanes of a sender share.
pub(super) struct Pipeline {
    pub(super) db: Db,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) ids: Arc<dyn IdSource>,
    /// Rows that may be reserved and wait for a lane: what waits longer is older when it leaves, and fills memory.
    pub(super) room: Arc<Semaphore>,
    pub(super) blocks: Arc<Blocks>,
    pub(super) writer: LedgerWriter,
    pub(super) workspace: WorkspaceId,
    pub(super) token: i64,
    pub(super) sender: Sender,
    /// The zone of the workspace, in which its days begin.
    pub(super) zone: Tz,
    pub(super) carrier: Carrier,
    pub(super) limits: Limits,
    pub(super) signer: Signer,
    pub(super) urls: PublicUrls,
    pub(super) options: SendOptions,
    pub(super) stop: CancellationToken,
    pub(super) queue: Mutex<mpsc::Receiver<Parcel>>,
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
    pub(super) async fn run(self: Arc<Self>, queue: mpsc::Sender<Parcel>) {
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
        queue: &mpsc::Sender<Parcel>,
        editions: &mut Editions,
    ) -> Result<usize, CampaignError> {
        let campaigns = self.campaigns.borrow().clone();
        let mut n = 0;
        for campaign in &campaigns {
            n += self.settle_doubts(campaign, queue, editions).await?;
            n += self.vips_first(queue, editions).await?;
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
        queue: &mpsc::Sender<Parcel>,
        editions: &mut Editions,
    ) -> Result<usize, CampaignError> {
        let mut n = 0;
        while !self.is_stopping() {
            // Looked at anew each time: of a campaign that was paused meanwhile nothing can be handed over.
            let campaigns = self.campaigns.borrow().clone();
            let due = ledger::with_vips_due(self.db.reader(), &campaigns, self.now()).await?;
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
        queue: &mpsc::Sender<Parcel>,
        editions: &mut Editions,
    ) -> Result<usize, CampaignError> {
        // While this sender is in trouble others stand in.
        if !campaign.then.is_empty() && self.limits.closed_until(self.now()).is_some() {
            return Ok(0);
        }
        let Some((mut room, edition)) = self.room_for(campaign, editions).await? else {
            return Ok(0);
        };
        let rows = self.reserve(campaign, whose).await?;
        let n = rows.len();
        let now = self.now();
        let unsent = rows.iter().map(|row| ledger::Release {
            key: row.key,
            attempts: row.attempts,
            due_at: now,
            deferred: false,
        });
        let unsent: Vec<ledger::Release> = unsent.collect();
        let made = match self.render(&edition, rows).await {
            Ok(made) => made,
            Err(error) => {
                self.give_back(unsent).await;
                return Err(error);
            }
        };
        let (parcels, refused) = parcel::pack(&*self.carrier.channel, &*self.ids, made);
        for (row, refusal) in refused {
            let (Refusal::Message(reason) | Refusal::Address(reason)) = refusal;
            self.end(&row, Settlement::Unmade(reason)).await;
        }
        for mut parcel in parcels {
            parcel.room = room.split(parcel.members.len());
            if queue.send(parcel).await.is_err() {
                break;
            }
        }
        Ok(n)
    }

    /// Waits until the lanes want more; `None` when a campaign has nothing to send, or the process stops.
    async fn room_for(
        &self,
        campaign: &ActiveCampaign,
        editions: &mut Editions,
    ) -> Result<Option<(OwnedSemaphorePermit, Arc<Edition>)>, CampaignError> {
        let rows = u32::try_from(self.batch_size()).unwrap_or(u32::MAX);
        let room = tokio::select! {
            () = self.stop.cancelled() => return Ok(None),
            room = self.room.clone().acquire_many_owned(rows) => room,
        };
        let (Ok(room), false) = (room, self.is_stopping()) else {
            return Ok(None);
        };
        let edition = editions.get(self, campaign).await?;
        Ok(edition.map(|edition| (room, edition)))
    }

    /// Rows reserved at a time: enough that packs are full.
    pub(super) fn batch_size(&self) -> usize {
        batch_size(self.options, &self.carrier)
    }

    /// Hands over again what is in doubt, where the provider recognises a repeat; returns how many rows that were.
    async fn settle_doubts(
        &self,
        campaign: &ActiveCampaign,
        queue: &mpsc::Sender<Parcel>,
        editions: &mut Editions,
    ) -> Result<usize, CampaignError> {
        if !self.carrier.channel.capabilities().provider_dedupes {
            return Ok(0);
        }
        if !ledger::is_doubtful(self.db.reader(), campaign.id, self.now()).await? {
            return Ok(0);
        }
        let Some((mut room, edition)) = self.room_for(campaign, editions).await? else {
            return Ok(0);
        };
        let tx = self.db.begin().await?;
        let doubts = ledger::take_doubtful(&tx, campaign, self.token, self.now(), 1).await?;
        tx.commit().await?;
        let mut n = 0;
        for doubtful in doubts {
            n += doubtful.rows.len();
            let rows = doubtful.rows.clone();
            match self.remake(&edition, doubtful).await {
                Ok(Some(mut parcel)) => {
                    parcel.room = room.split(parcel.members.len());
                    if queue.send(parcel).await.is_err() {
                        break;
                    }
                }
                Ok(None) => {}
                Err(error) => {
                    let later = self.now().plus(DOUBT_PAUSE);
                    for row in &rows {
                        let reason = Reason::new(ReasonClass::Other, None, "asked again later");
                        self.end(row, Settlement::InDoubt(reason, later)).await;
                    }
                    return Err(error);
                }
            }
        }
        Ok(n)
    }

    /// Makes a request anew. What all of a pack say is the same, so that one member's words are all members' - if they are
    /// still those that the pack said: what is known of her may have changed.
    async fn remake(
        &self,
        edition: &Edition,
        doubtful: Doubtful,
    ) -> Result<Option<Parcel>, CampaignError> {
        let is_pack = parcel::is_pack(&doubtful.message_id);
        let mut sample = None;
        for row in &doubtful.rows {
            let made = self.render_some(edition, std::slice::from_ref(row)).await?;
            let says_it = |message: &Message| {
                !is_pack
                    || parcel::says(
                        &doubtful.message_id,
                        &*self.carrier.channel,
                        message.clone(),
                    )
            };
            sample = made.into_iter().filter_map(Result::ok).find(says_it);
            if sample.is_some() {
                break;
            }
        }
        let Some(sample) = sample else {
            for row in &doubtful.rows {
                let why = "it can no longer be written as it was";
                let reason = Reason::new(ReasonClass::InvalidMessage, None, why);
                self.end(row, Settlement::Unknown(reason)).await;
            }
            return Ok(None);
        };
        let member = |row: Reserved| {
            let message = Message {
                delivery_id: row.key.id.raw(),
                idempotency_key: row.key.id.raw().to_string(),
                recipient: Recipient::new(row.address.clone()),
                ..sample.clone()
            };
            (row, Load::Rendered(Box::new(message)))
        };
        Ok(Some(Parcel {
            members: doubtful.rows.into_iter().map(member).collect(),
            pack: is_pack.then_some(doubtful.message_id),
            again_since: Some(doubtful.first_at),
            room: None,
        }))
    }

    async fn reserve(
        &self,
        campaign: &ActiveCampaign,
        whose: Whose,
    ) -> Result<Vec<Reserved>, StorageError> {
        let mut limit = u32::try_from(self.batch_size()).unwrap_or(u32::MAX);
        let tx = self.db.begin().await?;
        let day = self.sender.day_limit(self.now(), self.zone);
        if let Some(day) = day {
            limit = limit.min(self.room_of(&tx, campaign, day).await?);
            if limit == 0 {
                tx.commit().await?;
                return Ok(Vec::new());
            }
        }
        if tx.dialect() == Dialect::Postgres {
            // A hundred rows named by key. Until a freshly planned ledger has statistics the planner would
            // rather read the whole of it and join by hash: 50 ms with 300,000 rows, where this takes two.
            tx.execute_unprepared(
                "SET LOCAL enable_seqscan = off; SET LOCAL enable_hashjoin = off; SET LOCAL enable_mergejoin = off",
            )
            .await?;
        }
        let rows = ledger::reserve(&tx, campaign, whose, self.token, self.now(), limit).await?;
        if let (Some(day), false) = (day, rows.is_empty()) {
            let n = i64::try_from(rows.len()).unwrap_or(i64::MAX);
            pace::count(&tx, self.workspace, self.sender.id, day.day, n).await?;
        }
        tx.commit().await?;
        Ok(rows)
    }

    /// Renders rows; what cannot be rendered ends here.
    async fn render(
        &self,
        edition: &Edition,
        rows: Vec<Reserved>,
    ) -> Result<Vec<(Reserved, Message)>, CampaignError> {
        if rows.is_empty() {
            return Ok(Vec::new());
        }
        let made = self.render_some(edition, &rows).await?;
        let mut ready = Vec::with_capacity(rows.len());
        for (row, made) in rows.into_iter().zip(made) {
            match made {
                Ok(message) => ready.push((row, message)),
                Err(reason) => self.end(&row, Settlement::Unmade(reason)).await,
            }
        }
        Ok(ready)
    }

    /// Renders the message of each row, and stores the links that are new.
    async fn render_some(
        &self,
        edition: &Edition,
        rows: &[Reserved],
    ) -> Result<Vec<Result<Message, Reason>>, CampaignError> {
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
        let (mut messages, mut links) = (Vec::with_capacity(rows.len()), HashMap::new());
        for (index, row) in rows.iter().enumerate() {
            let person = data.get(&row.key.profile).unwrap_or(&nobody);
            messages.push(
                match edition.make(row, person, &self.urls, &self.signer, now) {
                    Ok(made) => {
                        links.extend(made.links.into_iter().map(|link| (link.id.raw(), link)));
                        Ok(made.message)
                    }
                    Err(error) => {
                        let why = error.0.to_string();
                        Err(Reason::new(ReasonClass::InvalidMessage, None, &why))
                    }
                },
            );
            // Rendering is work without waiting; the lanes must get their turn.
            if index % 8 == 7 {
                tokio::task::yield_now().await;
            }
        }
        let links: Vec<Link> = links.into_values().collect();
        self.store_links(edition, &links).await?;
        Ok(messages)
    }

    /// Stores new links before any message that holds them can leave.
    async fn store_links(&self, edition: &Edition, links: &[Link]) -> Result<(), CampaignError> {
        if links.is_empty() {
            return Ok(());
        }
        let tx = self.db.begin().await?;
        track::write_links(&tx, self.workspace, edition.campaign(), self.now(), links).await?;
        tx.commit().await?;
        edition.remember(links);
        Ok(())
    }

    /// Gives back rows that were reserved and could not be rendered for a reason that is not theirs.
    async fn give_back(&self, rows: Vec<ledger::Release>) {
        let mut round = Round::new(self.workspace, self.token);
        let n = rows.len();
        round.release = rows;
        if self.writer.submit(round).await.is_err() {
            tracing::warn!("failed to give rows back; they are found when this worker has gone");
        }
        self.uncount(n).await;
    }

    /// Ends a row without a word of the provider.
    async fn end(&self, row: &Reserved, result: Settlement) {
        let attempts = match result {
            Settlement::Unmade(_) => row.attempts,
            _ => row.attempts + 1,
        };
        let mut round = Round::new(self.workspace, self.token);
        round.settle.push(Settle {
            key: row.key,
            campaign: row.campaign,
            is_test: row.is_test,
            attempts,
            channel: self.carrier.channel.capabilities().kind,
            address: row.address.clone(),
            result,
        });
        if self.writer.submit(round).await.is_err() {
            tracing::warn!(delivery.id = %row.key.id, "failed to end delivery {}", row.key.id);
        }
    }
}

/// Rows reserved at a time: enough that packs are full.
pub(super) fn batch_size(options: SendOptions, carrier: &Carrier) -> usize {
    let pack = carrier.channel.max_pack();
    if pack > 1 {
        options.batch.max(pack * 2)
    } else {
        options.batch
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
