//! Earlier versions, to look back at and to go back to.

use api_types::contents::ContentVersionView;
use leptos::prelude::*;

use super::state::State;
use crate::{
    api::{Loaded, contents as api, load},
    format, i18n as t,
    state::toast::use_toasts,
    ui::{Button, ButtonSize, InlineError, Sheet, Skeleton},
};

/// The list of earlier versions.
#[component]
pub fn History(
    /// The state of the editor.
    state: State,
    /// Whether it is open.
    open: RwSignal<bool>,
) -> impl IntoView {
    view! {
        <Sheet open=open title=t::contents::history_title>
            <Versions state=state open=open/>
        </Sheet>
    }
}

#[component]
fn Versions(state: State, open: RwSignal<bool>) -> impl IntoView {
    let present = move || state.saved.with(|saved| saved.summary.version);
    let versions = load(
        move || (state.id(), present()),
        |(id, _), signal| async move { api::versions(&id, &signal).await },
    );
    move || match versions.get() {
        Loaded::Loading => view! { <Skeleton lines=6/> }.into_any(),
        Loaded::Failed(error) => {
            view! { <InlineError error=error on_retry=move || versions.reload()/> }.into_any()
        }
        Loaded::Ready(versions) => {
            let lines = versions
                .into_iter()
                .map(|version| view! { <Version state=state version=version open=open/> });
            view! { <ul class="vers">{lines.collect_view()}</ul> }.into_any()
        }
    }
}

#[component]
fn Version(state: State, version: ContentVersionView, open: RwSignal<bool>) -> impl IntoView {
    let toasts = use_toasts();
    let number = version.version;
    let at = format::time::millis(&version.saved_at);
    let who = version.saved_by;
    let said = move || {
        let who = who
            .clone()
            .unwrap_or_else(|| t::contents::someone().to_owned());
        t::contents::SavedWhen {
            when: format::date_time(at),
            who,
        }
        .say()
    };
    let is_present = move || state.saved.with(|saved| saved.summary.version == number);
    let back = move || {
        let id = state.id();
        leptos::task::spawn_local(async move {
            match api::version(&id, number).await {
                Ok(version) => {
                    if let Some(document) = version.document {
                        state.fill(&document);
                    }
                    open.set(false);
                    toasts.say(t::contents::history_used(number));
                }
                Err(error) => toasts.fail(error.sentence()),
            }
        });
    };
    view! {
        <li>
            <span><b>{move || t::contents::version(number)}</b><span class="ink-3 t-small">{said}</span></span>
            {move || if is_present() {
                view! { <span class="ink-2 t-small">{t::contents::history_current}</span> }.into_any()
            } else {
                view! { <Button size=ButtonSize::Small label=t::contents::history_use on_press=back/> }.into_any()
            }}
        </li>
    }
}
