//! By which way: the sender of the email, or the LINE account.

use api_types::{campaigns::ChannelCard, senders::SenderView};
use leptos::prelude::*;

use crate::{
    i18n as t,
    pages::campaigns::{draft::Draft, words},
    routes::Route,
    ui::{ButtonLink, Choice, Note, RadioGroup, Switch, Tone},
};

fn entry(sender: SenderView) -> Choice {
    let way = words::way(&sender.transport);
    Choice::new(sender.id, move || {
        format!("{} <{}>・{}", sender.from_name, sender.from_address, way())
    })
}

#[component]
pub(super) fn ChannelSheet(draft: Draft) -> impl IntoView {
    let present = draft.read_now(|document| document.channel.clone());
    let silent = matches!(
        &present,
        Some(ChannelCard::Line {
            is_silent: true,
            ..
        })
    );
    let sender = RwSignal::new(
        present
            .map(|card| card.sender().to_owned())
            .unwrap_or_default(),
    );
    let is_silent = RwSignal::new(silent);
    let senders = Memo::new(move |_| draft.known().senders);
    let is_line = Memo::new(move |_| {
        let id = sender.get();
        senders.with(|senders| {
            let found = senders.iter().find(|own| own.id == id);
            found.is_some_and(|own| own.transport == "line")
        })
    });
    Effect::new(move |before: Option<(String, bool)>| {
        let now = (sender.get(), is_silent.get());
        if before.is_some_and(|before| before != now) && !now.0.is_empty() {
            let (sender, is_silent) = now.clone();
            let card = if is_line.get_untracked() {
                ChannelCard::Line { sender, is_silent }
            } else {
                ChannelCard::Email { sender }
            };
            draft.change(|document| document.channel = Some(card));
        }
        now
    });
    let body = move || {
        let senders = senders.get();
        if senders.is_empty() {
            let to = Route::SettingsPage("senders".to_owned());
            return view! {
                <Note tone=Tone::Warn>{t::campaigns::no_sender}</Note>
                <div><ButtonLink to=to label=t::campaigns::to_senders/></div>
            }
            .into_any();
        }
        let choices = senders.into_iter().map(entry).collect::<Vec<_>>();
        view! { <div class="radios-v"><RadioGroup label=t::campaigns::sender value=sender choices=choices/></div> }.into_any()
    };
    view! {
        {body}
        {move || is_line.get().then(|| view! {
            <Switch label=t::campaigns::line_silent checked=is_silent on_change=move |on| is_silent.set(on)/>
        })}
        <p class="t-small ink-2">{move || if is_line.get() { t::campaigns::line_note() } else { t::campaigns::channel_note() }}</p>
    }
}
