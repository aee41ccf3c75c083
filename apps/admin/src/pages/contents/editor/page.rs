//! The page: head, source, preview, and what stands above them.
#![expect(clippy::needless_pass_by_value, reason = "a component owns its props")]
#![expect(
    clippy::large_types_passed_by_value,
    reason = "a bundle of signals, copied into closures like any signal"
)]
#![expect(
    clippy::too_many_lines,
    reason = "a view is easier to follow whole than in pieces"
)]

use api_types::contents::{ContentView, WriteContent};
use leptos::{ev, prelude::*};

use super::{
    conflict::Conflict, history::History, preview::Preview, render::keep_rendering, source::Source,
    state::State, test_send::TestSend,
};
use crate::{
    api::{Submit, contents as api},
    app::bar::use_crumb,
    format, i18n as t,
    pages::contents::logic::Spot,
    state::{session, toast::use_toasts},
    ui::{Button, ButtonKind, FormError, Icon, Note, PageHeader, Status, Tone},
};

/// The editor of one email.
#[component]
pub fn Editor(
    /// The email as it was read.
    content: ContentView,
) -> impl IntoView {
    let state = State::new(&content);
    let (submit, toasts) = (Submit::default(), use_toasts());
    let (test, conflict, history) = (
        RwSignal::new(false),
        RwSignal::new(false),
        RwSignal::new(false),
    );
    let title = move || {
        let name = state.name.get();
        if name.trim().is_empty() {
            t::contents::untitled().to_owned()
        } else {
            name
        }
    };
    use_crumb(title);
    keep_rendering(state);
    let may_write = move || session::may("contents:write");
    let save = Callback::new(move |()| {
        let (id, content) = (
            state.id(),
            WriteContent {
                version: state.saved.with_untracked(|saved| saved.summary.version),
                document: untrack(|| state.document()),
            },
        );
        submit.run(
            async move { api::update(&id, &content).await },
            move |saved| {
                // Typing may have gone on meanwhile: the fields stay, only the version moves.
                state.saved.set(saved);
                toasts.say(t::common::saved());
            },
        );
    });
    meet_refusals(submit, state, conflict);
    // Once the mistake is mended, the refusal of the save has nothing to say any more.
    Effect::new(move |_| {
        let is_mended = state.failure.with(Option::is_none);
        let was_mistake = untrack(|| submit.error().is_some_and(|error| error.status == 422));
        if is_mended && was_mistake {
            submit.forget();
        }
    });
    guard_keys(state, save);
    let is_still = Signal::derive(move || !state.is_changed());
    view! {
        <PageHeader title=title say=move || said(state)>
            <Button kind=ButtonKind::Quiet icon=Icon::Clock label=t::contents::history on_press=move || history.set(true)/>
            {move || session::may("campaigns:write").then(|| view! {
                <Button icon=Icon::Send label=t::contents::test on_press=move || test.set(true)/>
            })}
            {move || may_write().then(|| view! {
                <Button kind=ButtonKind::Primary icon=Icon::Check label=t::contents::save disabled=is_still busy=submit.busy() on_press=save/>
            })}
        </PageHeader>
        <div class="ed-n">
            {move || state.saved.with(|saved| saved.summary.archived_at.is_some()).then(|| view! {
                <Note tone=Tone::Warn>{t::contents::put_away_note}</Note>
            })}
            {move || (!submit.error().is_some_and(|error| error.is_conflict())).then(|| view! { <FormError submit=submit/> })}
        </div>
        <div class="ed">
            <Source state=state/>
            <Preview state=state/>
        </div>
        <TestSend state=state open=test/>
        <Conflict state=state submit=submit open=conflict/>
        <History state=state open=history/>
    }
}

/// The sentence under the title: which version, who saved it, whether anything is unsaved.
fn said(state: State) -> String {
    let (version, at, who) = state.saved.with(|saved| {
        let summary = &saved.summary;
        (
            summary.version,
            format::time::millis(&summary.updated_at),
            summary.updated_by.clone(),
        )
    });
    let who = who.unwrap_or_else(|| t::contents::someone().to_owned());
    let saved = t::contents::SavedWhen {
        when: format::date_time(at),
        who,
    }
    .say();
    format!("{} · {saved}", t::contents::version(version))
}

/// Shows what a save was refused for: a conflict asks, a mistake leads to its place.
fn meet_refusals(submit: Submit, state: State, conflict: RwSignal<bool>) {
    Effect::new(move |_| {
        let Some(error) = submit.error() else { return };
        if error.is_conflict() {
            conflict.set(true);
            return;
        }
        let spot = error
            .errors
            .iter()
            .find_map(|error| Spot::read(&error.pointer, error.line, error.column));
        if let Some(spot) = spot {
            state.go_to(spot);
        }
    });
}

/// Ctrl+S saves; leaving the browser's page with something unsaved asks first.
fn guard_keys(state: State, save: Callback<()>) {
    let keys = window_event_listener(ev::keydown, move |event| {
        let is_save = (event.ctrl_key() || event.meta_key()) && event.key() == "s";
        if is_save {
            event.prevent_default();
            if untrack(|| state.is_changed() && session::may("contents:write")) {
                save.run(());
            }
        }
    });
    let leaving = window_event_listener(ev::beforeunload, move |event| {
        if untrack(|| state.is_changed()) {
            event.prevent_default();
        }
    });
    on_cleanup(move || {
        keys.remove();
        leaving.remove();
    });
}

/// Says that something is unsaved; stands beside the language.
#[component]
pub fn Unsaved(
    /// The state of the editor.
    state: State,
) -> impl IntoView {
    move || {
        state.is_changed().then(|| {
            view! { <Status tone=Tone::Warn icon=Icon::Pencil label=t::contents::not_saved/> }
        })
    }
}
