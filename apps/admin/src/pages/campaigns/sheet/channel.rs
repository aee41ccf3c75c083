//! By which way: the sender of the email, the LINE account, or the devices of a site or an app.

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

const fn is_without_sound(card: &ChannelCard) -> bool {
    matches!(
        card,
        ChannelCard::Line {
            is_silent: true,
            ..
        } | ChannelCard::Push {
            is_silent: true,
            ..
        }
    )
}

#[component]
pub(super) fn ChannelSheet(draft: Draft) -> impl IntoView {
    let present = draft.read_now(|document| document.channel.clone());
    let silent = present.as_ref().is_some_and(is_without_sound);
    let sender = RwSignal::new(
        present
            .map(|card| card.sender().to_owned())
            .unwrap_or_default(),
    );
    let is_silent = RwSignal::new(silent);
    let senders = Memo::new(move |_| draft.known().senders);
    let transport = Memo::new(move |_| {
        let id = sender.get();
        senders.with(|senders| {
            let found = senders.iter().find(|own| own.id == id);
            found.map(|own| own.transport.clone()).unwrap_or_default()
        })
    });
    let has_sound = Memo::new(move |_| matches!(transport.get().as_str(), "line" | "push"));
    Effect::new(move |before: Option<(String, bool)>| {
        let now = (sender.get(), is_silent.get());
        if before.is_some_and(|before| before != now) && !now.0.is_empty() {
            let (sender, is_silent) = now.clone();
            let card = match transport.get_untracked().as_str() {
                "line" => ChannelCard::Line { sender, is_silent },
                "push" => ChannelCard::Push { sender, is_silent },
                _ => ChannelCard::Email { sender },
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
        {move || has_sound.get().then(|| view! {
            <Switch label=t::campaigns::line_silent checked=is_silent on_change=move |on| is_silent.set(on)/>
        })}
        <p class="t-small ink-2">{move || match transport.get().as_str() {
            "line" => t::campaigns::line_note(),
            "push" => t::campaigns::push_note(),
            _ => t::campaigns::channel_note(),
        }}</p>
    }
}
