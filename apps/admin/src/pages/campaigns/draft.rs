//! The draft being edited: saved by itself, one call at a time, with what is missing and whom it reaches.

use std::time::Duration;

use api_types::{
    FieldError,
    campaigns::{CampaignDocument, CampaignView, ChannelCard, Readiness, ReviewView},
};
use leptos::prelude::*;
use wasm_bindgen_futures::spawn_local;

use super::{
    logic::{self, Card},
    words::{self, Known},
};
use crate::{
    api::{ApiError, Load, campaigns as api, load, segments},
    format,
};

const PAUSE: Duration = Duration::from_millis(700);

/// How far saving has come.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Saving {
    /// Nothing to save; when it was saved last, if in this visit.
    Saved(Option<i64>),
    /// Waiting or under way.
    Under,
    /// Failed; what is typed stays.
    Failed(ApiError),
    /// Somebody else saved first.
    Conflict,
}

/// The draft; `Copy`, to be passed to cards and sheets.
#[derive(Clone, Copy)]
pub(crate) struct Draft {
    id: StoredValue<String>,
    /// Its name.
    pub(crate) name: RwSignal<String>,
    document: RwSignal<CampaignDocument>,
    version: RwSignal<i64>,
    saving: RwSignal<Saving>,
    is_dirty: StoredValue<bool>,
    is_running: StoredValue<bool>,
    timer: StoredValue<Option<TimeoutHandle>>,
    /// What is missing.
    pub(crate) readiness: Load<Readiness>,
    /// Whom it reaches; `None` while nobody is chosen.
    pub(crate) review: Load<Option<ReviewView>>,
    known: Load<Known>,
}

impl Draft {
    /// Takes up a draft as it was read.
    pub(crate) fn begin(campaign: CampaignView) -> Self {
        let id = campaign.summary.id;
        let version = RwSignal::new(campaign.summary.version);
        let document = RwSignal::new(campaign.document);
        let (for_readiness, for_review) = (id.clone(), id.clone());
        let readiness = load(
            move || version.get(),
            move |_, signal| {
                let id = for_readiness.clone();
                async move { api::readiness(&id, Some(&signal)).await }
            },
        );
        let review = load(
            move || {
                (
                    version.get(),
                    document.with_untracked(|document| Card::Target.is_answered(document)),
                )
            },
            move |(_, has_target), signal| {
                let id = for_review.clone();
                async move {
                    if has_target {
                        api::review(&id, Some(&signal)).await.map(Some)
                    } else {
                        Ok(None)
                    }
                }
            },
        );
        let known = load(|| (), |(), signal| async move { known(signal).await });
        let draft = Self {
            id: StoredValue::new(id),
            name: RwSignal::new(campaign.summary.name),
            document,
            version,
            saving: RwSignal::new(Saving::Saved(None)),
            is_dirty: StoredValue::new(false),
            is_running: StoredValue::new(false),
            timer: StoredValue::new(None),
            readiness,
            review,
            known,
        };
        let first = StoredValue::new(draft.name.get_untracked());
        Effect::new(move |_| {
            let name = draft.name.get();
            if first.get_value() != name {
                first.set_value(name);
                draft.touch();
            }
        });
        // What was typed last is not lost by leaving the page.
        on_cleanup(move || {
            if draft.is_dirty.try_get_value() == Some(true) {
                draft.save_now();
            }
        });
        draft
    }

    /// Whether it goes through LINE, as it is now.
    pub(crate) fn is_for_line(self) -> bool {
        self.read_now(|document| matches!(document.channel, Some(ChannelCard::Line { .. })))
    }

    /// Whether it goes to devices, as it is now.
    pub(crate) fn is_for_push(self) -> bool {
        self.read_now(|document| matches!(document.channel, Some(ChannelCard::Push { .. })))
    }

    /// Returns the name of the sender that was chosen.
    pub(crate) fn sender_name(self) -> String {
        let id = self.read(|document| {
            let channel = document.channel.as_ref();
            channel.map(|card| card.sender().to_owned())
        });
        let senders = self.known().senders;
        let found = senders.into_iter().find(|own| Some(&own.id) == id.as_ref());
        found.map(|own| own.from_name).unwrap_or_default()
    }

    /// Returns its id.
    pub(crate) fn id(self) -> String {
        self.id.get_value()
    }

