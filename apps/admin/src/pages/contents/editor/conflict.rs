//! Two people saved: who was first, and the two ways on.

use api_types::contents::CreateContent;
use leptos::prelude::*;

use super::state::State;
use crate::{
    api::{Submit, contents as api},
    i18n as t,
    routes::{Route, use_go},
    state::toast::use_toasts,
    ui::{Button, ButtonKind, Dialog, FormError, Icon},
};

/// The question after a save that came second.
#[component]
pub fn Conflict(
    /// The editor's state.
    state: State,
    /// The save that was refused.
    submit: Submit,
    /// Whether it is open.
    open: RwSignal<bool>,
) -> impl IntoView {
    let (way, toasts, go) = (Submit::default(), use_toasts(), use_go());
    let reload = move || {
        let id = state.id();
        way.run(async move { api::find(&id, None).await }, move |content| {
            let version = content.summary.version;
            state.take(content);
            submit.forget();
            open.set(false);
            toasts.say(t::contents::reloaded(version));
        });
    };
    let copy = move || {
        let mut document = untrack(|| state.document());
        document.name = t::contents::mine_of(&document.name);
        let content = CreateContent {
            document: Some(document),
            ..CreateContent::default()
        };
        let go = go.clone();
        way.run(async move { api::create(&content).await }, move |made| {
            // What was written is safe in the copy: leaving this page need not ask.
            state.fill(&state.saved.get_untracked().document);
            open.set(false);
            toasts.say(t::contents::conflict_copied());
            go(&Route::Content(made.summary.id));
        });
    };
    let footer = ViewFn::from(move || {
        let copy = copy.clone();
        view! {
            <Button icon=Icon::RefreshCw label=t::contents::conflict_reload busy=way.busy() on_press=reload/>
            <Button kind=ButtonKind::Primary icon=Icon::Copy label=t::contents::conflict_copy busy=way.busy() on_press=copy/>
        }
    });
    view! {
        <Dialog open=open title=t::contents::conflict_title footer=footer>
            <p>{move || submit.error().map(|error| error.sentence())}</p>
            <p class="ink-2 t-small">{t::contents::conflict_keep} " " {t::contents::conflict_lose}</p>
            <FormError submit=way/>
        </Dialog>
    }
}
