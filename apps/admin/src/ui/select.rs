//! One of several, from a list.

use leptos::{prelude::*, text_prop::TextProp};

use crate::ui::{
    Icon,
    field::{FieldFrame, described},
    id, text,
};

/// An entry of a list.
#[derive(Clone, Debug)]
pub struct Choice {
    /// What is stored.
    pub value: String,
    /// What is read.
    pub label: TextProp,
}

impl Choice {
    /// Makes an entry.
    pub fn new(value: impl Into<String>, label: impl Into<TextProp>) -> Self {
        Self {
            value: value.into(),
            label: label.into(),
        }
    }
}

/// A list to choose from; the browser's own, so it works under every thumb and screen reader.
#[component]
pub fn SelectField(
    /// The word above it.
    #[prop(into)]
    label: TextProp,
    /// The value chosen.
    value: RwSignal<String>,
    /// The entries.
    #[prop(into)]
    choices: Signal<Vec<Choice>>,
    /// A hint below.
    #[prop(optional, into)]
    hint: Option<TextProp>,
    /// What is wrong, if anything.
    #[prop(optional, into)]
    error: Signal<Option<String>>,
    /// Whether it cannot be changed now.
    #[prop(optional, into)]
    disabled: Signal<bool>,
) -> impl IntoView {
    let id = id::next("f");
    let options = move || {
        let chosen = value.get();
        let entry = |choice: Choice| {
            let is_chosen = choice.value == chosen;
            view! { <option value=choice.value selected=is_chosen>{text(choice.label)}</option> }
        };
        choices.get().into_iter().map(entry).collect_view()
    };
    view! {
        <FieldFrame id=id.clone() label=label hint=hint error=error>
            <span class="sel-wrap">
                <select
                    id=id.clone()
                    class="in"
                    class:is-bad=move || error.with(Option::is_some)
                    class:is-off=disabled
                    disabled=disabled
                    aria-describedby=described(&id)
                    on:change:target=move |event| value.set(event.target().value())
                >
                    {options}
                </select>
                {Icon::ChevronDown.small()}
            </span>
        </FieldFrame>
    }
}
