//! Yes or no, and one of a few.

use leptos::{prelude::*, text_prop::TextProp};

use crate::ui::{Choice, Icon, id, text};

/// A box to tick.
#[component]
pub fn Checkbox(
    /// The words behind it.
    #[prop(into)]
    label: TextProp,
    /// Whether it is ticked.
    #[prop(into)]
    checked: Signal<bool>,
    /// Called with the new state.
    #[prop(into)]
    on_change: Callback<(bool,)>,
    /// Whether it stands for several of which only some are ticked.
    #[prop(optional, into)]
    mixed: Signal<bool>,
    /// Whether the words are spoken only: in a table.
    #[prop(optional)]
    silent: bool,
    /// Whether it cannot be changed now.
    #[prop(optional, into)]
    disabled: Signal<bool>,
) -> impl IntoView {
    view! {
        <label class="chk">
            <span class="box-wrap">
                <input
                    type="checkbox"
                    class="box"
                    disabled=disabled
                    prop:checked=checked
                    prop:indeterminate=mixed
                    on:change:target=move |event| on_change.run((event.target().checked(),))
                />
                <span class="tick">{Icon::Check.view()}</span>
                <span class="dash">{Icon::Minus.view()}</span>
            </span>
            <span class:sr=silent>{text(label)}</span>
        </label>
    }
}

/// A switch that acts at once.
#[component]
pub fn Switch(
    /// The words behind it.
    #[prop(into)]
    label: TextProp,
    /// Whether it is on.
    #[prop(into)]
    checked: Signal<bool>,
    /// Called with the new state.
    #[prop(into)]
    on_change: Callback<(bool,)>,
    /// Whether it cannot be changed now.
    #[prop(optional, into)]
    disabled: Signal<bool>,
) -> impl IntoView {
    view! {
        <button
            type="button"
            class="chk switch-b"
            role="switch"
            aria-checked=move || if checked.get() { "true" } else { "false" }
            disabled=disabled
            on:click=move |_| on_change.run((!checked.get_untracked(),))
        >
            <span class="switch" class:on=checked></span>
            {text(label)}
        </button>
    }
}

/// One of a few, all in view.
#[component]
pub fn RadioGroup(
    /// What is being chosen.
    #[prop(into)]
    label: TextProp,
    /// The value chosen.
    value: RwSignal<String>,
    /// The entries.
    choices: Vec<Choice>,
) -> impl IntoView {
    let name = id::next("r");
    let entry = move |choice: Choice| {
        let own = choice.value.clone();
        let stored = choice.value.clone();
        view! {
            <label class="chk">
                <input
                    type="radio"
                    class="radio"
                    name=name.clone()
                    value=choice.value
                    prop:checked=move || value.with(|value| *value == own)
                    on:change=move |_| value.set(stored.clone())
                />
                {text(choice.label)}
            </label>
        }
    };
    view! {
        <fieldset class="radios">
            <legend class="lbl">{text(label)}</legend>
            {choices.into_iter().map(entry).collect_view()}
        </fieldset>
    }
}
