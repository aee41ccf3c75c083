//! The worker: a round at a time.

use std::collections::HashMap;

use campaigns::sender::{self, Transport};
use channel_line::LineApi;
use friends::menu::{self, Lease, plan};
use kernel::{
    id::{SenderId, WorkspaceId},
    time::{Millis, SECOND},
};
use sea_orm::DbErr;
use storage::{StorageError, Tx, lease::LeaseError};

use super::{judge, said::Halt, turn::Turn};
use crate::{
    keeping::{self, Keep, Next},
    line,
    state::App,
};

/// How long an account rests whose secrets cannot be opened.
const REST: i64 = 60 * SECOND;

/// Why a round ended early; the next one begins with what is stored.
#[derive(Debug, thiserror::Error)]
pub enum Fault {
    /// The lease: [`LeaseError::Lost`] means to stop, anything else to try again.
    #[error("failed to write how menus stand")]
    Lease(#[from] LeaseError),
    /// The database did not answer: try again.
    #[error("failed to read how menus stand")]
    Db(#[from] DbErr),
    /// A transaction could not be ended: try again.
    #[error("failed to write how menus stand")]
    Storage(#[from] StorageError),
}

impl keeping::Fault for Fault {
    fn is_lost(&self) -> bool {
        matches!(self, Self::Lease(LeaseError::Lost))
    }
}

/// The keeper of one workspace.
pub struct Keeper {
    pub(super) app: App,
    pub(super) lease: Lease,
    pub(super) workspace: WorkspaceId,
    /// The way to LINE of each account, by the version of the account that it was opened for: its rates live in it.
    lines: HashMap<SenderId, (i64, LineApi)>,
}

impl Keep for Keeper {
    type Means = App;
    type Fault = Fault;
    const WHAT: &'static str = "rich menus";

    async fn claim(app: &App, workspace: WorkspaceId) -> Result<Option<Self>, LeaseError> {
        let lease = Lease::claim(&app.db, workspace, app.clock.now()).await?;
        Ok(lease.map(|lease| Self {
            app: app.clone(),
            lease,
            workspace,
            lines: HashMap::new(),
        }))
    }

    async fn round(&mut self) -> Result<Next, Fault> {
        let db = self.app.db.clone();
        self.lease.renew(&db, self.app.now()).await?;
        let plans = plan::list(db.reader(), self.workspace).await?;
        judge::follow(self, &plans).await?;
        let mut next = Next::Wait;
        for kept in plans {
            next = sooner(next, self.account(&kept).await?);
        }
        Ok(next)
    }

    async fn release(&mut self) {
        if let Err(error) = self.lease.release(&self.app.db).await {
            // It runs out by itself.
            tracing::debug!(%error, "failed to give the rich menus back");
        }
    }
}

impl Keeper {
    /// Does for an account what there is to do now.
    async fn account(&mut self, kept: &plan::Kept) -> Result<Next, Fault> {
        let judged = judge::sweep(self, kept).await?;
        let now = self.app.now();
        if kept.paused_until > now {
            return Ok(sooner(judged, Next::At(kept.paused_until)));
        }
        let Some(turn) = Turn::begin(self, kept).await? else {
            return Ok(judged);
        };
        let api = match self.line(kept.account).await? {
            Ok(Some(api)) => api,
            // Put away, or no LINE account any more.
            Ok(None) => return Ok(judged),
            Err(error) => {
                self.pause(kept.account, now.plus(REST), Some(&error))
                    .await?;
                return Ok(judged);
            }
        };
        match turn.speak(self, &api).await {
            Ok(next) => {
                if kept.fault.is_some() {
                    self.pause(kept.account, Millis(0), None).await?;
                }
                Ok(sooner(judged, next))
            }
            Err(Halt::Pause(until, why)) => {
                tracing::warn!(sender.id = %kept.account, why, "LINE did not take a rich menu of sender {}", kept.account);
                self.pause(kept.account, until, Some(&why)).await?;
                Ok(sooner(judged, Next::At(until)))
            }
            Err(Halt::Fault(fault)) => Err(fault),
        }
    }

    async fn pause(
        &mut self,
        account: SenderId,
        until: Millis,
        fault: Option<&str>,
    ) -> Result<(), Fault> {
        let tx = self.begin().await?;
        plan::pause(&tx, self.workspace, account, (until, fault)).await?;
        self.commit(tx).await
    }

    /// Returns the way to LINE of an account in use.
    async fn line(&mut self, account: SenderId) -> Result<Result<Option<LineApi>, String>, Fault> {
        let found = sender::find(self.app.db.reader(), self.workspace, account).await?;
        let Some(sender) = found else {
            return Ok(Ok(None));
        };
        let Transport::Line(settings) = &sender.transport else {
            return Ok(Ok(None));
        };
        if let Some((version, api)) = self.lines.get(&account)
            && *version == sender.version
        {
            return Ok(Ok(Some(api.clone())));
        }
        let opened = line::channel(&self.app, self.workspace, account, settings).await;
        Ok(opened.map_err(|error| error.to_string()).map(|channel| {
            let api = channel.api();
            self.lines.insert(account, (sender.version, api.clone()));
            Some(api)
        }))
    }

    /// Begins a write that proves that the lease is still held.
    pub(super) async fn begin(&mut self) -> Result<Tx, Fault> {
        let tx = self.app.db.begin().await?;
        let (now, progress) = (self.app.now(), self.lease.progress);
        self.lease.hold(&tx, now, progress).await?;
        Ok(tx)
    }

    pub(super) async fn commit(&mut self, tx: Tx) -> Result<(), Fault> {
        tx.commit().await?;
        let (now, progress) = (self.app.now(), self.lease.progress);
        self.lease.moved(now, progress);
        Ok(())
    }

    /// As [`Self::begin`], and with it the reader or the count comes further.
    pub(super) async fn begin_with(&mut self, progress: menu::Progress) -> Result<Tx, Fault> {
        let tx = self.app.db.begin().await?;
        let now = self.app.now();
        self.lease.hold(&tx, now, progress).await?;
        Ok(tx)
    }

    pub(super) async fn commit_with(
        &mut self,
        tx: Tx,
        progress: menu::Progress,
    ) -> Result<(), Fault> {
        tx.commit().await?;
        let now = self.app.now();
        self.lease.moved(now, progress);
        Ok(())
    }
}

/// Returns the sooner of two.
pub(super) fn sooner(one: Next, other: Next) -> Next {
    match (one, other) {
        (Next::AtOnce, _) | (_, Next::AtOnce) => Next::AtOnce,
        (Next::At(one), Next::At(other)) => Next::At(one.min(other)),
        (Next::At(at), Next::Wait) | (Next::Wait, Next::At(at)) => Next::At(at),
        (Next::Wait, Next::Wait) => Next::Wait,
    }
}
