//! The campaign's state, its name, and the sentence.

use api_types::reports::ReportView;
use leptos::prelude::*;

use super::{Page, logic};
use crate::{
    api::reports,
    format, i18n as t,
    pages::campaigns::{logic::State, words},
    routes::Route,
    state::toast::use_toasts,
    ui::{Badge, Button, ButtonLink, Icon, PageHeader},
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
    let above = move || report.with(above);
    let sentence = move || report.with(sentence);
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

/// The state and the times, above the name.
fn above(report: &ReportView) -> impl IntoView + use<> {
    let at = |text: &str| format::date_time(format::time::millis(text));
    let (tone, icon, word, _) = words::state(State::read(&report.state));
    let started = report
        .launched_at
        .as_deref()
        .map(|launched| t::analytics::started(at(launched)));
    let measured = report.measured_until.as_deref().map(|until| {
        if report.is_open {
            t::analytics::measuring(at(until))
        } else {
            t::analytics::measured(at(until))
        }
    });
    let facts: Vec<String> = started.into_iter().chain(measured).collect();
    view! {
        <span class="rep-above">
            <Badge tone=tone icon=icon label=word/>
            <span class="t-small ink-3">{facts.join("・")}</span>
        </span>
    }
}

/// The verdict, its figures strong.
fn sentence(report: &ReportView) -> impl IntoView + use<> {
    let piece = |(is_strong, text): (bool, String)| {
        if is_strong {
            view! { <b>{text}</b> }.into_any()
        } else {
            text.into_any()
        }
    };
    let pieces = logic::pieces(&logic::verdict(report));
    pieces.into_iter().map(piece).collect_view()
}
