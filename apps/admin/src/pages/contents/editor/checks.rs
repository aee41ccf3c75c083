//! What could be better, with a way to each place.

use leptos::prelude::*;

use super::state::State;
use crate::{
    i18n as t,
    pages::contents::logic::{self, Check},
    ui::{Icon, Status, Tone},
};

/// The list of what could be better.
#[component]
pub fn Checks(
    /// The state of the editor.
    state: State,
) -> impl IntoView {
    let checks = Memo::new(move |_| {
        let tab = state.tab.get();
        let of_failure = state.failure.with(|failure| {
            failure
                .as_ref()
                .map(|failure| failure.errors.clone())
                .unwrap_or_default()
        });
        if !of_failure.is_empty() {
            return of_failure
                .into_iter()
                .map(|error| Check {
                    severity: "error".to_owned(),
                    spot: logic::Spot::read(&error.pointer, error.line, error.column),
                    message: error.message,
                })
                .collect();
        }
        state.shown.with(|shown| {
            shown
                .as_ref()
                .map(|shown| logic::checks(&shown.findings, &shown.warnings, &tab))
                .unwrap_or_default()
        })
    });
    let size = move || {
        state.shown.with(|shown| {
            shown.as_ref().map(|shown| {
                let kilobytes = i64::try_from(shown.html_bytes.div_ceil(1024)).unwrap_or_default();
                t::contents::size(crate::format::integer(kilobytes))
            })
        })
    };
    let is_clean = move || {
        checks.with(Vec::is_empty)
            && state.shown.with(Option::is_some)
            && state.failure.with(Option::is_none)
    };
    view! {
        <div class="checks">
            <h2 class="t-sub">{t::contents::checks} <span class="ink-3 t-small">{size}</span></h2>
            {move || is_clean().then(|| view! {
                <Status tone=Tone::Good icon=Icon::CircleCheck label=t::contents::checks_good/>
            })}
            <ul aria-live="polite">
                {move || checks.get().into_iter().map(|check| view! { <Line state=state check=check/> }).collect_view()}
            </ul>
        </div>
    }
}

#[component]
fn Line(state: State, check: Check) -> impl IntoView {
    let (tone, icon, word): (_, _, fn() -> &'static str) = match check.severity.as_str() {
        "error" => (Tone::Danger, Icon::CircleAlert, t::contents::severity_error),
        "warning" => (
            Tone::Warn,
            Icon::TriangleAlert,
            t::contents::severity_warning,
        ),
        _ => (Tone::Neutral, Icon::Info, t::contents::severity_info),
    };
    let way = check.spot.map(|spot| {
        let line = i64::try_from(spot.line).unwrap_or_default();
        let label = move || {
            if line > 0 {
                t::contents::go(line)
            } else {
                t::contents::go_field().to_owned()
            }
        };
        view! { <button type="button" class="link" on:click=move |_| state.go_to(spot.clone())>{label}</button> }
    });
    view! {
        <li>
            <Status tone=tone icon=icon label=word/>
            <span>{check.message} " " {way}</span>
        </li>
    }
}
