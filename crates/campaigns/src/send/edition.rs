//! What a campaign sends, made ready once: the compiled email and what all its messages share.

use std::collections::HashSet;

use channel_core::{
    Charset, Content, Email, FeedbackId, LineMessages, Mailbox, Message, Notification, Recipient,
    Unsubscribe,
};
use contents::RenderError;
use kernel::{
    id::{CampaignId, DeliveryId, WorkspaceId},
    time::Millis,
};
use parking_lot::Mutex;

use super::{
    data::PersonData,
    letter::{Letter, Says, Written},
    port::PublicUrls,
};
use crate::{
    ledger::Reserved,
    model::{ChannelCard, Words},
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
    charset: Charset,
    notification: Notification,
    stored_links: Mutex<HashSet<i64>>,
}

/// A message and the links that must be stored before it leaves.
pub(super) struct Made {
    pub(super) message: Message,
    pub(super) links: Vec<Link>,
}

impl Edition {
    /// Compiles the words of a campaign.
    ///
    /// # Errors
    /// What is wrong with them.
    pub fn new(
        campaign: &Campaign,
        words: &Words,
        sender: &Sender,
        workspace: &WorkspaceFacts,
    ) -> Result<Self, contents::CompileError> {
        Ok(Self {
            workspace: campaign.workspace,
            campaign: campaign.id,
            letter: Letter::new(campaign, words, workspace)?,
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
            charset: sender.charset(),
            notification: match &campaign.document.channel {
                Some(ChannelCard::Line {
                    is_silent: true, ..
                }) => Notification::Silent,
                _ => Notification::Normal,
            },
            stored_links: Mutex::default(),
        })
    }

    /// Returns whose it is.
    pub(super) const fn campaign(&self) -> CampaignId {
        self.campaign
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
        let Written { says, links } = self.letter.write(delivery, person, urls, signer)?;
        let locale = self.letter.locale_of(person);
        let content = match says {
            Says::Email(message, unsubscribe) => {
                let mut email = self.email_of(row, person, locale, message, unsubscribe);
                email.envelope_sender = self
                    .return_domain
                    .as_deref()
                    .and_then(|domain| return_path(signer, delivery, domain));
                Content::Email(Box::new(email))
            }
            Says::Line(messages) => Content::Line(Box::new(self.line_of(row, locale, messages))),
        };
        let stored = self.stored_links.lock();
        Ok(Made {
            message: message_of(delivery, row, now, content),
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
        Email {
            from: self.from.clone(),
            reply_to: self.reply_to.clone(),
            to_name: person.name.clone(),
            subject: format!("{}{}", mark_of(row, locale), message.subject),
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
            charset: self.charset,
        }
    }

    fn line_of(
        &self,
        row: &Reserved,
        locale: &str,
        mut messages: Vec<serde_json::Value>,
    ) -> LineMessages {
        // What the list of chats shows of a test says so.
        let mark = mark_of(row, locale);
        let shown = messages
            .first_mut()
            .and_then(serde_json::Value::as_object_mut);
        if let Some(first) = shown.filter(|_| !mark.is_empty()) {
            for key in ["text", "altText"] {
                if let Some(serde_json::Value::String(text)) = first.get_mut(key) {
                    text.insert_str(0, mark);
                }
            }
        }
        LineMessages {
            messages: serde_json::Value::Array(messages).to_string(),
            notification: self.notification,
            aggregation_unit: (!row.is_test).then(|| unit_of(self.campaign)),
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

/// Returns the name under which LINE counts the opens and clicks of a campaign: LINE takes thirty letters and digits, and
/// an id has more.
pub(super) fn unit_of(campaign: CampaignId) -> String {
    format!("c{:x}", campaign.raw())
}

/// Says of a test that it is one.
fn mark_of(row: &Reserved, locale: &str) -> &'static str {
    match (row.is_test, locale.starts_with("en")) {
        (false, _) => "",
        (true, true) => "[Test] ",
        (true, false) => "【テスト】",
    }
}

fn message_of(delivery: DeliveryId, row: &Reserved, now: Millis, content: Content) -> Message {
    Message {
        delivery_id: delivery.raw(),
        idempotency_key: delivery.raw().to_string(),
        recipient: Recipient::new(row.address.clone()),
        at: now,
        content,
    }
}
