//! What a campaign sends, made ready once: the compiled email and what all its messages share.

use std::{
    borrow::Cow,
    collections::{HashMap, HashSet},
};

use channel_core::{Content, Email, FeedbackId, Mailbox, Message, Recipient, Unsubscribe};
use chrono_tz::Tz;
use contents::{
    CompiledEmail, Data, EmailDocument, Footer, FooterCheck, RenderError, RenderOptions, Shared,
};
use kernel::{
    id::{CampaignId, DeliveryId, WorkspaceId},
    time::Millis,
};
use parking_lot::Mutex;
use serde_json::json;

use super::{data::PersonData, port::PublicUrls};
use crate::{
    ledger::Reserved,
    model::{LocaleChoice, Offer},
    sender::Sender,
    store::Campaign,
    track::{Link, Signer},
    workspace::WorkspaceFacts,
};

/// A block that a template may use and that costs statements to fill.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// `products`.
    Products,
    /// `last_order`.
    LastOrder,
}

/// Links remembered as stored; beyond that they are written again, which is harmless.
const REMEMBERED_LINKS: usize = 50_000;

/// A campaign ready to be rendered for any number of people.
pub struct Edition {
    workspace: WorkspaceId,
    campaign: CampaignId,
    email: CompiledEmail,
    source: String,
    shared: Shared,
    zone: Tz,
    fallback_locale: String,
    locale: LocaleChoice,
    from: Mailbox,
    reply_to: Option<Mailbox>,
    stored_links: Mutex<HashSet<i64>>,
}

/// Returns what templates see of an offer as `coupon`; null unless it is one.
pub fn coupon(offer: Option<&Offer>) -> serde_json::Value {
    match offer {
        Some(Offer::Coupon {
            label,
            code,
            expires_at,
        }) => json!({"label": label, "code": code, "expires_at": expires_at}),
        _ => serde_json::Value::Null,
    }
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
        let shared = json!({
            "workspace": {"name": workspace.name, "postal_address": workspace.postal_address},
            "coupon": coupon(campaign.document.offer.as_ref()),
        });
        let contents = campaign.document.contents.as_ref();
        Ok(Self {
            workspace: campaign.workspace,
            campaign: campaign.id,
            email: CompiledEmail::compile(email, Footer::Ensure)?,
            source: serde_json::to_string(email).unwrap_or_default(),
            shared: Shared::from_json(&shared),
            zone: workspace.zone,
            fallback_locale: workspace.locale.clone(),
            locale: contents
                .map(|contents| contents.locale.clone())
                .unwrap_or_default(),
            from: Mailbox {
                name: sender.from_name.clone(),
                address: sender.from_address.clone(),
            },
            reply_to: sender.reply_to.clone().map(|address| Mailbox {
                name: String::new(),
                address,
            }),
            stored_links: Mutex::default(),
        })
    }

    /// Tells whether the email speaks of a block.
    pub fn uses(&self, part: Part) -> bool {
        self.source.contains(match part {
            Part::Products => "products",
            Part::LastOrder => "last_order",
        })
    }

    fn locale_of<'a>(&'a self, person: &'a PersonData) -> &'a str {
        match &self.locale {
            LocaleChoice::Fixed(locale) => locale,
            LocaleChoice::Person => person.locale.as_deref().unwrap_or(&self.fallback_locale),
        }
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
        let unsubscribe = urls.unsubscribe(signer, delivery);
        let mut data = Data::with_shared(&person.variables, &self.shared);
        data.set("unsubscribe_url", &json!(unsubscribe));
        data.set(
            "preferences_url",
            &json!(urls.preferences(signer, delivery)),
        );
        let locale = self.locale_of(person);
        let options = RenderOptions {
            locale: Some(locale),
            timezone: self.zone,
            footer: FooterCheck::Enforced,
        };
        let rendered = self.email.render(&data, &options)?;
        let mut links: HashMap<i64, Link> = HashMap::new();
        let pixel = urls.open(signer, delivery);
        let message = rendered.into_tracked(
            |link| match Link::new(self.campaign, link.ordinal, &link.url) {
                Some(found) => {
                    let url = urls.click(signer, delivery, found.id);
                    links.insert(found.id.raw(), found);
                    Cow::Owned(url)
                }
                None => link.url,
            },
            Some(&pixel),
        );
        let email = self.email_of(row, person, locale, message, unsubscribe);
        let stored = self.stored_links.lock();
        Ok(Made {
            message: message_of(delivery, row, now, email),
            links: links
                .into_values()
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
