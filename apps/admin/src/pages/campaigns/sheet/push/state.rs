//! The push in pieces that fields are bound to.

use std::collections::BTreeMap;

use api_types::push_messages::{PushButton, PushDocument, PushVariant};
use leptos::prelude::*;

/// Something to tap.
#[derive(Clone, Copy, PartialEq)]
pub(super) struct Press {
    pub(super) id: usize,
    pub(super) label: RwSignal<String>,
    pub(super) link: RwSignal<String>,
}

/// The push in one language.
#[derive(Clone, Copy, PartialEq)]
pub(super) struct Variant {
    pub(super) exists: RwSignal<bool>,
    pub(super) title: RwSignal<String>,
    pub(super) body: RwSignal<String>,
    pub(super) image: RwSignal<String>,
    pub(super) link: RwSignal<String>,
    pub(super) buttons: RwSignal<Vec<Press>>,
}

impl Variant {
    fn empty() -> Self {
        Self {
            exists: RwSignal::new(false),
            title: RwSignal::default(),
            body: RwSignal::default(),
            image: RwSignal::default(),
            link: RwSignal::default(),
            buttons: RwSignal::default(),
        }
    }
}

/// All of it; `Copy`, to be passed to every field.
#[derive(Clone, Copy)]
pub(super) struct State {
    ja: Variant,
    en: Variant,
    default_locale: StoredValue<String>,
    others: StoredValue<BTreeMap<String, PushVariant>>,
    last_id: StoredValue<usize>,
    /// Whatever is added lives as long as the form, not as long as the button that added it is drawn.
    owner: StoredValue<Option<Owner>>,
}

impl State {
    /// Begins with a document, or with an empty push.
    pub(super) fn new(document: Option<&PushDocument>) -> Self {
        let default_locale = document.map_or("ja", |document| document.default_locale.as_str());
        let state = Self {
            ja: Variant::empty(),
            en: Variant::empty(),
            default_locale: StoredValue::new(default_locale.to_owned()),
            others: StoredValue::default(),
            last_id: StoredValue::new(0),
            owner: StoredValue::new(Owner::current()),
        };
        let Some(document) = document else {
            state.ja.exists.set(true);
            return state;
        };
        for (locale, variant) in &document.variants {
            match locale.as_str() {
                "ja" => state.fill(state.ja, variant),
                "en" => state.fill(state.en, variant),
                _ => state.others.update_value(|others| {
                    others.insert(locale.clone(), variant.clone());
                }),
            }
        }
        state
    }

    /// Returns the language that everybody without a matching one gets.
    pub(super) fn default_locale(self) -> String {
        self.default_locale.get_value()
    }

    /// Returns the fields of a language.
    pub(super) fn variant(self, locale: &str) -> Variant {
        if locale == "en" { self.en } else { self.ja }
    }

    /// Begins a language with what the other one says.
    pub(super) fn begin(self, variant: Variant) {
        let other = if variant == self.en { self.ja } else { self.en };
        let written = untrack(|| wire(other));
        self.fill(variant, &written);
    }

    fn fill(self, variant: Variant, written: &PushVariant) {
        variant.title.set(written.title.clone());
        variant.body.set(written.body.clone());
        variant.image.set(written.image.clone());
        variant.link.set(written.link.clone());
        let buttons = written.buttons.iter().map(|button| self.press(button));
        variant.buttons.set(buttons.collect());
        variant.exists.set(true);
    }

    pub(super) fn new_press(self) -> Press {
        self.press(&PushButton::default())
    }

    fn press(self, button: &PushButton) -> Press {
        let make = || {
            self.last_id.update_value(|id| *id += 1);
            Press {
                id: self.last_id.get_value(),
                label: RwSignal::new(button.label.clone()),
                link: RwSignal::new(button.link.clone()),
            }
        };
        match self.owner.get_value() {
            Some(owner) => owner.with(make),
            None => make(),
        }
    }

    /// Returns what the fields say, following them.
    pub(super) fn document(self) -> PushDocument {
        let mut variants = self.others.get_value();
        for (locale, variant) in [("ja", self.ja), ("en", self.en)] {
            if variant.exists.get() {
                variants.insert(locale.to_owned(), wire(variant));
            }
        }
        PushDocument {
            version: 1,
            kind: "push".to_owned(),
            name: "push".to_owned(),
            default_locale: self.default_locale.get_value(),
            variants,
        }
    }
}

fn wire(variant: Variant) -> PushVariant {
    let button = |press: Press| PushButton {
        label: press.label.get(),
        link: press.link.get().trim().to_owned(),
    };
    PushVariant {
        title: variant.title.get(),
        body: variant.body.get(),
        image: variant.image.get().trim().to_owned(),
        link: variant.link.get().trim().to_owned(),
        buttons: variant.buttons.get().into_iter().map(button).collect(),
    }
}
