//! What the messages of a campaign say, whoever sends them and wherever they are read.

use std::{borrow::Cow, collections::HashMap};

use chrono_tz::Tz;
use contents::{
    CompileError, CompiledEmail, Data, Footer, FooterCheck, LinkRef, RenderError, RenderOptions,
    Shared,
    line::CompiledLine,
    push::{CompiledPush, RenderedPush},
};
use kernel::id::{CampaignId, DeliveryId};
use offers::Popular;
use profiles::bulk::clean_category;
use serde_json::json;

use super::{data::PersonData, port::PublicUrls};
use crate::{
    model::{LocaleChoice, Offer, Words},
    store::Campaign,
    track::{Link, Signer},
    workspace::WorkspaceFacts,
};

/// How far back "bought most by others" looks, and how many products a template's `products` holds.
const POPULAR_DAYS: u16 = 90;
const POPULAR_PRODUCTS: usize = 6;

/// A block that a template may use and that costs statements to fill.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// `products`.
    Products,
    /// `last_order`.
    LastOrder,
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

/// Returns what fills `products` under an offer.
pub fn popular(offer: Option<&Offer>) -> Popular {
    let category = match offer {
        Some(Offer::Products { category, .. }) => category.as_deref().and_then(clean_category),
        _ => None,
    };
    Popular {
        days: POPULAR_DAYS,
        category,
        n: POPULAR_PRODUCTS,
    }
}

/// The words of a campaign, compiled once, with what all its messages share.
pub struct Letter {
    campaign: CampaignId,
    words: Compiled,
    source: String,
    shared: Shared,
    popular: Popular,
    zone: Tz,
    fallback_locale: String,
    locale: LocaleChoice,
}

enum Compiled {
    Email(CompiledEmail),
    Line(CompiledLine),
    Push(CompiledPush),
}

/// What one person reads.
pub(super) struct Written {
    pub(super) says: Says,
    /// The links that must be stored before anybody can follow them.
    pub(super) links: Vec<Link>,
}

/// What is said, by channel.
pub(super) enum Says {
    /// An email, and where one takes oneself off the list.
    Email(contents::Message, String),
    /// LINE's message objects.
    Line(Vec<serde_json::Value>),
    /// A push, and where a device tells what became of it.
    Push(RenderedPush, String),
}

impl Letter {
    /// Compiles the words of a campaign.
    ///
    /// # Errors
    /// What is wrong with them.
    pub fn new(
        campaign: &Campaign,
        words: &Words,
        workspace: &WorkspaceFacts,
    ) -> Result<Self, CompileError> {
        let offer = campaign.document.offer.as_ref();
        let shared = json!({
            "workspace": {"name": workspace.name, "postal_address": workspace.postal_address},
            "coupon": coupon(offer),
        });
        let contents = campaign.document.contents.as_ref();
        Ok(Self {
            campaign: campaign.id,
            words: match words {
                Words::Email(email) => {
                    Compiled::Email(CompiledEmail::compile(email, Footer::Ensure)?)
                }
                Words::Line(line) => Compiled::Line(CompiledLine::compile(line)?),
                Words::Push(push) => Compiled::Push(CompiledPush::compile(push)?),
            },
            source: serde_json::to_string(words).unwrap_or_default(),
            shared: Shared::from_json(&shared),
            popular: popular(offer),
            zone: workspace.zone,
            fallback_locale: workspace.locale.clone(),
            locale: contents
                .map(|contents| contents.locale.clone())
                .unwrap_or_default(),
        })
    }

    /// Tells whether the words speak of a block.
    pub fn uses(&self, part: Part) -> bool {
        self.source.contains(match part {
            Part::Products => "products",
            Part::LastOrder => "last_order",
        })
    }

    /// Returns which products fill `products`.
    pub fn popular(&self) -> &Popular {
        &self.popular
    }

    pub(super) fn locale_of<'a>(&'a self, person: &'a PersonData) -> &'a str {
        match &self.locale {
            LocaleChoice::Fixed(locale) => locale,
            LocaleChoice::Person => person.locale.as_deref().unwrap_or(&self.fallback_locale),
        }
    }

    /// Writes it for one delivery, with its signed addresses.
    pub(super) fn write(
        &self,
        delivery: DeliveryId,
        person: &PersonData,
        urls: &PublicUrls,
        signer: &Signer,
    ) -> Result<Written, RenderError> {
        let mut links: HashMap<i64, Link> = HashMap::new();
        let options = RenderOptions {
            locale: Some(self.locale_of(person)),
            timezone: self.zone,
            footer: FooterCheck::Enforced,
        };
        let mut data = Data::with_shared(&person.variables, &self.shared);
        let mut tracked = |link: LinkRef<'_>| {
            let found = Link::new(self.campaign, link.ordinal, &link.url)?;
            let url = urls.click(signer, delivery, found.id);
            links.insert(found.id.raw(), found);
            Some(url)
        };
        let says = match &self.words {
            Compiled::Email(email) => {
                let unsubscribe = urls.unsubscribe(signer, delivery);
                data.set("unsubscribe_url", &json!(unsubscribe));
                data.set(
                    "preferences_url",
                    &json!(urls.preferences(signer, delivery)),
                );
                data.set("web_url", &json!(urls.web(signer, delivery)));
                let rendered = email.render(&data, &options)?;
                let pixel = urls.open(signer, delivery);
                let message = rendered.into_tracked(
                    |link| {
                        let url = link.url.clone();
                        tracked(link).map_or(url, Cow::Owned)
                    },
                    Some(&pixel),
                );
                Says::Email(message, unsubscribe)
            }
            Compiled::Line(line) => {
                let rendered = line.render(data, &options, &mut |link| {
                    let url = link.url.to_string();
                    tracked(link).unwrap_or(url)
                })?;
                Says::Line(rendered.messages)
            }
            Compiled::Push(push) => {
                let rendered = push.render(data, &options, &mut |link| {
                    let url = link.url.to_string();
                    let own = tracked(link);
                    // No device follows an address that is not https, and then the device itself tells of the tap.
                    own.filter(|_| urls.is_https()).unwrap_or(url)
                })?;
                Says::Push(rendered, urls.device(signer, delivery))
            }
        };
        Ok(Written {
            says,
            links: links.into_values().collect(),
        })
    }
}
