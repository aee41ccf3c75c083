//! What a pipeline tells and asks of the pace of its sender, on which all workers agree.

use kernel::{id::CampaignId, time::Millis};
use storage::{StorageError, Tx};

use super::pipeline::Pipeline;
use crate::{
    ledger::{self, ActiveCampaign},
    sender::{
        DayLimit,
        pace::{self, Trouble},
    },
};

/// Rows that are put off to the next day at a time.
const PUT_OFF: u32 = 5_000;

impl Pipeline {
    /// Returns what is left of the sender's day; where nothing is and nobody stands in, what is due waits for the next.
    pub(super) async fn room_of(
        &self,
        tx: &Tx,
        campaign: &ActiveCampaign,
        day: DayLimit,
    ) -> Result<u32, StorageError> {
        let room = pace::room(tx, self.workspace, self.sender.id, day).await?;
        if room == 0 && campaign.has_no_other {
            ledger::put_off_a_day(tx, campaign.id, self.now(), PUT_OFF).await?;
        }
        Ok(room)
    }

    /// Gives messages that did not leave back to the day. Lost when the process dies in between: then a few less leave.
    pub(super) async fn uncount(&self, n: usize) {
        let Some(day) = self.sender.day_limit(self.now(), self.zone) else {
            return;
        };
        let n = i64::try_from(n).unwrap_or(0);
        let given = async {
            let tx = self.db.begin().await?;
            pace::count(&tx, self.workspace, self.sender.id, day.day, -n).await?;
            tx.commit().await?;
            Ok::<(), StorageError>(())
        };
        if let Err(error) = given.await {
            tracing::warn!(%error, sender.id = %self.sender.id, "failed to give messages back to the day of sender {}", self.sender.id);
        }
    }

    /// Tells all workers that others are to stand in for this sender.
    pub(super) async fn tell_trouble(&self, trouble: Trouble, until: Millis) {
        if !self.limits.is_news(until) {
            return;
        }
        let now = self.now();
        let told = async {
            let tx = self.db.begin().await?;
            pace::tell(&tx, self.workspace, self.sender.id, (trouble, until), now).await?;
            tx.commit().await?;
            Ok::<(), StorageError>(())
        };
        if let Err(error) = told.await {
            tracing::warn!(%error, sender.id = %self.sender.id, "failed to say that sender {} is in trouble", self.sender.id);
        }
    }

    /// Tells whether another sender could take a message of a campaign, or already does.
    pub(super) fn has_other(&self, campaign: CampaignId) -> bool {
        let campaigns = self.campaigns.borrow();
        let own = campaigns.iter().find(|one| one.id == campaign);
        own.is_none_or(|one| !one.then.is_empty())
    }
}
