//! The language of the interface, one signal for the whole page.

use std::sync::OnceLock;

use leptos::{prelude::*, reactive::graph::Observer};

use crate::state::storage;

const KEY: &str = "enishi.locale";

/// A language the interface speaks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Locale {
    /// Japanese, the default.
    #[default]
    Ja,
    /// English.
    En,
}

impl Locale {
    /// Returns the BCP 47 tag, as used in `lang` and on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Ja => "ja",
            Self::En => "en",
        }
    }

    /// Reads a tag; anything that is not English is Japanese.
    pub fn parse(tag: &str) -> Self {
        if tag.starts_with("en") {
            Self::En
        } else {
            Self::Ja
        }
    }
}

static LOCALE: OnceLock<ArcRwSignal<Locale>> = OnceLock::new();

fn signal() -> &'static ArcRwSignal<Locale> {
    LOCALE.get_or_init(|| ArcRwSignal::new(Locale::default()))
}

/// Takes up the stored language and keeps `<html lang>` in step with it.
pub fn init() {
    if let Some(tag) = storage::read(KEY) {
        signal().set(Locale::parse(&tag));
    }
    Effect::new(|| {
        if let Some(root) = document().document_element() {
            let _ = root.set_attribute("lang", current().as_str());
        }
    });
}

/// Returns the language; inside a view or an effect the reader follows its changes.
pub fn current() -> Locale {
    // Messages are also made in event handlers and tests, where there is nobody to subscribe.
    if Observer::get().is_some() {
        signal().get()
    } else {
        signal().get_untracked()
    }
}

/// Changes the language and remembers it.
pub fn set(locale: Locale) {
    storage::write(KEY, locale.as_str());
    signal().set(locale);
}

/// Whether the person has chosen a language in this browser; if so it wins over the one of the account.
pub fn is_chosen() -> bool {
    storage::read(KEY).is_some()
}

/// Takes the account's language where none was chosen here.
pub fn suggest(tag: &str) {
    if !is_chosen() {
        signal().set(Locale::parse(tag));
    }
}
