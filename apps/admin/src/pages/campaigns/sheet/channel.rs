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
    let then = RwSignal::new(match draft.read_now(|document| document.channel.clone()) {
        Some(ChannelCard::Email { then, .. }) => then,
        _ => Vec::new(),
    });
    let senders = Memo::new(move |_| draft.known().senders);
    let transport = Memo::new(move |_| {
        let id = sender.get();
        senders.with(|senders| {
            let found = senders.iter().find(|own| own.id == id);
            found.map(|own| own.transport.clone()).unwrap_or_default()
        })
    });
    let has_sound = Memo::new(move |_| matches!(transport.get().as_str(), "line" | "push"));
    let is_mail = Memo::new(move |_| !has_sound.get());
    Effect::new(move |before: Option<(String, bool, Vec<String>)>| {
        let now = (sender.get(), is_silent.get(), then.get());
        if before.is_some_and(|before| before != now) && !now.0.is_empty() {
            let (sender, is_silent, mut then) = now.clone();
            then.retain(|id| *id != sender);
            let card = match transport.get_untracked().as_str() {
                "line" => ChannelCard::Line { sender, is_silent },
                "push" => ChannelCard::Push { sender, is_silent },
                _ => ChannelCard::Email { sender, then },
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
        {move || is_mail.get().then(|| view! { <StandIns senders=senders sender=sender then=then/> })}
        {move || has_sound.get().then(|| view! {
            <Switch label=t::campaigns::line_silent checked=is_silent on_change=move |on| is_silent.set(on)/>
        })}
        <p class="t-small ink-2">{move || note(&transport.get())}</p>
    }
}

fn note(transport: &str) -> &'static str {
    match transport {
        "line" => t::campaigns::line_note(),
        "push" => t::campaigns::push_note(),
        _ => t::campaigns::channel_note(),
    }
}

/// Who sends instead while the sender is in trouble or has had its day's messages, in the order of choosing.
#[component]
fn StandIns(
    senders: Memo<Vec<SenderView>>,
    sender: RwSignal<String>,
    then: RwSignal<Vec<String>>,
) -> impl IntoView {
    let others = Memo::new(move |_| {
        let own = sender.get();
        let mut others = senders.get();
        others.retain(|other| {
            other.id != own && !matches!(other.transport.as_str(), "line" | "push")
        });
        others
    });
    let line = move |other: SenderView| {
        let id = StoredValue::new(other.id);
        let place = Memo::new(move |_| {
            then.with(|then| then.iter().position(|own| id.with_value(|id| own == id)))
        });
        let label = move || match place.get() {
            Some(place) => t::campaigns::StandIn {
                place: (place + 1).to_string(),
                sender: format!("{} <{}>", other.from_name, other.from_address),
            }
            .say(),
            None => format!("{} <{}>", other.from_name, other.from_address),
        };
        let change = move |is_on: bool| {
            then.update(|then| {
                then.retain(|own| id.with_value(|id| own != id));
                if is_on && then.len() < 5 {
                    then.push(id.get_value());
                }
            });
        };
        view! { <Switch label=label checked=Signal::derive(move || place.get().is_some()) on_change=change/> }
    };
    move || {
        let others = others.get();
        (!others.is_empty() && !sender.with(String::is_empty)).then(|| {
            view! {
                <h3 class="t-h3">{t::campaigns::stand_ins}</h3>
                <p class="t-small ink-3">{t::campaigns::stand_ins_about}</p>
                {others.into_iter().map(line).collect_view()}
            }
        })
    }
}
