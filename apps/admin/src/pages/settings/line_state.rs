//! How a LINE account stands: the address for LINE's console, what LINE has told, and its friends.

use api_types::{line::LineState, senders::SenderView};
use leptos::prelude::*;

use super::copy::CopyText;
use crate::{
    api::{Loaded, Submit, load, settings},
    format, i18n as t,
    state::{
        poll::{Pace, poll},
        session,
        toast::use_toasts,
    },
    ui::{Button, FormError, Icon, InlineError, Note, Skeleton, Tone},
};

/// The state of an account.
#[component]
pub(super) fn LineAccount(sender: SenderView) -> impl IntoView {
    let url = sender.line.map(|line| line.webhook_url).unwrap_or_default();
    let id = StoredValue::new(sender.id);
    let state = load(
        move || id.get_value(),
        |id, signal| async move { settings::line_state(&id, &signal).await },
    );
    // Whoever has just pasted the address sits before this page and waits for the first sign.
    let pace = move || {
        if state.value().is_some_and(|told| told.heard_at.is_some()) {
            Pace::Waiting
        } else {
            Pace::Busy
        }
    };
    poll(pace, move || state.reload());
    let body = move || match state.get() {
        Loaded::Loading => view! { <Skeleton lines=4/> }.into_any(),
        Loaded::Failed(error) => {
            view! { <InlineError error=error on_retry=move || state.reload()/> }.into_any()
        }
        Loaded::Ready(told) => view! { <Told told=told/> }.into_any(),
    };
    view! {
        <div class="form">
            <p><b>{sender.from_name}</b> " " <span class="sub">{sender.from_address}</span></p>
            <CopyText label=t::settings::line_webhook value=Signal::stored(url)/>
            <p class="t-small ink-2">{t::settings::line_webhook_about}</p>
            {body}
            {move || session::may("settings:write").then(|| view! { <Check id=id/> })}
        </div>
    }
}

#[component]
fn Told(told: LineState) -> impl IntoView {
    let last = told.heard_at.as_deref().map(format::millis);
    let silent = last.is_none().then(|| {
        view! { <Note tone=Tone::Act>{t::settings::line_silent}</Note> }
    });
    let all = told.following + told.blocked;
    let number = |label: fn() -> &'static str, n: i64| {
        view! { <div><dt>{label}</dt><dd>{move || t::settings::n_people(n)}</dd></div> }
    };
    let rate = told.block_rate;
    let share = move || match rate {
        None => t::settings::line_nobody().to_owned(),
        Some(_) => t::settings::LineRate {
            rate: format::percent(rate),
            blocked: format::integer(told.blocked),
            all: format::integer(all),
        }
        .say(),
    };
    view! {
        {silent}
        <dl class="facts">
            {last.map(|at| view! { <div><dt>{t::settings::line_heard}</dt><dd>{move || format::date_time(at)}</dd></div> })}
            {number(t::settings::line_following, told.following)}
            {number(t::settings::line_blocked, told.blocked)}
            {(told.unknown > 0).then(|| number(t::settings::line_unknown, told.unknown))}
            <div><dt>{t::settings::line_block_rate}</dt><dd>{share}</dd></div>
        </dl>
    }
}

#[component]
fn Check(id: StoredValue<String>) -> impl IntoView {
    let (submit, toasts) = (Submit::default(), use_toasts());
    let check = move || {
        let id = id.get_value();
        submit.run(
            async move { settings::check_sender(&id).await },
            move |()| toasts.say(t::settings::line_checked()),
        );
    };
    view! {
        <FormError submit=submit/>
        <div><Button icon=Icon::RefreshCw label=t::settings::line_check busy=submit.busy() on_press=check/></div>
    }
}
