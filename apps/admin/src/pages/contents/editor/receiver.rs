//! Whose email is in view: a search over the customers, and steps through what it found.
#![expect(
    clippy::large_types_passed_by_value,
    reason = "a bundle of signals, copied into closures like any signal"
)]

use api_types::customers::CustomerSummary;
use leptos::{ev, prelude::*};

use super::state::State;
use crate::{
    api::{Load, Page, client, get, load},
    i18n as t,
    ui::{ButtonSize, Icon, IconButton, SearchField},
};

const FOUND: usize = 12;

/// The choice of whom it is rendered for.
#[component]
pub fn Receiver(
    /// The state of the editor.
    state: State,
) -> impl IntoView {
    let (search, is_open) = (RwSignal::new(String::new()), RwSignal::new(false));
    let people: Load<Page<CustomerSummary>> = load(
        move || search.get(),
        |search, signal| async move {
            let query = client::query(&[
                ("search", Some(search)),
                ("is_anonymous", Some("false".to_owned())),
                ("limit", Some(FOUND.to_string())),
            ]);
            get(&format!("/customers{query}"), Some(&signal)).await
        },
    );
    settle(state, people);
    let name = move || {
        state
            .customer
            .with(|customer| shown_name(customer.as_ref()))
    };
    let step = move |by: isize| {
        let found = untrack(|| people.value().map(|page| page.items).unwrap_or_default());
        let present = state.customer.get_untracked().map(|customer| customer.id);
        let at = found
            .iter()
            .position(|person| Some(&person.id) == present.as_ref());
        let next = at.map_or(Some(0), |at| at.checked_add_signed(by));
        if let Some(person) = next.and_then(|next| found.get(next)) {
            state.customer.set(Some(person.clone()));
        }
    };
    let on_key = move |event: ev::KeyboardEvent| {
        if event.key() == "Escape" && is_open.get_untracked() {
            event.stop_propagation();
            is_open.set(false);
        }
    };
    view! {
        <div class="who" on:keydown=on_key>
            <span class="ink-2 t-small">{t::contents::receiver}</span>
            <button
                type="button"
                class="btn"
                aria-label=move || format!("{} — {}", t::contents::receiver_change(), name())
                aria-expanded=move || if is_open.get() { "true" } else { "false" }
                on:click=move |_| is_open.update(|open| *open = !*open)
            >
                <span class="cut">{name}</span>
                {Icon::ChevronDown.small()}
            </button>
            <IconButton icon=Icon::ChevronLeft size=ButtonSize::Small label=t::contents::receiver_previous on_press=move || step(-1)/>
            <IconButton icon=Icon::ChevronRight size=ButtonSize::Small label=t::contents::receiver_next on_press=move || step(1)/>
            {move || is_open.get().then(|| view! { <Found state=state people=people search=search is_open=is_open/> })}
        </div>
    }
}

/// Takes the first customer, so that the first rendering is already somebody's own.
fn settle(state: State, people: Load<Page<CustomerSummary>>) {
    Effect::new(move |_| {
        let first = people.with(|found| found.ready().map(|page| page.items.first().cloned()));
        let has_failed = people.error().is_some();
        if state.is_settled.get_untracked() || (first.is_none() && !has_failed) {
            return;
        }
        if let Some(Some(customer)) = first {
            state.customer.set(Some(customer));
        }
        state.is_settled.set(true);
    });
}

#[component]
fn Found(
    state: State,
    people: Load<Page<CustomerSummary>>,
    search: RwSignal<String>,
    is_open: RwSignal<bool>,
) -> impl IntoView {
    let choose = move |customer: Option<CustomerSummary>| {
        state.customer.set(customer);
        is_open.set(false);
    };
    let entry = move |person: CustomerSummary| {
        let name = shown_name(Some(&person));
        let note = person.email.clone().or_else(|| person.external_id.clone());
        view! {
            <li>
                <button type="button" on:click=move |_| choose(Some(person.clone()))>
                    <span>{name}</span>
                    <span class="ink-3 cut">{note}</span>
                </button>
            </li>
        }
    };
    let entries = move || {
        let found = people.value().map(|page| page.items).unwrap_or_default();
        if found.is_empty() && !people.is_busy() {
            view! { <li class="ink-3 t-small">{t::contents::receiver_none}</li> }.into_any()
        } else {
            found.into_iter().map(entry).collect_view().into_any()
        }
    };
    view! {
        <div class="who-l">
            <SearchField label=t::contents::receiver_search value=search/>
            <ul class="picks" aria-busy=move || people.is_busy().then_some("true")>
                {entries}
                <li>
                    <button type="button" on:click=move |_| choose(None)>
                        <span class="ink-2">{t::contents::receiver_made_up}</span>
                    </button>
                </li>
            </ul>
        </div>
    }
}

/// Says whom the email is for.
pub fn shown_name(customer: Option<&CustomerSummary>) -> String {
    let Some(customer) = customer else {
        return t::contents::receiver_made_up().to_owned();
    };
    match customer
        .full_name
        .as_ref()
        .or(customer.external_id.as_ref())
    {
        Some(name) => t::contents::receiver_name(name),
        None => t::contents::nameless().to_owned(),
    }
}
