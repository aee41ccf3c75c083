//! One lane: a connection with at most one message in flight.
//!
//! The outcome of a message and the hand-over of the next share one commit, so that a message costs one
//! wait, and a killed process leaves at most one message of each lane in doubt.

use std::{collections::HashSet, sync::Arc, time::Duration};

use channel_core::{
    Attempt, Outcome, Pack, Prepared, Reason, ReasonClass, Refusal, Session, breaker::Admission,
};
use kernel::{
    id::CampaignId,
    time::{HOUR, MINUTE, Millis, SECOND},
};

use super::{
    limit::Turn,
    parcel::{Load, Parcel},
    pipeline::Pipeline,
    retry::{Repeats, Tried, settle_of},
};
use crate::{
    ledger::{self, HandOver, Release, Reserved, Round, Settle, Settlement, Standing},
    sender::pace::Trouble,
};

/// How long nothing is sent once the provider says that the sender's quota is used up; then one asks again.
const QUOTA_PAUSE: i64 = 10 * MINUTE;
/// The longest a lane waits before it looks whether it should stop.
const LONGEST_NAP: i64 = 250;

pub(super) struct Lane {
    pipeline: Arc<Pipeline>,
    session: Box<dyn Session>,
    /// What became of the last message, or of each of the last pack, not yet handed in.
    outcomes: Vec<Settle>,
}

/// Whether a message may leave.
enum Go {
    Now,
    Later(Millis),
    Stop,
}

/// The ledger can no longer be written: the process is going down.
struct LedgerGone;

impl Lane {
    pub(super) fn new(pipeline: Arc<Pipeline>) -> Self {
        Self {
            session: pipeline.carrier.channel.open(),
            pipeline,
            outcomes: Vec::new(),
        }
    }

    pub(super) async fn run(mut self) {
        while let Some(parcel) = self.next().await {
            if self.carry(parcel).await.is_err() {
                return;
            }
        }
        // Nothing more will come; an outcome that cannot be written now becomes unknown.
        let _ = self.flush().await;
        self.session.close().await;
    }

    /// Takes the next message; while there is none, the last outcome is handed in.
    async fn next(&mut self) -> Option<Parcel> {
        let mut queue = self.pipeline.queue.lock().await;
        if let Ok(parcel) = queue.try_recv() {
            return Some(parcel);
        }
        drop(queue);
        self.flush().await.ok()?;
        self.pipeline.queue.lock().await.recv().await
    }

    async fn carry(&mut self, parcel: Parcel) -> Result<(), LedgerGone> {
        let Parcel {
            members,
            pack,
            again_since,
            room,
        } = parcel;
        // Others may be reserved while this one is on its way.
        drop(room);
        let rows = || members.iter().map(|(row, _)| row);
        let domain = rows()
            .next()
            .map_or("", |row| domain_of(&row.address))
            .to_lowercase();
        match self.may_go(&domain, members.len()).await? {
            Go::Now => {}
            // What was handed over before cannot be given back; it is found again when this worker has gone.
            Go::Later(_) | Go::Stop if again_since.is_some() => return Ok(()),
            Go::Later(at) => return self.give_back(rows(), Some(at)).await,
            Go::Stop => return self.give_back(rows(), None).await,
        }
        let (rows, messages) = self.prepare(members, again_since).await?;
        let Some(first) = messages.first() else {
            return Ok(());
        };
        let campaign = rows.first().map(|row| row.campaign);
        if !self.connect(first, campaign).await? {
            return match again_since {
                Some(_) => Ok(()),
                None => self.give_back(rows.iter(), None).await,
            };
        }
        let (rows, messages) = match again_since {
            Some(_) if !self.may_repeat(&rows).await? => return Ok(()),
            Some(_) => (rows, messages),
            None => self.record(rows, messages, pack.as_deref()).await?,
        };
        if messages.is_empty() {
            return Ok(());
        }
        let repeats = match again_since {
            Some(since) => Repeats::Again(since),
            None => Repeats::First(self.pipeline.now()),
        };
        let outcomes = self.deliver(messages, pack, again_since).await;
        if let Some(first) = outcomes.first() {
            self.tell_limits(first).await;
        }
        let n_too_many = outcomes
            .iter()
            .filter(|outcome| self.count_arrival(outcome));
        if n_too_many.count() > 0 {
            let until = self.pipeline.now().plus(HOUR);
            self.pipeline.tell_trouble(Trouble::Bounces, until).await;
        }
        for (row, outcome) in rows.iter().zip(outcomes) {
            self.note(row, repeats, outcome);
        }
        Ok(())
    }

