//! A text to take along: shown whole, copied by one press.

use leptos::{prelude::*, text_prop::TextProp};
use wasm_bindgen_futures::{JsFuture, spawn_local};

use crate::{
    i18n as t,
    state::toast::{Toasts, use_toasts},
    ui::{Button, ButtonKind, ButtonSize, Icon, Note, Tone, text},
};

/// A line or a few lines with a button that copies them.
#[component]
pub fn CopyText(
    /// What it is.
    #[prop(into)]
    label: TextProp,
    /// The text.
    #[prop(into)]
    value: Signal<String>,
) -> impl IntoView {
    let toasts = use_toasts();
    let copy = move || copy(toasts, &value.get_untracked());
    view! {
        <div class="copy">
            <span class="lbl">{text(label)}</span>
            <div class="copy-b">
                <pre tabindex="0">{value}</pre>
                <Button size=ButtonSize::Small icon=Icon::Copy label=t::common::copy on_press=copy/>
            </div>
        </div>
    }
}

/// A fresh key, shown this once; its sheet closes by a button that says so.
#[component]
pub fn FreshKey(
    /// What the key is called.
    #[prop(into)]
    name: String,
    /// The key.
    #[prop(into)]
    value: String,
    /// Whether it can never be shown again.
    is_secret: bool,
    /// Closes the sheet.
    #[prop(into)]
    on_done: Callback<()>,
) -> impl IntoView {
    let (tone, words): (Tone, fn() -> &'static str) = if is_secret {
        (Tone::Warn, t::settings::key_once)
    } else {
        (Tone::Good, t::settings::key_public)
    };
    view! {
        <p><b>{name}</b></p>
        <Note tone=tone>{words}</Note>
        <CopyText label=t::settings::key value=Signal::stored(value)/>
        <div><Button kind=ButtonKind::Primary icon=Icon::Check label=t::settings::key_done on_press=on_done/></div>
    }
}

/// Writes a text to the clipboard and says so; a browser that refuses is told of too.
fn copy(toasts: Toasts, text: &str) {
    let written = window().navigator().clipboard().write_text(text);
    spawn_local(async move {
        if JsFuture::from(written).await.is_ok() {
            toasts.say(t::settings::copied());
        } else {
            toasts.fail(t::settings::not_copied());
        }
    });
}
