//! The worker: finds campaigns with work, keeps a pipeline for each sender, takes back what the dead held.

use std::{collections::HashMap, sync::Arc, time::Duration};

use kernel::{
    id::{IdSource, SenderId, WorkspaceId},
    time::{Clock, Millis, SECOND},
};
use offers::Blocks;
use storage::Db;
use tokio::sync::{Mutex, Semaphore, mpsc, watch};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use super::{
    limit::Limits,
    pipeline::{Pipeline, batch_size},
    port::{Carriers, PublicUrls},
};
use crate::{
    CampaignError,
    ledger::{self, ActiveCampaign, LedgerWriter},
    sender::{self, Sender},
    track::Keyring,
    workspace,
};

/// How the worker works.
#[derive(Debug, Clone, Copy)]
pub struct SendOptions {
    /// Rows reserved at a time.
    pub batch: usize,
    /// How often it looks for campaigns.
    pub poll: Duration,
    /// How long it may be silent before others take over what it holds.
    pub lease: Duration,
}

impl Default for SendOptions {
    fn default() -> Self {
        Self {
            batch: 128,
            poll: Duration::from_millis(200),
            lease: Duration::from_secs(15),
        }
    }
}

/// Sends what is due.
pub struct SendWorker {
    /// The database.
    pub db: Db,
    /// The clock.
    pub clock: Arc<dyn Clock>,
    /// Where ids come from.
    pub ids: Arc<dyn IdSource>,
    /// The ledger writer; its task must be running.
    pub writer: LedgerWriter,
    /// Channels by sender.
    pub carriers: Arc<dyn Carriers>,
    /// Keys of the tokens.
    pub keyring: Keyring,
    /// The public addresses.
    pub urls: PublicUrls,
    /// Product blocks.
    pub blocks: Arc<Blocks>,
    /// How it works.
    pub options: SendOptions,
}

type SenderKey = (WorkspaceId, SenderId, i64);

/// How long a sender that could not be opened is left alone.
const REST: i64 = 10 * SECOND;

/// The pipelines that run, and senders that could not be opened with when to try again.
#[derive(Default)]
struct Running {
    pipelines: HashMap<SenderKey, watch::Sender<Vec<ActiveCampaign>>>,
    resting: HashMap<SenderKey, Millis>,
}

impl SendWorker {
    /// Works until `stop`; then lets every message in flight end and gives back the rest.
    pub async fn run(self: Arc<Self>, stop: CancellationToken) {
        let token = self.ids.next_raw();
        let pipelines = TaskTracker::new();
        let mut running = Running::default();
        let mut alive_until = Millis(0);
        while !stop.is_cancelled() {
            if let Err(error) = self
                .look(token, &mut alive_until, &mut running, &pipelines, &stop)
                .await
            {
                tracing::warn!(%error, "failed to look for campaigns to send");
            }
            tokio::select! {
                () = stop.cancelled() => {}
                () = tokio::time::sleep(self.options.poll) => {}
            }
        }
        running.pipelines.clear();
        pipelines.close();
        pipelines.wait().await;
        if let Err(error) = self.leave(token).await {
            tracing::warn!(%error, "failed to sign off; others take over when the lease has run out");
        }
    }

    async fn look(
        &self,
        token: i64,
        alive_until: &mut Millis,
        running: &mut Running,
        pipelines: &TaskTracker,
        stop: &CancellationToken,
    ) -> Result<(), CampaignError> {
        let now = self.clock.now();
        let lease = i64::try_from(self.options.lease.as_millis()).unwrap_or(i64::MAX);
        if now.0 > alive_until.0 - lease * 2 / 3 {
            let until = now.plus(lease);
            let tx = self.db.begin().await?;
            ledger::heartbeat(&tx, token, until).await?;
            tx.commit().await?;
            *alive_until = until;
            self.take_over(token, now).await?;
            self.end_doubts(now).await?;
            self.finish(now).await?;
        }
        running
            .pipelines
            .retain(|_, campaigns| !campaigns.is_closed());
        running.resting.retain(|_, until| *until > now);
        let mut groups: HashMap<SenderKey, Vec<ActiveCampaign>> = HashMap::new();
        for campaign in ledger::active_campaigns(self.db.reader()).await? {
            if let Some((key, campaign)) = self.with_sender(campaign, now).await? {
                groups.entry(key).or_default().push(campaign);
            }
        }
        for (key, campaigns) in &running.pipelines {
            let wanted = groups.remove(key).unwrap_or_default();
            // An error only says that the pipeline has just ended.
            let _ = campaigns.send(wanted);
        }
        for (key, campaigns) in groups {
            if running.resting.contains_key(&key) {
                continue;
            }
            match self.open(token, key, campaigns, pipelines, stop).await? {
                Some(announce) => {
                    running.pipelines.insert(key, announce);
                }
                None => {
                    running.resting.insert(key, now.plus(REST));
                }
            }
        }
        self.finish(now).await
    }

