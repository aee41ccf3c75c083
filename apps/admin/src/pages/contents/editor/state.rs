//! What the editor holds: the document in pieces that fields are bound to, and what came of rendering it.

use std::collections::BTreeMap;

use api_types::{
    contents::{ContentPreview, ContentView, EmailDocument, EmailVariant},
    customers::CustomerSummary,
};
use leptos::prelude::*;
use wasm_bindgen::JsCast;

use crate::{
    api::ApiError,
    pages::contents::logic::{LOCALES, Spot},
    ui::code_area,
};

/// The fields of one language.
#[derive(Clone, Copy)]
pub struct Fields {
    /// Whether there is a variant in this language.
    pub exists: RwSignal<bool>,
    /// The subject.
    pub subject: RwSignal<String>,
    /// The line after it.
    pub preheader: RwSignal<String>,
    /// The body.
    pub mjml: RwSignal<String>,
    /// Whether the text part is written by hand.
    pub has_text: RwSignal<bool>,
    /// The text part.
    pub text: RwSignal<String>,
}

impl Fields {
    fn new() -> Self {
        Self {
            exists: RwSignal::new(false),
            subject: RwSignal::default(),
            preheader: RwSignal::default(),
            mjml: RwSignal::default(),
            has_text: RwSignal::new(false),
            text: RwSignal::default(),
        }
    }

    /// Puts a variant into the fields; only what differs is touched, so that a cursor stays.
    pub fn fill(self, variant: Option<&EmailVariant>) {
        self.exists.set(variant.is_some());
        let variant = variant.cloned().unwrap_or_default();
        for (field, value) in [
            (self.subject, variant.subject),
            (self.preheader, variant.preheader),
            (self.mjml, variant.mjml),
            (self.text, variant.text.clone().unwrap_or_default()),
        ] {
            if field.with_untracked(|present| *present != value) {
                field.set(value);
            }
        }
        self.has_text.set(variant.text.is_some());
    }

    fn variant(self) -> Option<EmailVariant> {
        self.exists.get().then(|| EmailVariant {
            subject: self.subject.get(),
            preheader: self.preheader.get(),
            mjml: self.mjml.get(),
            text: self.has_text.get().then(|| self.text.get()),
        })
    }

    fn named(self, field: &str) -> Option<RwSignal<String>> {
        match field {
            "subject" => Some(self.subject),
            "preheader" => Some(self.preheader),
            "mjml" => Some(self.mjml),
            "text" => Some(self.text),
            _ => None,
        }
    }
}

/// The editor's state; `Copy`, to be passed to its parts.
#[derive(Clone, Copy)]
pub struct State {
    /// What the server holds, as last read or written.
    pub saved: RwSignal<ContentView>,
    /// What the author calls it.
    pub name: RwSignal<String>,
    ja: Fields,
    en: Fields,
    /// Languages that this editor does not show; they are kept as they are.
    others: StoredValue<BTreeMap<String, EmailVariant>>,
    /// The language in view.
    pub tab: RwSignal<String>,
    /// Whom it is rendered for; nobody means a made-up reader.
    pub customer: RwSignal<Option<CustomerSummary>>,
    /// Whether the first customer has been looked for, so that rendering need not begin with a made-up one.
    pub is_settled: RwSignal<bool>,
    /// Whether the preview is shown in the dark.
    pub is_dark: RwSignal<bool>,
    /// The last rendering that worked.
    pub shown: RwSignal<Option<ContentPreview>>,
    /// Why the newest one did not.
    pub failure: RwSignal<Option<ApiError>>,
    /// Whether a rendering is under way.
    pub is_rendering: RwSignal<bool>,
    /// The field that was typed in last: where a variable goes.
    last_field: StoredValue<String>,
}

impl State {
    /// Makes the state of an email that was read.
    pub fn new(content: &ContentView) -> Self {
        let tab = content.document.default_locale.clone();
        let tab = if LOCALES.contains(&tab.as_str()) {
            tab
        } else {
            "ja".to_owned()
        };
        let state = Self {
            name: RwSignal::default(),
            ja: Fields::new(),
            en: Fields::new(),
            others: StoredValue::default(),
            tab: RwSignal::new(tab),
            customer: RwSignal::new(None),
            is_settled: RwSignal::new(false),
            is_dark: RwSignal::new(false),
            shown: RwSignal::new(None),
            failure: RwSignal::new(None),
            is_rendering: RwSignal::new(false),
            last_field: StoredValue::new("mjml".to_owned()),
            saved: RwSignal::new(content.clone()),
        };
        state.fill(&content.document);
        state
    }

    /// Returns the id of the email.
    pub fn id(self) -> String {
        self.saved.with_untracked(|saved| saved.summary.id.clone())
    }