    /// Looks once more whether the campaign goes on: a repeat may be what sends the message.
    async fn may_repeat(&mut self, rows: &[Reserved]) -> Result<bool, LedgerGone> {
        let Some(first) = rows.first().filter(|row| !row.is_test) else {
            return Ok(true);
        };
        let found = ledger::standing(self.pipeline.db.reader(), first.campaign).await;
        let why = |text| Reason::new(ReasonClass::Other, None, text);
        let later = self.pipeline.now().plus(MINUTE);
        let result = match found {
            Ok(Standing::Running) => return Ok(true),
            Ok(Standing::Over) => Settlement::Unknown(why("the campaign was called off")),
            Ok(Standing::Paused) | Err(_) => Settlement::InDoubt(why("asked again later"), later),
        };
        for row in rows {
            let settled = self.settle(row, row.attempts + 1, result.clone());
            self.outcomes.push(settled);
        }
        self.flush().await?;
        Ok(false)
    }

    /// Counts an answer, or that none came, once for the request.
    async fn tell_limits(&mut self, outcome: &Outcome) {
        let now = self.pipeline.now();
        match outcome.reason() {
            Some(reason) if reason.class.stops_the_sender() => {
                let until = now.plus(QUOTA_PAUSE);
                self.pipeline.limits.hold(until);
                self.pipeline.tell_trouble(Trouble::Quota, until).await;
            }
            Some(reason) if reason.class.is_provider_fault() => self.fault().await,
            _ => self.pipeline.limits.answered(),
        }
    }

    /// Counts a fault of the provider; several in a row are told to all workers.
    async fn fault(&mut self) {
        let now = self.pipeline.now();
        self.pipeline.limits.fault(now);
        if let Some(until) = self.pipeline.limits.closed_until(now) {
            self.pipeline.tell_trouble(Trouble::Away, until).await;
        }
    }

    /// Counts whether a message found its receiver; `true` when too many have not.
    fn count_arrival(&self, outcome: &Outcome) -> bool {
        match outcome {
            Outcome::Accepted { .. } => self.pipeline.limits.arrived(true),
            Outcome::Suppress { .. } => self.pipeline.limits.arrived(false),
            _ => false,
        }
    }

    /// Waits for the limits of the sender and of the recipient's domain.
    async fn may_go(&mut self, domain: &str, messages: usize) -> Result<Go, LedgerGone> {
        while !self.pipeline.is_stopping() {
            match self
                .pipeline
                .limits
                .turn(domain, messages, self.pipeline.now())
            {
                Turn::Now => return Ok(Go::Now),
                Turn::Defer(at) => return Ok(Go::Later(at)),
                Turn::Wait(pause) => self.nap(pause).await?,
            }
        }
        Ok(Go::Stop)
    }

    /// Signs what is still to be signed; a row whose message cannot be made ends here.
    async fn prepare(
        &mut self,
        members: Vec<(Reserved, Load)>,
        again_since: Option<Millis>,
    ) -> Result<(Vec<Reserved>, Vec<Prepared>), LedgerGone> {
        let (mut rows, mut messages) = (Vec::new(), Vec::new());
        for (row, load) in members {
            match load.prepare(&*self.pipeline.carrier.channel) {
                Ok(prepared) => {
                    rows.push(row);
                    messages.push(prepared);
                }
                Err(Refusal::Message(reason) | Refusal::Address(reason)) => {
                    self.flush().await?;
                    let ended = match again_since {
                        None => self.settle(&row, row.attempts, Settlement::Unmade(reason)),
                        Some(_) => self.settle(&row, row.attempts + 1, Settlement::Unknown(reason)),
                    };
                    self.outcomes.push(ended);
                    self.flush().await?;
                }
            }
        }
        Ok((rows, messages))
    }

    /// Records that messages are being handed over, and returns those that may be.
    async fn record(
        &mut self,
        rows: Vec<Reserved>,
        messages: Vec<Prepared>,
        pack: Option<&str>,
    ) -> Result<(Vec<Reserved>, Vec<Prepared>), LedgerGone> {
        let channel = self.pipeline.carrier.channel.capabilities().kind;
        let both = rows.iter().zip(&messages);
        let hand_over = both.map(|(row, prepared)| HandOver {
            key: row.key,
            campaign: row.campaign,
            channel,
            address: row.address.clone(),
            is_test: row.is_test,
            attempts: row.attempts,
            message_id: pack.unwrap_or(&prepared.wire_id).to_owned(),
        });
        let hand_over = hand_over.collect();
        let granted = self.submit(hand_over, Vec::new()).await?;
        let both = rows.into_iter().zip(messages);
        Ok(both
            .filter(|(row, _)| granted.contains(&row.key.id.raw()))
            .unzip())
    }