    /// Returns who sends a campaign now, with the version: changed settings get a pipeline of their own.
    ///
    /// The first of its senders that is in no trouble and has some of its day left; where there is none, the first. Rows
    /// are reserved by one pipeline alone, so that nothing is given to two senders while they change.
    async fn with_sender(
        &self,
        mut campaign: ActiveCampaign,
        now: Millis,
    ) -> Result<Option<(SenderKey, ActiveCampaign)>, CampaignError> {
        let mut first = None;
        let workspace = campaign.workspace;
        let ids: Vec<SenderId> = campaign
            .sender
            .into_iter()
            .chain(campaign.then.clone())
            .collect();
        for id in ids {
            let Some(sender) = sender::find(self.db.reader(), workspace, id).await? else {
                continue;
            };
            let key = (workspace, id, sender.version);
            first.get_or_insert(key);
            if campaign.then.is_empty() || self.can_send(workspace, &sender, now).await? {
                return Ok(Some((key, campaign)));
            }
        }
        campaign.has_no_other = true;
        Ok(first.map(|key| (key, campaign)))
    }

    async fn can_send(
        &self,
        workspace: WorkspaceId,
        sender: &Sender,
        now: Millis,
    ) -> Result<bool, CampaignError> {
        let db = self.db.reader();
        if sender::pace::trouble(db, workspace, sender.id, now)
            .await?
            .is_some()
        {
            return Ok(false);
        }
        if !sender.is_warming_up() {
            return Ok(true);
        }
        let zone = workspace::facts(db, workspace).await?.zone;
        let Some(limit) = sender.day_limit(now, zone) else {
            return Ok(true);
        };
        let used = sender::pace::used(db, workspace, sender.id, limit.day).await?;
        Ok(used < i64::from(limit.most))
    }

    async fn open(
        &self,
        token: i64,
        key: SenderKey,
        campaigns: Vec<ActiveCampaign>,
        pipelines: &TaskTracker,
        stop: &CancellationToken,
    ) -> Result<Option<watch::Sender<Vec<ActiveCampaign>>>, CampaignError> {
        let (workspace, id, _) = key;
        let Some(sender) = sender::find(self.db.reader(), workspace, id).await? else {
            return Ok(None);
        };
        let carrier = match self.carriers.carrier(workspace, &sender).await {
            Ok(carrier) => carrier,
            Err(error) => {
                let source = error.0.to_string();
                tracing::error!(sender.id = %id, error = source, "failed to open the channel of sender {id}");
                return Ok(None);
            }
        };
        let signer = match self.keyring.signer(workspace).await {
            Ok(Some(signer)) => signer,
            Ok(None) => return Ok(None),
            Err(error) => {
                tracing::error!(workspace.id = %workspace, %error, "failed to read the tracking keys");
                return Ok(None);
            }
        };
        let zone = workspace::facts(self.db.reader(), workspace).await?.zone;
        let (queue, waiting) = mpsc::channel(batch_size(self.options, &carrier) * 2);
        let (announce, campaigns) = watch::channel(campaigns);
        let pipeline = Arc::new(Pipeline {
            db: self.db.clone(),
            clock: self.clock.clone(),
            ids: self.ids.clone(),
            room: Arc::new(Semaphore::new(batch_size(self.options, &carrier) * 2)),
            blocks: self.blocks.clone(),
            writer: self.writer.clone(),
            workspace,
            token,
            sender,
            zone,
            limits: Limits::new(carrier.rates.clone(), self.clock.now()),
            carrier,
            signer,
            urls: self.urls.clone(),
            options: self.options,
            stop: stop.clone(),
            queue: Mutex::new(waiting),
            campaigns,
        });
        pipelines.spawn(pipeline.run(queue));
        Ok(Some(announce))
    }

    /// Takes back what dead workers held.
    async fn take_over(&self, token: i64, now: Millis) -> Result<(), CampaignError> {
        for dead in ledger::dead_workers(self.db.reader(), token, now).await? {
            let tx = self.db.begin().await?;
            let (planned, unknown) = ledger::recover(&tx, dead, now).await?;
            tx.commit().await?;
            tracing::warn!(planned, unknown, "took over from a worker that died");
        }
        Ok(())
    }

    async fn end_doubts(&self, now: Millis) -> Result<(), CampaignError> {
        if ledger::has_doubts(self.db.reader()).await? {
            let tx = self.db.begin().await?;
            ledger::end_doubts(&tx, now).await?;
            tx.commit().await?;
        }
        Ok(())
    }

    async fn finish(&self, now: Millis) -> Result<(), CampaignError> {
        if ledger::has_done(self.db.reader()).await? {
            let tx = self.db.begin().await?;
            ledger::finish_done(&tx, now).await?;
            tx.commit().await?;
        }
        Ok(())
    }

    async fn leave(&self, token: i64) -> Result<(), CampaignError> {
        let tx = self.db.begin().await?;
        ledger::recover(&tx, token, self.clock.now()).await?;
        ledger::forget_worker(&tx, token).await?;
        tx.commit().await?;
        Ok(())
    }
}