    /// Puts a document into the fields.
    pub fn fill(self, document: &EmailDocument) {
        self.name.set(document.name.clone());
        self.ja.fill(document.variants.get("ja"));
        self.en.fill(document.variants.get("en"));
        let mut others = document.variants.clone();
        others.retain(|locale, _| !LOCALES.contains(&locale.as_str()));
        self.others.set_value(others);
    }

    /// Takes up what the server holds now.
    pub fn take(self, content: ContentView) {
        self.fill(&content.document);
        self.saved.set(content);
    }

    /// Returns the fields of a language.
    pub fn fields(self, locale: &str) -> Fields {
        if locale == "en" { self.en } else { self.ja }
    }

    /// Returns the document as it is written now; reactive.
    pub fn document(self) -> EmailDocument {
        let (version, default_locale) = self.saved.with(|saved| {
            (
                saved.document.version,
                saved.document.default_locale.clone(),
            )
        });
        let mut variants = self.others.get_value();
        for locale in LOCALES {
            if let Some(variant) = self.fields(locale).variant() {
                variants.insert(locale.to_owned(), variant);
            }
        }
        EmailDocument {
            version,
            name: self.name.get(),
            default_locale,
            variants,
        }
    }

    /// Whether there is anything to save; reactive.
    pub fn is_changed(self) -> bool {
        let document = self.document();
        self.saved.with(|saved| saved.document != document)
    }

    /// Remembers the field in which the cursor is.
    pub fn enter(self, field: &'static str) {
        self.last_field.set_value(field.to_owned());
    }

    /// Goes to a place in the source.
    pub fn go_to(self, spot: Spot) {
        let Some(value) = self.fields(&spot.locale).named(&spot.field) else {
            return;
        };
        if spot.field == "text" {
            self.fields(&spot.locale).has_text.set(true);
        }
        self.tab.set(spot.locale.clone());
        // The tab must be in view before its fields take the focus.
        request_animation_frame(move || {
            let Some(element) = control(&spot.locale, &spot.field) else {
                return;
            };
            let at =
                value.with_untracked(|text| code_area::offset(text, spot.line.max(1), spot.column));
            let _ = element.focus();
            select(&element, at, at);
            // The browser moves the cursor but not the view.
            let above = i32::try_from(spot.line.saturating_sub(6)).unwrap_or_default();
            element.set_scroll_top(above.saturating_mul(20));
        });
    }

    /// Writes something at the cursor of the field that was typed in last.
    pub fn insert(self, text: &str) {
        let (locale, field) = (self.tab.get_untracked(), self.last_field.get_value());
        let is_line = field == "subject" || field == "preheader";
        let (Some(value), Some(element)) =
            (self.fields(&locale).named(&field), control(&locale, &field))
        else {
            return;
        };
        // A block of several lines has no place in a subject.
        let text = if is_line {
            text.lines().next().unwrap_or_default()
        } else {
            text
        };
        let length = u32::try_from(text.encode_utf16().count()).unwrap_or_default();
        let (start, end) = selection(&element);
        let (start, end) = (start.unwrap_or_default(), end.unwrap_or_default());
        let written = value.with_untracked(|present| {
            let units: Vec<u16> = present.encode_utf16().collect();
            let at = |at: u32| usize::try_from(at).unwrap_or_default().min(units.len());
            let before = String::from_utf16_lossy(units.get(..at(start)).unwrap_or_default());
            let after = String::from_utf16_lossy(units.get(at(end)..).unwrap_or_default());
            format!("{before}{text}{after}")
        });
        value.set(written);
        request_animation_frame(move || {
            let _ = element.focus();
            select(&element, start + length, start + length);
        });
    }
}

/// Returns the control of a field; the fields of both languages are in the page, one set hidden.
fn control(locale: &str, field: &str) -> Option<web_sys::HtmlElement> {
    let selector = format!(
        "[data-field=\"{locale}/{field}\"] textarea, [data-field=\"{locale}/{field}\"] input"
    );
    document()
        .query_selector(&selector)
        .ok()
        .flatten()
        .and_then(|element| element.dyn_into().ok())
}

fn select(element: &web_sys::HtmlElement, start: u32, end: u32) {
    if let Some(area) = element.dyn_ref::<web_sys::HtmlTextAreaElement>() {
        let _ = area.set_selection_range(start, end);
    } else if let Some(input) = element.dyn_ref::<web_sys::HtmlInputElement>() {
        let _ = input.set_selection_range(start, end);
    }
}

fn selection(element: &web_sys::HtmlElement) -> (Option<u32>, Option<u32>) {
    if let Some(area) = element.dyn_ref::<web_sys::HtmlTextAreaElement>() {
        (
            area.selection_start().ok().flatten(),
            area.selection_end().ok().flatten(),
        )
    } else if let Some(input) = element.dyn_ref::<web_sys::HtmlInputElement>() {
        (
            input.selection_start().ok().flatten(),
            input.selection_end().ok().flatten(),
        )
    } else {
        (None, None)
    }
}