    /// Reads the cards, following them.
    pub(crate) fn read<T>(self, read: impl FnOnce(&CampaignDocument) -> T) -> T {
        self.document.with(read)
    }

    /// Reads the cards as they are now.
    pub(crate) fn read_now<T>(self, read: impl FnOnce(&CampaignDocument) -> T) -> T {
        self.document.with_untracked(read)
    }

    /// Changes the cards; they are saved a moment later.
    pub(crate) fn change(self, change: impl FnOnce(&mut CampaignDocument)) {
        let before = self.document.get_untracked();
        let mut after = before.clone();
        change(&mut after);
        after.version = 1;
        if after != before {
            self.document.set(after);
            self.touch();
        }
    }

    /// Returns how far saving has come; reactive.
    pub(crate) fn saving(self) -> Saving {
        self.saving.get()
    }

    /// Returns the segments, senders and emails; reactive.
    pub(crate) fn known(self) -> Known {
        self.known.value().unwrap_or_default()
    }

    /// Returns the sentence of a card; reactive.
    pub(crate) fn answer(self, card: Card) -> String {
        let known = self.known();
        self.read(|document| words::answer(card, document, &known))
    }

    /// Returns what is missing; reactive.
    pub(crate) fn missing(self) -> Vec<FieldError> {
        self.readiness
            .value()
            .map(|readiness| readiness.missing)
            .unwrap_or_default()
    }

    /// Returns what is wrong with a card; reactive.
    pub(crate) fn wrong_with(self, card: Card) -> Vec<FieldError> {
        logic::of_card(&self.missing(), card)
    }

    fn touch(self) {
        self.is_dirty.set_value(true);
        self.saving.set(Saving::Under);
        if let Some(timer) = self.timer.get_value() {
            timer.clear();
        }
        self.timer
            .set_value(set_timeout_with_handle(move || self.save_now(), PAUSE).ok());
    }

    /// Saves what is not saved; while a call is under way the next one waits for it.
    pub(crate) fn save_now(self) {
        if self.is_running.try_get_value() != Some(false)
            || self.is_dirty.try_get_value() != Some(true)
        {
            return;
        }
        self.is_running.set_value(true);
        self.is_dirty.set_value(false);
        let (id, version) = (self.id.get_value(), self.version.get_untracked());
        let (name, document) = (self.name.get_untracked(), self.document.get_untracked());
        spawn_local(async move {
            let answer = api::save(&id, version, name, document).await;
            let _ = self
                .is_running
                .try_update_value(|is_running| *is_running = false);
            match answer {
                Ok(campaign) => {
                    self.version.try_set(campaign.summary.version);
                    if self.is_dirty.try_get_value() == Some(true) {
                        self.save_now();
                    } else {
                        self.saving
                            .try_set(Saving::Saved(Some(format::zone::now())));
                    }
                }
                Err(error) => {
                    let _ = self.is_dirty.try_update_value(|is_dirty| *is_dirty = true);
                    let saving = if error.is_conflict() {
                        Saving::Conflict
                    } else {
                        Saving::Failed(error)
                    };
                    self.saving.try_set(saving);
                }
            }
        });
    }

    /// Takes over what somebody else saved.
    pub(crate) fn take(self, campaign: CampaignView) {
        self.is_dirty.set_value(false);
        self.name.set(campaign.summary.name);
        self.document.set(campaign.document);
        self.version.set(campaign.summary.version);
        self.saving.set(Saving::Saved(None));
        if let Some(timer) = self.timer.get_value() {
            timer.clear();
        }
        self.is_dirty.set_value(false);
    }

    /// Saves one's own over what somebody else saved.
    pub(crate) fn insist(self, version: i64) {
        self.version.set(version);
        self.is_dirty.set_value(true);
        self.saving.set(Saving::Under);
        self.save_now();
    }
}

/// Reads what the sentences of the cards name; one list that fails does not take the others away.
pub(super) async fn known(signal: web_sys::AbortSignal) -> Result<Known, ApiError> {
    let segments = segments::all(Some(&signal)).await;
    let senders = api::senders(Some(&signal)).await;
    let contents = api::contents(Some(&signal)).await;
    Ok(Known {
        segments: segments.unwrap_or_default(),
        senders: senders.unwrap_or_default(),
        contents: contents.unwrap_or_default(),
    })
}
