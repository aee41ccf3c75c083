//! The compiled words of a sender's campaigns.

use std::{collections::HashMap, sync::Arc};

use kernel::id::CampaignId;

use super::{edition::Edition, pipeline::Pipeline};
use crate::{
    CampaignError,
    ledger::ActiveCampaign,
    store,
    workspace::{self, WorkspaceFacts},
};

/// An edition with what it was made of; `None` when there is nothing that can be sent.
type Kept = ((i64, i64), Option<Arc<Edition>>);

/// The compiled words of a sender's campaigns.
#[derive(Default)]
pub(super) struct Editions(HashMap<CampaignId, Kept>);

impl Editions {
    /// Returns what a campaign sends; `None` when it has nothing that can be sent.
    pub(super) async fn get(
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
            tracing::error!(campaign.id = %campaign.id, "campaign {} has no words that can be sent", campaign.id);
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
    let Some(words) = store::frozen(db, active.workspace, active.id).await? else {
        return Ok(None);
    };
    let facts: WorkspaceFacts = workspace::facts(db, active.workspace).await?;
    match Edition::new(&campaign, &words, &pipeline.sender, &facts) {
        Ok(edition) => Ok(Some(edition)),
        Err(error) => {
            tracing::error!(campaign.id = %active.id, %error, "failed to compile the words of campaign {}", active.id);
            Ok(None)
        }
    }
}
