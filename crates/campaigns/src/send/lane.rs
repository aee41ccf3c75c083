//! One lane: a connection with at most one message in flight.
//!
//! The outcome of a message and the hand-over of the next share one commit, so that a message costs one
//! wait, and a killed process leaves at most one message of each lane in doubt.

use std::{sync::Arc, time::Duration};

use channel_core::{Outcome, Prepared, Refusal, Session, breaker::Admission};
use kernel::time::{Millis, SECOND};

use super::{
    limit::Turn,
    pipeline::{Pipeline, Ready},
    retry::settle_of,
};
use crate::ledger::{HandOver, Release, Reserved, Round, Settle, Settlement};

/// The longest a lane waits before it looks whether it should stop.
const LONGEST_NAP: i64 = 250;

pub(super) struct Lane {
    pipeline: Arc<Pipeline>,
    session: Box<dyn Session>,
    /// What became of the last message, not yet handed in.
    outcome: Option<Settle>,
}

/// The ledger can no longer be written: the process is going down.
struct LedgerGone;

impl Lane {
    pub(super) fn new(pipeline: Arc<Pipeline>) -> Self {
        Self {
            session: pipeline.carrier.channel.open(),
            pipeline,
            outcome: None,
        }
    }

    pub(super) async fn run(mut self) {
        while let Some(ready) = self.next().await {
            if self.carry(ready).await.is_err() {
                return;
            }
        }
        // Nothing more will come; an outcome that cannot be written now becomes unknown.
        let _ = self.flush().await;
        self.session.close().await;
    }

    /// Takes the next message; while there is none, the last outcome is handed in.
    async fn next(&mut self) -> Option<Ready> {
        let mut queue = self.pipeline.queue.lock().await;
        if let Ok(ready) = queue.try_recv() {
            return Some(ready);
        }
        drop(queue);
        self.flush().await.ok()?;
        self.pipeline.queue.lock().await.recv().await
    }

    async fn carry(&mut self, ready: Ready) -> Result<(), LedgerGone> {
        let Ready { row, message } = ready;
        if self.pipeline.is_stopping() {
            return self.give_back(&row, row.expires_at, false).await;
        }
        let domain = message.recipient.domain();
        loop {
            match self.pipeline.limits.turn(&domain, self.pipeline.now()) {
                Turn::Now => break,
                Turn::Defer(at) => return self.give_back(&row, at, true).await,
                Turn::Wait(pause) => self.nap(pause).await?,
            }
            if self.pipeline.is_stopping() {
                return self.give_back(&row, row.expires_at, false).await;
            }
        }
        let prepared = match self.pipeline.carrier.channel.prepare(message) {
            Ok(prepared) => prepared,
            Err(refusal) => return self.refuse(&row, refusal).await,
        };
        if !self.connect(&prepared).await? {
            return self.give_back(&row, row.expires_at, false).await;
        }
        let hand_over = HandOver {
            key: row.key,
            campaign: row.campaign,
            address: row.address.clone(),
            is_test: row.is_test,
            attempts: row.attempts,
            message_id: prepared.wire_id.clone(),
        };
        if !self.submit(Some(hand_over), None).await? {
            return Ok(());
        }
        let outcome = self.session.deliver(&prepared).await;
        self.note(&row, outcome);
        Ok(())
    }

    /// Waits until the provider can be reached; `false` when the process stops meanwhile.
    async fn connect(&mut self, prepared: &Prepared) -> Result<bool, LedgerGone> {
        loop {
            if self.pipeline.is_stopping() {
                return Ok(false);
            }
            let now = self.pipeline.now();
            if let Admission::Wait(until) = self.pipeline.limits.admit(now) {
                self.nap(until.0 - now.0).await?;
                continue;
            }
            match self.session.ready(prepared).await {
                Ok(()) => return Ok(true),
                Err(not_ready) => {
                    tracing::debug!(reason = %not_ready.reason, "the provider cannot be reached");
                    self.pipeline.limits.fault(self.pipeline.now());
                    let pause = i64::try_from(not_ready.retry_after.as_millis()).unwrap_or(SECOND);
                    self.nap(pause).await?;
                }
            }
        }
    }

    /// Remembers what became of a message, for the next commit.
    fn note(&mut self, row: &Reserved, outcome: Outcome) {
        let now = self.pipeline.now();
        match outcome.reason() {
            Some(reason) if reason.class.is_provider_fault() => self.pipeline.limits.fault(now),
            _ => self.pipeline.limits.answered(),
        }
        let attempts = row.attempts + 1;
        let result = settle_of(outcome, attempts, row.key.id.raw(), now, row.expires_at);
        self.outcome = Some(settle(row, attempts, result));
    }

    /// Ends a row whose message cannot be made.
    async fn refuse(&mut self, row: &Reserved, refusal: Refusal) -> Result<(), LedgerGone> {
        self.flush().await?;
        let (Refusal::Message(reason) | Refusal::Address(reason)) = refusal;
        self.outcome = Some(settle(row, row.attempts, Settlement::Unmade(reason)));
        self.flush().await
    }

    async fn give_back(
        &mut self,
        row: &Reserved,
        due_at: Millis,
        deferred: bool,
    ) -> Result<(), LedgerGone> {
        let due_at = if deferred {
            due_at
        } else {
            self.pipeline.now()
        };
        let release = Release {
            key: row.key,
            due_at,
            deferred,
        };
        self.submit(None, Some(release)).await.map(|_| ())
    }

    /// Waits a little. The last outcome is handed in first: it must not wait for a slow provider.
    async fn nap(&mut self, millis: i64) -> Result<(), LedgerGone> {
        self.flush().await?;
        let millis = u64::try_from(millis.clamp(1, LONGEST_NAP)).unwrap_or(1);
        tokio::time::sleep(Duration::from_millis(millis)).await;
        Ok(())
    }

    async fn flush(&mut self) -> Result<(), LedgerGone> {
        if self.outcome.is_none() {
            return Ok(());
        }
        self.submit(None, None).await.map(|_| ())
    }

    async fn submit(
        &mut self,
        hand_over: Option<HandOver>,
        release: Option<Release>,
    ) -> Result<bool, LedgerGone> {
        let round = Round {
            workspace: self.pipeline.workspace,
            token: self.pipeline.token,
            settle: self.outcome.take(),
            hand_over,
            release,
        };
        self.pipeline
            .writer
            .submit(round)
            .await
            .map_err(|_| LedgerGone)
    }
}

fn settle(row: &Reserved, attempts: i32, result: Settlement) -> Settle {
    Settle {
        key: row.key,
        campaign: row.campaign,
        is_test: row.is_test,
        attempts,
        address: row.address.clone(),
        result,
    }
}
