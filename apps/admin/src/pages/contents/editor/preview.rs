//! The right side: the email as its receiver sees it, and what could be better.

use leptos::prelude::*;

use super::{
    checks::Checks,
    receiver::{Receiver, shown_name},
    spam::{Links, Spam},
    state::State,
};
use crate::{
    i18n as t,
    ui::{Choice, Device, Icon, Note, Segmented, Status, Tone},
};

/// The right side of the editor.
#[component]
pub fn Preview(
    /// The state of the editor.
    state: State,
) -> impl IntoView {
    let (device, part) = (
        RwSignal::new(Device::Wide.as_str().to_owned()),
        RwSignal::new("mail".to_owned()),
    );
    let scheme = RwSignal::new("light".to_owned());
    Effect::new(move |_| state.is_dark.set(scheme.with(|scheme| scheme == "dark")));
    let is_text = move || part.with(|part| part == "text");
    view! {
        <section class="ed-p" aria-label=t::contents::preview>
            <Receiver state=state/>
            <div class="ed-v">
                <Segmented label=t::contents::view value=part choices=vec![
                    Choice::new("mail", t::contents::view_mail),
                    Choice::new("text", t::contents::view_text),
                ]/>
                <Segmented label=t::contents::device value=device choices=vec![
                    Choice::new(Device::Wide.as_str(), t::contents::wide),
                    Choice::new(Device::Phone.as_str(), t::contents::phone),
                ]/>
                <Segmented label=t::contents::scheme value=scheme choices=vec![
                    Choice::new("light", t::contents::light),
                    Choice::new("dark", t::contents::dark),
                ]/>
                <span class="grow"></span>
                <span aria-live="polite">{move || state.is_rendering.get().then(|| view! {
                    <Status tone=Tone::Act icon=Icon::LoaderCircle label=t::contents::rendering/>
                })}</span>
            </div>
            {move || state.failure.get().map(|error| {
                let has_old = state.shown.with(Option::is_some);
                let head = if has_old { t::contents::stale } else { t::contents::stale_none };
                let is_mistake = error.status == 422;
                view! {
                    <Note tone=Tone::Danger>
                        {if is_mistake { head().to_owned() } else { error.sentence() }}
                    </Note>
                }
            })}
            <div class="mail" class:is-stale=move || state.failure.with(Option::is_some)>
                <Head state=state/>
                {move || if is_text() {
                    view! { <Text state=state/> }.into_any()
                } else {
                    view! { <Frame state=state device=device/> }.into_any()
                }}
            </div>
            <Checks state=state/>
            <Spam state=state/>
            <Links state=state/>
        </section>
    }
}

/// Subject, preheader and recipient, as a mail client puts them above the mail.
#[component]
fn Head(state: State) -> impl IntoView {
    let shown = move |read: fn(&api_types::contents::ContentPreview) -> &str| {
        state
            .shown
            .with(|shown| shown.as_ref().map(|shown| read(shown).to_owned()))
            .unwrap_or_default()
    };
    let to = move || {
        state
            .customer
            .with(|customer| shown_name(customer.as_ref()))
    };
    view! {
        <div class="mail-h">
            <b>{move || shown(|shown| &shown.subject)}</b>
            <span class="ink-2">{move || shown(|shown| &shown.preheader)}</span>
            <span class="ink-3">{t::contents::from_to} " " {to}</span>
        </div>
    }
}

#[component]
fn Frame(state: State, device: RwSignal<String>) -> impl IntoView {
    let src = Memo::new(move |_| {
        state
            .shown
            .with(|shown| shown.as_ref().map(|shown| shown.preview_url.clone()))
    });
    let title = move || {
        t::contents::preview_of(
            state
                .customer
                .with(|customer| shown_name(customer.as_ref())),
        )
    };
    let is_phone = move || device.with(|device| device == Device::Phone.as_str());
    view! {
        <div class="mail-b" class:is-phone=is_phone class:is-dark=state.is_dark>
            {move || src.get().map(|src| view! {
                <iframe
                    title=title
                    src=src
                    sandbox="allow-popups allow-popups-to-escape-sandbox"
                    referrerpolicy="no-referrer"
                ></iframe>
            })}
        </div>
    }
}

#[component]
fn Text(state: State) -> impl IntoView {
    let text = move || {
        state
            .shown
            .with(|shown| shown.as_ref().map(|shown| shown.text.clone()))
            .unwrap_or_default()
    };
    view! { <pre class="mail-x" tabindex="0">{text}</pre> }
}
