//! The left pane: who got what, and when.

use api_types::senders::CapturedSummary;
use leptos::prelude::*;

use super::page::{Mail, address};
use crate::{
    api::{Submit, inbox},
    format::{self, zone},
    i18n as t,
    ui::{Button, ButtonKind, FormError, Icon},
};

/// The messages, the newest first, and the way to the older ones.
#[component]
pub(super) fn Messages(it: Mail) -> impl IntoView {
    let submit = Submit::default();
    let older = move || {
        let (search, after) = (it.search.get_untracked(), untrack(|| it.next()));
        submit.run(
            async move { inbox::list(&search, after, None).await },
            move |page| {
                it.older.update(|older| older.extend(page.items));
                it.rest.set(Some(page.next));
            },
        );
    };
    view! {
        <ul class="ib-ms">
            <For each=move || it.messages() key=|message| message.id.clone() let(message)>
                <Line message=message it=it/>
            </For>
        </ul>
        <FormError submit=submit/>
        {move || {
            it.next()
                .map(|_| view! { <Button kind=ButtonKind::Quiet icon=Icon::ChevronDown label=t::inbox::older busy=submit.busy() on_press=older/> })
        }}
    }
}

#[component]
fn Line(message: CapturedSummary, it: Mail) -> impl IntoView {
    let at = format::millis(&message.captured_at);
    let (own, id) = (message.id.clone(), message.id.clone());
    let subject = message.subject.clone();
    let subject = move || {
        if subject.is_empty() {
            t::inbox::no_subject().to_owned()
        } else {
            subject.clone()
        }
    };
    view! {
        <li>
            <a
                href=move || it.search.with(|search| address(search, &id))
                aria-current=move || it.shown.with(|shown| *shown == own).then_some("true")
            >
                {Icon::Mail.view()}
                <span class="s"><b>{subject}</b> <small>{message.recipient}</small></span>
                <time datetime=message.captured_at>{move || stamp(at)}</time>
            </a>
        </li>
    }
}

/// The time of day today, the day before that.
fn stamp(at: i64) -> String {
    if format::day_key(at) == format::day_key(zone::now()) {
        format::clock(at)
    } else {
        format::date(at)
    }
}
