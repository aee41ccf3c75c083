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
    let is_remarkable = present.state != "following";
    let since = present.since.as_deref().map(format::millis);
    let since = since.map(|at| {
        view! { <div><dt>{t::settings::audience_since}</dt><dd>{move || format::date_time(at)}</dd></div> }
    });
    let memory = present.memory;
    let parts = [
        (
            t::settings::audience_part_facts as fn() -> &'static str,
            memory.people + memory.columns + memory.bitmaps,
        ),
        (
            t::settings::audience_part_events,
            memory.events + memory.properties + memory.customers,
        ),
        (t::settings::audience_part_delta, memory.delta),
        (t::settings::audience_part_words, memory.words),
        (t::settings::audience_total, memory.total),
        (t::settings::audience_limit, memory.limit),
    ];
    let part = |(label, bytes): (fn() -> &'static str, u64)| {
        view! { <div><dt>{label}</dt><dd>{megabytes(bytes)}</dd></div> }
    };
    view! {
        {is_remarkable.then(|| view! { <Note tone=tone>{remark}</Note> })}
        <Section title=t::settings::audience_state>
            <dl class="facts">
                <div><dt>{t::settings::audience_state}</dt><dd><Status tone=tone icon=icon label=word/></dd></div>
                {since}
                <div><dt>{t::settings::audience_people}</dt><dd>{count(present.people)}</dd></div>
                <div><dt>{t::settings::audience_events}</dt><dd>{count(present.events)}</dd></div>
                <div><dt>{t::settings::audience_lag}</dt><dd>{move || t::settings::audience_seconds(seconds(present.lag_ms))}</dd></div>
            </dl>
        </Section>
        <Section title=t::settings::audience_memory>
            <dl class="facts">{parts.into_iter().map(part).collect_view()}</dl>
        </Section>
    }
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
    fn bytes_and_waits_are_told_to_a_tenth() {
        assert_eq!(megabytes(0), "0.0 MB");
        assert_eq!(megabytes(1_900 * (1 << 20) + (1 << 19)), "1,900.5 MB");
        assert_eq!(
            (seconds(0), seconds(1_250)),
            ("0.0".to_owned(), "1.2".to_owned())
        );
    }
}
