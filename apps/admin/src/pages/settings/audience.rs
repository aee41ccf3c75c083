//! The audience index: whether questions about all customers are answered from memory, and what that takes.

use api_types::audience::AudienceView;
use leptos::prelude::*;

use super::places::{Place, Places};
use crate::{
    api::{Loaded, load, settings},
    format, i18n as t,
    ui::{Button, Icon, InlineError, Note, PageHeader, Section, Skeleton, Status, Tone},
};

/// The page of the audience index.
#[component]
pub(super) fn Audience() -> impl IntoView {
    let audience = load(
        || (),
        |(), signal| async move { settings::audience(&signal).await },
    );
    let body = move || match audience.get() {
        Loaded::Loading => view! { <Skeleton lines=6/> }.into_any(),
        Loaded::Failed(error) => {
            view! { <InlineError error=error on_retry=move || audience.reload()/> }.into_any()
        }
        Loaded::Ready(present) => view! { <State present=present/> }.into_any(),
    };
    view! {
        <PageHeader title=t::settings::audience say=t::settings::audience_about>
            <Button icon=Icon::RefreshCw label=t::settings::audience_look_again on_press=move || audience.reload()/>
        </PageHeader>
        <Places here=Place::Audience/>
        {body}
    }
}

#[component]
fn State(present: AudienceView) -> impl IntoView {
    let (tone, icon) = match present.state.as_str() {
        "following" => (Tone::Good, Icon::CircleCheck),
        "building" => (Tone::Act, Icon::Clock),
        "too_large" => (Tone::Warn, Icon::TriangleAlert),
        _ => (Tone::Neutral, Icon::Info),
    };
    let word = {
        let state = present.state.clone();
        move || word(&state).to_owned()
    };
    let remark = {
        let state = present.state.clone();
        move || remark(&state)
    };
    let note = (present.state != "following").then(|| view! { <Note tone=tone>{remark}</Note> });
    // Where none is kept there is nothing to tell but that.
    if is_absent(&present.state) {
        return note.into_any();
    }
    let since = present.since.as_deref().map(format::millis);
    let since = since.map(|at| {
        view! { <div><dt>{t::settings::audience_since}</dt><dd>{move || format::date_time(at)}</dd></div> }
    });
    let figures = figures(&present);
    let parts = parts(&present).into_iter();
    let parts = parts
        .map(|(label, bytes)| view! { <div><dt>{label}</dt><dd>{megabytes(bytes)}</dd></div> });
    view! {
        {note}
        <Section title=t::settings::audience_state>
            <dl class="facts facts-wide">
                <div><dt>{t::settings::audience_state}</dt><dd><Status tone=tone icon=icon label=word/></dd></div>
                {since}
                {figures}
            </dl>
        </Section>
        <Section title=t::settings::audience_memory>
            <dl class="facts facts-wide">{parts.collect_view()}</dl>
        </Section>
    }
    .into_any()
}

/// How many are in and how far behind it is, where it holds any.
fn figures(present: &AudienceView) -> Option<AnyView> {
    if present.state == "too_large" {
        return None;
    }
    let (people, events) = (count(present.people), count(present.events));
    let lag = (present.state == "following").then(|| seconds(present.lag_ms));
    let lag = lag.map(|lag| {
        view! { <div><dt>{t::settings::audience_lag}</dt><dd>{move || t::settings::audience_seconds(lag.clone())}</dd></div> }
    });
    let view = view! {
        <div><dt>{t::settings::audience_people}</dt><dd>{people}</dd></div>
        <div><dt>{t::settings::audience_events}</dt><dd>{events}</dd></div>
        {lag}
    };
    Some(view.into_any())
}

type Part = (fn() -> &'static str, u64);

/// What the memory is used for; of what did not fit only the sum is known.
fn parts(present: &AudienceView) -> Vec<Part> {
    let memory = &present.memory;
    let mut parts: Vec<Part> = Vec::new();
    if present.state != "too_large" {
        let facts = memory.people + memory.columns + memory.bitmaps;
        let events = memory.events + memory.properties + memory.customers;
        parts.push((t::settings::audience_part_facts, facts));
        parts.push((t::settings::audience_part_events, events));
        parts.push((t::settings::audience_part_delta, memory.delta));
        parts.push((t::settings::audience_part_words, memory.words));
    }
    parts.push((t::settings::audience_total, memory.total));
    parts.push((t::settings::audience_limit, memory.limit));
    parts
}

/// Tells whether this server keeps none, so that every figure would be a zero that says nothing.
fn is_absent(state: &str) -> bool {
    matches!(state, "off" | "stopped")
}

fn word(state: &str) -> &'static str {
    match state {
        "following" => t::settings::audience_following(),
        "building" => t::settings::audience_building(),
        "too_large" => t::settings::audience_too_large(),
        "stopped" => t::settings::audience_stopped(),
        _ => t::settings::audience_off(),
    }
}

fn remark(state: &str) -> &'static str {
    match state {
        "building" => t::settings::audience_building_remark(),
        "too_large" => t::settings::audience_too_large_remark(),
        _ => t::settings::audience_off_remark(),
    }
}

fn count(n: u64) -> String {
    format::integer(i64::try_from(n).unwrap_or(i64::MAX))
}

/// Tenths of a megabyte are enough to see what grows.
fn megabytes(bytes: u64) -> String {
    let tenths = bytes.saturating_mul(10) / (1 << 20);
    let (whole, tenth) = (tenths / 10, tenths % 10);
    format!("{}.{tenth} MB", count(whole))
}

fn seconds(millis: i64) -> String {
    let tenths = millis.max(0) / 100;
    format!("{}.{}", format::integer(tenths / 10), tenths % 10)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_are_shown_only_where_they_say_something() {
        let present = |state: &str| AudienceView {
            state: state.to_owned(),
            since: None,
            begun_from: None,
            people: 0,
            events: 0,
            memory: api_types::audience::AudienceMemory::default(),
            position: "0.0".to_owned(),
            lag_ms: 0,
        };
        assert!(is_absent("off") && is_absent("stopped"));
        assert!(!is_absent("following") && !is_absent("building") && !is_absent("too_large"));
        assert_eq!(parts(&present("following")).len(), 6);
        assert_eq!(parts(&present("too_large")).len(), 2);
    }

    #[test]
    fn bytes_and_waits_are_told_to_a_tenth() {
        assert_eq!(megabytes(0), "0.0 MB");
        assert_eq!(megabytes(1_900 * (1 << 20) + (1 << 19)), "1,900.5 MB");
        assert_eq!(
            (seconds(0), seconds(1_250)),
            ("0.0".to_owned(), "1.2".to_owned())
        );
    }
}
