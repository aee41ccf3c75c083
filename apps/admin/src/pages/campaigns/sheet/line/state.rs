//! The messages in pieces that fields are bound to.

use std::collections::BTreeMap;

use api_types::line_messages::{LineButton, LineCard, LineDocument, LineMessage, LineVariant};
use leptos::prelude::*;

/// What a part is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Text,
    Image,
    Cards,
    Json,
}

/// One message; the fields of other kinds are empty.
#[derive(Clone, Copy, PartialEq)]
pub(super) struct Part {
    pub(super) id: usize,
    pub(super) kind: Kind,
    /// Words, an address or JSON, as the kind has it; of cards what the list of chats shows.
    pub(super) text: RwSignal<String>,
    pub(super) preview: RwSignal<String>,
    pub(super) cards: RwSignal<Vec<Card>>,
}

/// One card.
#[derive(Clone, Copy, PartialEq)]
pub(super) struct Card {
    pub(super) id: usize,
    pub(super) design: RwSignal<String>,
    pub(super) is_each: RwSignal<bool>,
    pub(super) image: RwSignal<String>,
    pub(super) title: RwSignal<String>,
    pub(super) text: RwSignal<String>,
    pub(super) note: RwSignal<String>,
    pub(super) accent: RwSignal<String>,
    pub(super) buttons: RwSignal<Vec<Press>>,
}

/// Something to tap.
#[derive(Clone, Copy, PartialEq)]
pub(super) struct Press {
    pub(super) id: usize,
    /// `link` or `say`.
    pub(super) kind: RwSignal<String>,
    pub(super) label: RwSignal<String>,
    pub(super) target: RwSignal<String>,
}

/// The messages of one language.
#[derive(Clone, Copy, PartialEq)]
pub(super) struct Variant {
    pub(super) exists: RwSignal<bool>,
    pub(super) parts: RwSignal<Vec<Part>>,
    pub(super) replies: RwSignal<Vec<Press>>,
}

/// All of it; `Copy`, to be passed to every field.
#[derive(Clone, Copy)]
pub(super) struct State {
    ja: Variant,
    en: Variant,
    default_locale: StoredValue<String>,
    others: StoredValue<BTreeMap<String, LineVariant>>,
    last_id: StoredValue<usize>,
    /// Whatever is added lives as long as the form, not as long as the button that added it is drawn.
    owner: StoredValue<Option<Owner>>,
}

