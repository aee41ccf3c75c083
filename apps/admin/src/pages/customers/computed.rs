//! What is computed of a customer: where she stands, since when, what comes next, and why.

use api_types::computed::{ComputedReason, CustomerComputed};
use leptos::prelude::*;

use super::words;
use crate::{
    api::{Loaded, customers, load},
    format, i18n as t,
    pages::analytics::definitions::by_language,
    ui::{Icon, InlineError, Section, Skeleton, Status, Tone},
};

/// Where she stands by each rule.
#[component]
pub(super) fn Computed(
    /// The customer.
    id: String,
) -> impl IntoView {
    let found = load(
        move || id.clone(),
        |id, signal| async move { customers::computed(&id, &signal).await },
    );
    let body = move || match found.get() {
        Loaded::Loading => view! { <Skeleton lines=3/> }.into_any(),
        Loaded::Failed(error) => {
            view! { <InlineError error=error on_retry=move || found.reload()/> }.into_any()
        }
        Loaded::Ready(view) => whole(view),
    };
    view! { <Section title=t::computed::why>{body}</Section> }
}

fn whole(found: CustomerComputed) -> AnyView {
    if found.reasons.is_empty() {
        return view! { <p class="t-small ink-3">{t::computed::why_empty}</p> }.into_any();
    }
    let reasons = found.reasons.into_iter().map(reason).collect_view();
    view! { <ul class="cu-cons">{reasons}</ul> }.into_any()
}

fn tone(standing: Option<&str>) -> (Tone, Icon) {
    match standing {
        Some("loyal" | "above") => (Tone::Good, Icon::CircleCheck),
        Some("dormant") => (Tone::Warn, Icon::Clock),
        Some("new" | "repeat" | "active") => (Tone::Act, Icon::ShoppingBag),
        None | Some("prospect" | "below") => (Tone::Neutral, Icon::User),
        // A rank, as the company calls it.
        Some(_) => (Tone::Act, Icon::CircleCheck),
    }
}

fn reason(own: ComputedReason) -> impl IntoView {
    let title = match own.kind.as_str() {
        "lifecycle" => t::computed::stages,
        "rank" => t::computed::ranks,
        "score" => t::computed::score,
        "affinity" => t::computed::tastes,
        _ => t::computed::dormancy,
    };
    let (tone, icon) = tone(own.standing.as_deref());
    let standing = own.standing;
    let word = move || {
        standing
            .as_deref()
            .map_or_else(|| t::computed::nothing().to_owned(), words::standing)
    };
    let since = own.since.as_deref().map(format::millis);
    let since = since.map(|at| {
        view! { <small>{move || t::computed::since(format::date(at))}</small> }
    });
    let turns = own
        .turns_at
        .as_deref()
        .map(format::millis)
        .zip(own.turns_to);
    let turns = turns.map(|(at, to)| {
        view! { <small>{move || t::computed::Turns { at: format::date(at), to: words::standing(&to) }.say()}</small> }
    });
    let lines = own.lines.into_iter().map(|line| {
        view! { <li>{move || by_language(&line.ja, &line.en).to_owned()}</li> }
    });
    view! {
        <li>
            <span>{title}</span>
            <Status tone=tone icon=icon label=word/>
            {since}
            {turns}
            <details class="cu-why">
                <summary class="link t-small">{t::computed::show_why}</summary>
                <ul class="t-small ink-2">{lines.collect_view()}</ul>
            </details>
        </li>
    }
}