    async fn deliver(
        &mut self,
        messages: Vec<Prepared>,
        pack: Option<String>,
        again_since: Option<Millis>,
    ) -> Vec<Outcome> {
        let attempt = again_since.map_or(Attempt::First, |first_at| Attempt::Again { first_at });
        match (pack, messages.first(), again_since) {
            (Some(idempotency_key), ..) => {
                let pack = Pack {
                    idempotency_key,
                    messages,
                };
                self.session.deliver_pack(&pack, attempt).await
            }
            (None, Some(only), Some(since)) => vec![self.session.redeliver(only, since).await],
            (None, Some(only), None) => vec![self.session.deliver(only).await],
            (None, None, _) => Vec::new(),
        }
    }

    /// Waits until the provider can be reached; `false` when the process stops meanwhile, or another sender takes over.
    async fn connect(
        &mut self,
        prepared: &Prepared,
        campaign: Option<CampaignId>,
    ) -> Result<bool, LedgerGone> {
        loop {
            if self.pipeline.is_stopping() {
                return Ok(false);
            }
            let now = self.pipeline.now();
            if let Admission::Wait(until) = self.pipeline.limits.admit(now) {
                if campaign.is_some_and(|id| self.pipeline.has_other(id)) {
                    return Ok(false);
                }
                self.nap(until.0 - now.0).await?;
                continue;
            }
            match self.session.ready(prepared).await {
                Ok(()) => return Ok(true),
                Err(not_ready) => {
                    tracing::debug!(reason = %not_ready.reason, "the provider cannot be reached");
                    self.fault().await;
                    let pause = i64::try_from(not_ready.retry_after.as_millis()).unwrap_or(SECOND);
                    self.nap(pause).await?;
                }
            }
        }
    }

    /// Remembers what became of a message, for the next commit.
    fn note(&mut self, row: &Reserved, repeats: Repeats, outcome: Outcome) {
        let now = self.pipeline.now();
        let attempts = row.attempts + 1;
        let dedupes = self
            .pipeline
            .carrier
            .channel
            .capabilities()
            .provider_dedupes;
        let tried = Tried {
            row: row.key.id.raw(),
            attempts,
            expires_at: row.expires_at,
            repeats: if dedupes {
                repeats
            } else {
                Repeats::Unrecognised
            },
        };
        let result = settle_of(outcome, tried, now);
        let settled = self.settle(row, attempts, result);
        self.outcomes.push(settled);
    }

    /// Gives rows back: put off until an instant, or as they were.
    async fn give_back(
        &mut self,
        rows: impl Iterator<Item = &Reserved>,
        until: Option<Millis>,
    ) -> Result<(), LedgerGone> {
        let now = self.pipeline.now();
        let release = rows.map(|row| Release {
            key: row.key,
            attempts: row.attempts,
            due_at: until.unwrap_or(now),
            deferred: until.is_some(),
        });
        let release: Vec<Release> = release.collect();
        let n = release.len();
        self.submit(Vec::new(), release).await?;
        self.pipeline.uncount(n).await;
        Ok(())
    }

    /// Waits a little. The last outcome is handed in first: it must not wait for a slow provider.
    async fn nap(&mut self, millis: i64) -> Result<(), LedgerGone> {
        self.flush().await?;
        let millis = u64::try_from(millis.clamp(1, LONGEST_NAP)).unwrap_or(1);
        tokio::time::sleep(Duration::from_millis(millis)).await;
        Ok(())
    }

    async fn flush(&mut self) -> Result<(), LedgerGone> {
        if self.outcomes.is_empty() {
            return Ok(());
        }
        self.submit(Vec::new(), Vec::new()).await.map(|_| ())
    }

    async fn submit(
        &mut self,
        hand_over: Vec<HandOver>,
        release: Vec<Release>,
    ) -> Result<HashSet<i64>, LedgerGone> {
        let round = Round {
            settle: std::mem::take(&mut self.outcomes),
            hand_over,
            release,
            ..Round::new(self.pipeline.workspace, self.pipeline.token)
        };
        self.pipeline
            .writer
            .submit(round)
            .await
            .map_err(|_| LedgerGone)
    }

    fn settle(&self, row: &Reserved, attempts: i32, result: Settlement) -> Settle {
        Settle {
            key: row.key,
            campaign: row.campaign,
            is_test: row.is_test,
            attempts,
            channel: self.pipeline.carrier.channel.capabilities().kind,
            address: row.address.clone(),
            result,
        }
    }
}

/// Returns what follows the last `@`; nothing for what is no mailbox.
fn domain_of(address: &str) -> &str {
    address.rsplit_once('@').map_or("", |(_, domain)| domain)
}
