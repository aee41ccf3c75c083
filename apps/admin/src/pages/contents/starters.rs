//! The emails to start from, each as a small real preview.

use api_types::contents::{CreateContent, StarterView};
use leptos::prelude::*;

use crate::{
    api::{Loaded, Submit, contents as api, load},
    routes::{Route, use_go},
    state::locale,
    ui::{FormError, InlineError},
};

/// The cards; a press makes a copy and opens it.
#[component]
pub fn Starters() -> impl IntoView {
    // The frames are good once, so another language asks anew.
    let starters = load(locale::current, |_, signal| async move {
        api::gallery(&signal).await
    });
    let (submit, go) = (Submit::default(), use_go());
    let choose = Callback::new(move |starter: String| {
        let go = go.clone();
        let content = CreateContent {
            starter: Some(starter),
            ..CreateContent::default()
        };
        submit.run(async move { api::create(&content).await }, move |made| {
            go(&Route::Content(made.summary.id));
        });
    });
    let cards = move || match starters.get() {
        Loaded::Loading => (0..6).map(|_| skeleton()).collect_view().into_any(),
        Loaded::Failed(error) => {
            view! { <InlineError error=error on_retry=move || starters.reload()/> }.into_any()
        }
        Loaded::Ready(starters) => starters
            .into_iter()
            .map(|starter| view! { <Card starter=starter busy=submit.busy() on_choose=choose/> })
            .collect_view()
            .into_any(),
    };
    view! {
        <FormError submit=submit/>
        <div class="starters">{cards}</div>
    }
}

#[component]
fn Card(starter: StarterView, busy: Signal<bool>, on_choose: Callback<String>) -> impl IntoView {
    let id = starter.id.clone();
    view! {
        <button type="button" class="starter" disabled=busy on:click=move |_| on_choose.run(id.clone())>
            <span class="starter-p" aria-hidden="true">
                <iframe
                    src=starter.preview_url
                    title=starter.name.clone()
                    tabindex="-1"
                    sandbox=""
                    referrerpolicy="no-referrer"
                ></iframe>
            </span>
            <b>{starter.name.clone()}</b>
            <span class="starter-d">{starter.description}</span>
        </button>
    }
}

fn skeleton() -> impl IntoView {
    view! {
        <span class="starter" aria-hidden="true">
            <span class="starter-p sk"></span>
            <span class="sk sk-line"></span>
        </span>
    }
}
