//! A message in a browser: as it was kept, else written again.
//!
//! Only the sandbox inbox keeps what it was given. Any other message is written once more, from the email
//! that was frozen when the campaign was launched and from what is known of the person now.

use kernel::time::Millis;
use offers::Blocks;
use profiles::customers;
use storage::Db;

use super::{
    data::person_data,
    letter::{Letter, Says},
    port::PublicUrls,
};
use crate::{
    CampaignError, inbox,
    ledger::{self, DeliveryRow},
    store,
    track::{self, Link, Signer, Token},
    workspace,
};

/// What is needed to show a message.
pub struct WebView<'a> {
    /// The database.
    pub db: &'a Db,
    /// Product blocks.
    pub blocks: &'a Blocks,
    /// Signs the addresses of the workspace that the token is of.
    pub signer: &'a Signer,
    /// The public addresses.
    pub urls: &'a PublicUrls,
}

impl WebView<'_> {
    /// Returns the HTML of a message; `None` when there is nothing to show any more, because the person or
    /// the campaign is gone.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn html(&self, token: Token, now: Millis) -> Result<Option<String>, CampaignError> {
        let db = self.db.reader();
        let row = ledger::find(db, token.workspace, token.delivery).await?;
        if let Some(row) = &row
            && !self.is_there(row).await?
        {
            return Ok(None);
        }
        // A test of an email that no campaign sends has no row, but the inbox may have kept it.
        if let Some(html) = inbox::kept(db, token.workspace, token.delivery).await? {
            return Ok(Some(html));
        }
        match row {
            Some(row) => self.written(&row, now).await,
            None => Ok(None),
        }
    }

    /// Tells whether the person is still a customer; a merge has given the row to the survivor.
    async fn is_there(&self, row: &DeliveryRow) -> Result<bool, CampaignError> {
        if row.address.is_none() {
            return Ok(false);
        }
        let found = customers::several(self.db.reader(), row.workspace, &[row.profile]).await?;
        Ok(!found.is_empty())
    }

    async fn written(
        &self,
        row: &DeliveryRow,
        now: Millis,
    ) -> Result<Option<String>, CampaignError> {
        let db = self.db.reader();
        let Some(campaign) = store::find(db, row.workspace, row.campaign).await? else {
            return Ok(None);
        };
        let Some(words) = store::frozen(db, row.workspace, row.campaign).await? else {
            return Ok(None);
        };
        let facts = workspace::facts(db, row.workspace).await?;
        // Compiling takes milliseconds of CPU; other requests must not wait for it.
        let compiled =
            tokio::task::spawn_blocking(move || Letter::new(&campaign, &words, &facts)).await;
        let Ok(Ok(letter)) = compiled else {
            tracing::error!(campaign.id = %row.campaign, "failed to compile the email of campaign {}", row.campaign);
            return Ok(None);
        };
        let people = [row.profile];
        let found = person_data(db, self.blocks, row.workspace, &letter, &people, now).await?;
        let Some(person) = found.get(&row.profile) else {
            return Ok(None);
        };
        match letter.write(row.id, person, self.urls, self.signer) {
            Ok(written) => {
                self.store_links(row, &written.links, now).await?;
                Ok(match written.says {
                    Says::Email(message, _) => Some(message.html),
                    Says::Line(_) | Says::Push(..) => None,
                })
            }
            Err(error) => {
                // What could be rendered then may want a fact that is gone now.
                tracing::warn!(delivery.id = %row.id, error = %error.0, "failed to render delivery {} again", row.id);
                Ok(None)
            }
        }
    }

    /// A fact that has changed since may make a link that was never stored.
    async fn store_links(
        &self,
        row: &DeliveryRow,
        links: &[Link],
        now: Millis,
    ) -> Result<(), CampaignError> {
        let mut fresh = Vec::new();
        for link in links {
            let known = track::find_link(self.db.reader(), row.workspace, link.id).await?;
            if known.is_none() {
                fresh.push(link.clone());
            }
        }
        if fresh.is_empty() {
            return Ok(());
        }
        let tx = self.db.begin().await?;
        track::write_links(&tx, row.workspace, row.campaign, now, &fresh).await?;
        tx.commit().await?;
        Ok(())
    }
}
