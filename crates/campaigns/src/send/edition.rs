//! What a campaign sends, made ready once: the compiled email and what all its messages share.

use std::collections::HashSet;

use channel_core::{Content, Email, FeedbackId, Mailbox, Message, Recipient, Unsubscribe};
use contents::{EmailDocument, RenderError};
use kernel::{
    id::{CampaignId, DeliveryId, WorkspaceId},
    time::Millis,
};
use parking_lot::Mutex;

use super::{
    data::PersonData,
    letter::{Letter, Written},
    port::PublicUrls,
};
use crate::{
    ledger::Reserved,
    sender::{Sender, Transport},
    store::Campaign,
    track::{Link, Signer, return_path},
    workspace::WorkspaceFacts,
};

/// Links remembered as stored; beyond that they are written again, which is harmless.
const REMEMBERED_LINKS: usize = 50_000;

/// A campaign ready to be rendered and sent to any number of people.
pub struct Edition {
    workspace: WorkspaceId,
    campaign: CampaignId,
    letter: Letter,
    from: Mailbox,
    reply_to: Option<Mailbox>,
    return_domain: Option<String>,
    stored_links: Mutex<HashSet<i64>>,
}

/// A message and the links that must be stored before it leaves.
pub(super) struct Made {
    pub(super) message: Message,
    pub(super) links: Vec<Link>,
}

impl Edition {
    /// Compiles the email of a campaign.
    ///
    /// # Errors
    /// What is wrong with the email.
    pub fn new(
        campaign: &Campaign,
        email: &EmailDocument,
        sender: &Sender,
        workspace: &WorkspaceFacts,
    ) -> Result<Self, contents::CompileError> {
        Ok(Self {
            workspace: campaign.workspace,
            campaign: campaign.id,
            letter: Letter::new(campaign, email, workspace)?,
            from: Mailbox {
                name: sender.from_name.clone(),
                address: sender.from_address.clone(),
            },
            reply_to: sender.reply_to.clone().map(|address| Mailbox {
                name: String::new(),
                address,
            }),
            return_domain: match &sender.transport {
                Transport::Smtp(smtp) => smtp.return_domain.clone(),
                Transport::Sandbox | Transport::Line(_) => None,
            },
            stored_links: Mutex::default(),
        })
    }

    /// Returns what it says.
    pub fn letter(&self) -> &Letter {
        &self.letter
    }

    /// Makes the message of one row.
    pub(super) fn make(
        &self,
        row: &Reserved,
        person: &PersonData,
        urls: &PublicUrls,
        signer: &Signer,
        now: Millis,
    ) -> Result<Made, RenderError> {
        let delivery = row.key.id;
        let Written {
            message,
            links,
            unsubscribe,
        } = self.letter.write(delivery, person, urls, signer)?;
        let locale = self.letter.locale_of(person);
        let mut email = self.email_of(row, person, locale, message, unsubscribe);
        email.envelope_sender = self
            .return_domain
            .as_deref()
            .and_then(|domain| return_path(signer, delivery, domain));
        let stored = self.stored_links.lock();
        Ok(Made {
            message: message_of(delivery, row, now, email),
            links: links
                .into_iter()
                .filter(|link| !stored.contains(&link.id.raw()))
                .collect(),
        })
    }

    fn email_of(
        &self,
        row: &Reserved,
        person: &PersonData,
        locale: &str,
        message: contents::Message,
        unsubscribe: String,
    ) -> Email {
        let subject = match (row.is_test, locale.starts_with("en")) {
            (false, _) => message.subject,
            (true, true) => format!("[Test] {}", message.subject),
            (true, false) => format!("【テスト】{}", message.subject),
        };
        Email {
            from: self.from.clone(),
            reply_to: self.reply_to.clone(),
            to_name: person.name.clone(),
            subject,
            preheader: message.preheader,
            html: message.html,
            text: message.text,
            unsubscribe: Some(Unsubscribe {
                url: unsubscribe,
                mailto: None,
            }),
            feedback_id: Some(FeedbackId {
                campaign: self.campaign.to_string(),
                workspace: self.workspace.to_string(),
                kind: "campaign".to_owned(),
                sender: "enishi".to_owned(),
            }),
            envelope_sender: None,
            headers: Vec::new(),
        }
    }

    /// Remembers links that have been stored.
    pub(super) fn remember(&self, links: &[Link]) {
        let mut stored = self.stored_links.lock();
        if stored.len() + links.len() <= REMEMBERED_LINKS {
            stored.extend(links.iter().map(|link| link.id.raw()));
        }
    }
}

fn message_of(delivery: DeliveryId, row: &Reserved, now: Millis, email: Email) -> Message {
    Message {
        delivery_id: delivery.raw(),
        idempotency_key: delivery.raw().to_string(),
        recipient: Recipient::new(row.address.clone()),
        at: now,
        content: Content::Email(Box::new(email)),
    }
}
