//! One answer: the words, and what is said.

use std::collections::BTreeMap;

use api_types::{
    line_messages::{LineDocument, LineMessage, LineVariant},
    line_replies::{LineReplyView, WriteLineReply},
};
use leptos::prelude::*;

use crate::{
    api::{Submit, line_replies},
    i18n as t,
    state::toast::use_toasts,
    ui::{
        Button, ButtonKind, Checkbox, Choice, FormError, Note, RadioGroup, TextArea, TextField,
        Tone,
    },
};

/// What stands in the form.
#[derive(Clone, Copy)]
struct Typed {
    name: RwSignal<String>,
    /// One to a line.
    words: RwSignal<String>,
    how: RwSignal<String>,
    enabled: RwSignal<bool>,
    /// What is said, where that is one text; none where it was made by other means, and stays as it is.
    text: Option<RwSignal<String>>,
}

impl Typed {
    fn new(present: Option<&LineReplyView>) -> Self {
        let text_of = |read: fn(&LineReplyView) -> String| {
            RwSignal::new(present.map(read).unwrap_or_default())
        };
        let how = present.map_or_else(|| "exact".to_owned(), |rule| rule.how.clone());
        let text = present.map_or_else(|| Some(String::new()), |rule| plain(&rule.document));
        Self {
            name: text_of(|rule| rule.name.clone()),
            words: text_of(|rule| rule.keywords.join("\n")),
            how: RwSignal::new(how),
            enabled: RwSignal::new(present.is_none_or(|rule| rule.enabled)),
            text: text.map(RwSignal::new),
        }
    }

    fn read(self, before: Option<&LineReplyView>) -> WriteLineReply {
        let name = self.name.get_untracked();
        let text = self.text.map(|text| text.get_untracked());
        let document = match (before, text) {
            (Some(rule), None) => rule.document.clone(),
            (_, text) => document(&name, text.unwrap_or_default()),
        };
        let words = self.words.get_untracked();
        let words = words.lines().map(str::trim).filter(|word| !word.is_empty());
        WriteLineReply {
            name,
            how: self.how.get_untracked(),
            keywords: words.map(str::to_owned).collect(),
            document,
            enabled: Some(self.enabled.get_untracked()),
            version: before.map(|rule| rule.version),
        }
    }

    fn track(self) {
        self.name.track();
        self.words.track();
        if let Some(text) = self.text {
            text.track();
        }
    }
}

/// The form of one answer.
#[component]
pub(super) fn ReplyForm(
    /// The account.
    account: String,
    /// What there is; none for a new one.
    present: Option<LineReplyView>,
    /// Called when it was saved.
    on_done: Callback<()>,
) -> impl IntoView {
    let (submit, toasts) = (Submit::default(), use_toasts());
    let typed = Typed::new(present.as_ref());
    // What was refused is being mended.
    Effect::new(move |_| {
        typed.track();
        submit.forget();
    });
    let present = StoredValue::new(present);
    let account = StoredValue::new(account);
    let save = move || {
        let before = present.get_value();
        let body = typed.read(before.as_ref());
        let id = before.map(|rule| rule.id);
        submit.run(
            async move { line_replies::write(&account.get_value(), id.as_deref(), &body).await },
            move |_| {
                toasts.say(t::replies::saved());
                on_done.run(());
            },
        );
    };
    let kinds = vec![
        Choice::new("exact", t::replies::exact),
        Choice::new("contains", t::replies::contains),
    ];
    let said = Signal::derive(move || {
        let error = submit.error()?;
        let mut errors = error.errors.into_iter();
        errors
            .find(|fault| fault.pointer.starts_with("/document"))
            .map(|fault| fault.message)
    });
    view! {
        <div class="form">
            <TextField label=t::replies::name value=typed.name error=submit.field("/name")/>
            <TextArea label=t::replies::words value=typed.words hint=t::replies::words_hint error=submit.field("/keywords")/>
            <RadioGroup label=t::replies::how value=typed.how choices=kinds/>
            {match typed.text {
                Some(text) => view! { <TextArea label=t::replies::answer value=text rows=6 hint=t::replies::answer_hint error=said/> }.into_any(),
                None => view! { <Note tone=Tone::Act>{t::replies::made_elsewhere}</Note> }.into_any(),
            }}
            <Checkbox label=t::replies::enabled checked=typed.enabled on_change=move |(on,)| typed.enabled.set(on)/>
            <FormError submit=submit fields=&["/name", "/keywords"] under="/document"/>
            <div class="row-g">
                <Button kind=ButtonKind::Primary label=t::common::save busy=submit.busy() on_press=save/>
            </div>
        </div>
    }
}

/// Returns the words of a document that is one text in one language, as this form makes it.
fn plain(document: &LineDocument) -> Option<String> {
    if document.variants.len() != 1 {
        return None;
    }
    let variant = document.variants.values().next()?;
    match variant.messages.as_slice() {
        [LineMessage::Text { text }] if variant.quick_replies.is_empty() => Some(text.clone()),
        _ => None,
    }
}

fn document(name: &str, text: String) -> LineDocument {
    let variant = LineVariant {
        messages: vec![LineMessage::Text { text }],
        quick_replies: Vec::new(),
    };
    LineDocument {
        version: 1,
        kind: "line".to_owned(),
        name: name.to_owned(),
        default_locale: "ja".to_owned(),
        variants: BTreeMap::from([("ja".to_owned(), variant)]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_this_form_makes_it_reads_back_and_nothing_else() {
        let own = document("営業時間", "10時から".to_owned());
        assert_eq!(plain(&own).as_deref(), Some("10時から"));
        let mut two = own;
        two.variants.insert("en".to_owned(), LineVariant::default());
        assert_eq!(plain(&two), None);
    }
}