impl State {
    /// Begins with a document, or with one empty message.
    pub(super) fn new(document: Option<&LineDocument>) -> Self {
        let empty = || Variant {
            exists: RwSignal::new(false),
            parts: RwSignal::default(),
            replies: RwSignal::default(),
        };
        let default_locale = document.map_or("ja", |document| document.default_locale.as_str());
        let state = Self {
            ja: empty(),
            en: empty(),
            default_locale: StoredValue::new(default_locale.to_owned()),
            others: StoredValue::default(),
            last_id: StoredValue::new(0),
            owner: StoredValue::new(Owner::current()),
        };
        let Some(document) = document else {
            state.begin(state.ja);
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

    /// Begins a language with what the other one says, or with an empty message.
    pub(super) fn begin(self, variant: Variant) {
        let other = if variant == self.en { self.ja } else { self.en };
        let written = other
            .exists
            .get_untracked()
            .then(|| untrack(|| wire(other)));
        match written {
            Some(written) => self.fill(variant, &written),
            None => variant.parts.set(vec![self.new_part(Kind::Text)]),
        }
        variant.exists.set(true);
    }

    fn fill(self, variant: Variant, written: &LineVariant) {
        variant.exists.set(true);
        variant.parts.set(
            written
                .messages
                .iter()
                .map(|message| self.part(message))
                .collect(),
        );
        let replies = written.quick_replies.iter().map(|reply| self.press(reply));
        variant.replies.set(replies.collect());
    }

    fn owned<T>(self, make: impl FnOnce() -> T) -> T {
        match self.owner.get_value() {
            Some(owner) => owner.with(make),
            None => make(),
        }
    }

    fn next_id(self) -> usize {
        self.last_id.update_value(|id| *id += 1);
        self.last_id.get_value()
    }

    pub(super) fn new_part(self, kind: Kind) -> Part {
        self.owned(|| self.make_part(kind))
    }

    fn make_part(self, kind: Kind) -> Part {
        let cards = match kind {
            Kind::Cards => vec![self.new_card()],
            _ => Vec::new(),
        };
        let text = if kind == Kind::Json {
            "{\n  \"type\": \"text\",\n  \"text\": \"\"\n}"
        } else {
            ""
        };
        Part {
            id: self.next_id(),
            kind,
            text: RwSignal::new(text.to_owned()),
            preview: RwSignal::default(),
            cards: RwSignal::new(cards),
        }
    }

    pub(super) fn new_card(self) -> Card {
        self.card(&LineCard {
            design: "picture".to_owned(),
            ..LineCard::default()
        })
    }

    pub(super) fn new_press(self) -> Press {
        self.press(&LineButton::Link {
            label: String::new(),
            url: String::new(),
        })
    }

    fn part(self, message: &LineMessage) -> Part {
        let part = |kind| Part {
            cards: RwSignal::default(),
            ..self.new_part(kind)
        };
        match message {
            LineMessage::Text { text } => {
                let part = part(Kind::Text);
                part.text.set(text.clone());
                part
            }
            LineMessage::Image { url, preview_url } => {
                let part = part(Kind::Image);
                part.text.set(url.clone());
                part.preview.set(preview_url.clone().unwrap_or_default());
                part
            }
            LineMessage::Cards { alt_text, cards } => {
                let part = part(Kind::Cards);
                part.text.set(alt_text.clone());
                part.cards
                    .set(cards.iter().map(|card| self.card(card)).collect());
                part
            }
            LineMessage::Json { message } => {
                let part = part(Kind::Json);
                part.text
                    .set(serde_json::to_string_pretty(message).unwrap_or_default());
                part
            }
        }
    }

    fn card(self, card: &LineCard) -> Card {
        self.owned(|| Card {
            id: self.next_id(),
            design: RwSignal::new(card.design.clone()),
            is_each: RwSignal::new(card.repeat.is_some()),
            image: RwSignal::new(card.image.clone()),
            title: RwSignal::new(card.title.clone()),
            text: RwSignal::new(card.text.clone()),
            note: RwSignal::new(card.note.clone()),
            accent: RwSignal::new(card.accent.clone().unwrap_or_default()),
            buttons: RwSignal::new(
                card.buttons
                    .iter()
                    .map(|button| self.press(button))
                    .collect(),
            ),
        })
    }

    fn press(self, button: &LineButton) -> Press {
        let (kind, label, target) = match button {
            LineButton::Link { label, url } => ("link", label, url),
            LineButton::Say { label, text } => ("say", label, text),
        };
        self.owned(|| Press {
            id: self.next_id(),
            kind: RwSignal::new(kind.to_owned()),
            label: RwSignal::new(label.clone()),
            target: RwSignal::new(target.clone()),
        })
    }

    /// Returns what the fields say, following them.
    pub(super) fn document(self) -> LineDocument {
        let mut variants = self.others.get_value();
        for (locale, variant) in [("ja", self.ja), ("en", self.en)] {
            if variant.exists.get() {
                variants.insert(locale.to_owned(), wire(variant));
            }
        }
        LineDocument {
            version: 1,
            kind: "line".to_owned(),
            name: "LINE".to_owned(),
            default_locale: self.default_locale.get_value(),
            variants,
        }
    }
}

fn wire(variant: Variant) -> LineVariant {
    LineVariant {
        messages: variant.parts.get().into_iter().map(message).collect(),
        quick_replies: variant.replies.get().into_iter().map(button).collect(),
    }
}

fn message(part: Part) -> LineMessage {
    let text = part.text.get();
    match part.kind {
        Kind::Text => LineMessage::Text { text },
        Kind::Image => LineMessage::Image {
            url: text,
            preview_url: Some(part.preview.get()).filter(|url| !url.trim().is_empty()),
        },
        Kind::Cards => LineMessage::Cards {
            alt_text: text,
            cards: part.cards.get().into_iter().map(card).collect(),
        },
        // What is no JSON is sent as text, so that the server can say what is wrong with it.
        Kind::Json => LineMessage::Json {
            message: serde_json::from_str(&text).unwrap_or(serde_json::Value::String(text)),
        },
    }
}

fn card(card: Card) -> LineCard {
    LineCard {
        design: card.design.get(),
        repeat: card.is_each.get().then(|| "products".to_owned()),
        image: card.image.get(),
        title: card.title.get(),
        text: card.text.get(),
        note: card.note.get(),
        accent: Some(card.accent.get()).filter(|accent| !accent.trim().is_empty()),
        buttons: card.buttons.get().into_iter().map(button).collect(),
    }
}

fn button(press: Press) -> LineButton {
    let (label, target) = (press.label.get(), press.target.get());
    if press.kind.get() == "say" {
        LineButton::Say {
            label,
            text: target,
        }
    } else {
        LineButton::Link { label, url: target }
    }
}
