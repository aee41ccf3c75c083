//! By which way: the sender of the email.

use api_types::{campaigns::ChannelCard, senders::SenderView};
use leptos::prelude::*;

use crate::{
    i18n as t,
    pages::campaigns::draft::Draft,
    routes::Route,
    ui::{ButtonLink, Choice, Note, RadioGroup, Tone},
};

#[component]
pub(super) fn ChannelSheet(draft: Draft) -> impl IntoView {
    let present = draft.read_now(|document| {
        document
            .channel
            .as_ref()
            .map(|ChannelCard::Email { sender }| sender.clone())
            .unwrap_or_default()
    });
    let sender = RwSignal::new(present);
    Effect::new(move |before: Option<String>| {
        let now = sender.get();
        if before.is_some_and(|before| before != now) {
            let channel = Some(ChannelCard::Email {
                sender: now.clone(),
            });
            draft.change(|document| document.channel = channel);
        }
        now
    });
    let senders = Memo::new(move |_| draft.known().senders);
    let entry = |sender: SenderView| {
        let way = if sender.transport == "sandbox" {
            t::campaigns::way_sandbox
        } else {
            t::campaigns::way_smtp
        };
        Choice::new(sender.id, move || {
            format!("{} <{}>・{}", sender.from_name, sender.from_address, way())
        })
    };
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
        <p class="t-small ink-2">{t::campaigns::channel_note}</p>
    }
}
