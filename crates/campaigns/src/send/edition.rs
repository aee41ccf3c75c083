//! What a campaign sends, made ready once: the compiled email and what all its messages share.

use std::{
    collections::{BTreeMap, HashSet},
    time::Duration,
};

use channel_core::{
    Charset, Content, Email, FeedbackId, LineMessages, Mailbox, Message, Notification, Push,
    PushAction, Recipient, Unsubscribe,
};
use contents::{RenderError, push::RenderedPush};
use kernel::{
    id::{CampaignId, DeliveryId, WorkspaceId},
    time::{DAY, Millis},
};
use parking_lot::Mutex;

use super::{
    data::PersonData,
    letter::{Letter, Says, Written},
    port::PublicUrls,
};
use crate::{
    ledger::Reserved,
    line_numbers::unit_of,
    model::{ChannelCard, Words},
    sender::{Sender, Transport},
    store::Campaign,
    track::{Link, Signer, return_path},
    workspace::WorkspaceFacts,
};

/// For how long a push service tries: what is later than a day is no news.
const PUSH_LIFE: i64 = DAY;
/// Under this name a device finds where it tells what became of a push.
const TOLD_AT: &str = "enishi";
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
                Transport::Sandbox | Transport::Line(_) | Transport::Push(_) => None,
            },
            charset: sender.charset(),
            notification: match &campaign.document.channel {
                Some(
                    ChannelCard::Line {
                        is_silent: true, ..
                    }
                    | ChannelCard::Push {
                        is_silent: true, ..
                    },
                ) => Notification::Silent,
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
            Says::Push(push, told_at) => {
                Content::Push(Box::new(self.push_of(row, locale, push, told_at, now)))
            }
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

    fn push_of(
        &self,
        row: &Reserved,
        locale: &str,
        push: RenderedPush,
        told_at: String,
        now: Millis,
    ) -> Push {
        let life = (row.expires_at.0 - now.0).clamp(0, PUSH_LIFE);
        let actions = push
            .buttons
            .into_iter()
            .enumerate()
            .map(|(at, button)| PushAction {
                id: format!("b{}", at + 1),
                title: button.label,
                link: button.link,
            });
        Push {
            title: format!("{}{}", mark_of(row, locale), push.title),
            body: push.body,
            image: push.image,
            link: push.link,
            actions: actions.collect(),
            data: BTreeMap::from([(TOLD_AT.to_owned(), told_at)]),
            // A second copy, on whatever way it came, replaces the first.
            collapse: Some(self.campaign.to_string()),
            ttl: Duration::from_millis(u64::try_from(life).unwrap_or_default()),
            notification: self.notification,
            ..Push::default()
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
