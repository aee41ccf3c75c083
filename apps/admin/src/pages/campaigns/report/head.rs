//! The campaign's state, its name, and the sentence.
#![expect(
    clippy::too_many_lines,
    reason = "a view is easier to follow whole than in pieces"
)]

use leptos::prelude::*;

use super::{Page, logic};
use crate::{
    api::reports,
    format, i18n as t,
    routes::Route,
    state::toast::use_toasts,
    ui::{Badge, Button, ButtonLink, Icon, PageHeader, Tone},
};

#[component]
pub(super) fn Head(page: Page) -> impl IntoView {
    let report = page.report;
    let toasts = use_toasts();
    let is_busy = RwSignal::new(false);
    let export = move || {
        is_busy.set(true);
        let id = page.id.get_value();
        wasm_bindgen_futures::spawn_local(async move {
            match reports::ticket(&id).await {
                Ok(ticket) => {
                    let _ = window().location().assign(&ticket.url);
                }
                Err(error) => toasts.fail(error.sentence()),
            }
            is_busy.try_set(false);
        });
    };
    let above = move || {
        let report = report.get();
        let (tone, icon, word) = state(&report.state);
        let started = report
            .launched_at
            .as_deref()
            .map(|at| t::analytics::started(format::date_time(format::time::millis(at))));
        let measured = report.measured_until.as_deref().map(|until| {
            let until = format::date_time(format::time::millis(until));
            if report.is_open {
                t::analytics::measuring(until)
            } else {
                t::analytics::measured(until)
            }
        });
        let facts: Vec<String> = started.into_iter().chain(measured).collect();
        view! {
            <span class="rep-above">
                <Badge tone=tone icon=icon label=word/>
                <span class="t-small ink-3">{facts.join("・")}</span>
            </span>
        }
    };
    let sentence = move || {
        let report = report.get();
        let piece = |(is_strong, text): (bool, String)| {
            if is_strong {
                view! { <b>{text}</b> }.into_any()
            } else {
                text.into_any()
            }
        };
        logic::pieces(&logic::verdict(&report))
            .into_iter()
            .map(piece)
            .collect_view()
    };
    let caveat = move || {
        let has_sent = report.with(|report| report.first_sent_at.is_some());
        has_sent.then_some(t::analytics::verdict_effect)
    };
    let edit = Signal::derive(move || Route::Campaign(page.id.get_value()));
    view! {
        <PageHeader title=move || report.with(|report| report.name.clone()) above=above>
            <ButtonLink to=edit icon=Icon::Send label=t::analytics::open_campaign/>
            <Button icon=Icon::Download label=t::analytics::export busy=is_busy on_press=export/>
        </PageHeader>
        <p class="t-say rep-say">{sentence}</p>
        <p class="t-small ink-3 rep-caveat">{caveat}</p>
    }
}

/// The look of a campaign's state.
fn state(state: &str) -> (Tone, Icon, &'static str) {
    match state {
        "scheduled" => (Tone::Neutral, Icon::Clock, t::analytics::state_scheduled()),
        "running" => (Tone::Act, Icon::Send, t::analytics::state_running()),
        "paused" => (Tone::Warn, Icon::CirclePause, t::analytics::state_paused()),
        "finished" => (Tone::Neutral, Icon::Check, t::analytics::state_finished()),
        "cancelled" => (
            Tone::Neutral,
            Icon::CircleStop,
            t::analytics::state_cancelled(),
        ),
        _ => (Tone::Neutral, Icon::Pencil, t::analytics::state_draft()),
    }
}
