//! Views of one thing: tabs across a page, a segmented control beside a title.

use leptos::{prelude::*, text_prop::TextProp};

use crate::ui::{Choice, text};

/// Tabs; the one chosen is part of the page's query, so give it a signal that follows the URL.
#[component]
pub fn Tabs(
    /// What they are views of; spoken.
    #[prop(into)]
    label: TextProp,
    /// The tab chosen.
    value: RwSignal<String>,
    /// The tabs.
    choices: Vec<Choice>,
) -> impl IntoView {
    let tab = move |choice: Choice| {
        let (own, chosen) = (choice.value.clone(), choice.value);
        view! {
            <button
                type="button"
                role="tab"
                aria-selected=move || if value.with(|value| *value == own) { "true" } else { "false" }
                on:click=move |_| value.set(chosen.clone())
            >
                {text(choice.label)}
            </button>
        }
    };
    view! { <div class="tabs" role="tablist" aria-label=text(label)>{choices.into_iter().map(tab).collect_view()}</div> }
}

/// A few choices in one frame.
#[component]
pub fn Segmented(
    /// What is chosen; spoken.
    #[prop(into)]
    label: TextProp,
    /// The value chosen.
    value: RwSignal<String>,
    /// The choices.
    choices: Vec<Choice>,
) -> impl IntoView {
    let segment = move |choice: Choice| {
        let (own, chosen) = (choice.value.clone(), choice.value);
        view! {
            <button
                type="button"
                aria-pressed=move || if value.with(|value| *value == own) { "true" } else { "false" }
                on:click=move |_| value.set(chosen.clone())
            >
                {text(choice.label)}
            </button>
        }
    };
    view! { <div class="segc" role="group" aria-label=text(label)>{choices.into_iter().map(segment).collect_view()}</div> }
}
