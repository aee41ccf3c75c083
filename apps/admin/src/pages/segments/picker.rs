//! Choosing from long lists inside a sentence: a word that opens a searchable list.
#![expect(
    clippy::too_many_lines,
    reason = "a view is easier to follow whole than in pieces"
)]

use std::time::Duration;

use leptos::{ev, html, prelude::*, text_prop::TextProp};
use wasm_bindgen::JsCast;

use crate::{
    i18n as t,
    ui::{Choice, Icon, id, text},
};

/// The most entries drawn; typing narrows them.
const SHOWN: usize = 80;

/// A word that opens a list with a search field; arrows move, Enter picks, Esc closes.
#[component]
pub(crate) fn Picker(
    /// What is chosen; spoken.
    #[prop(into)]
    label: TextProp,
    /// The values chosen.
    #[prop(into)]
    chosen: Signal<Vec<String>>,
    /// The entries.
    #[prop(into)]
    choices: Signal<Vec<Choice>>,
    /// What the word says while nothing is chosen.
    #[prop(into)]
    nothing: TextProp,
    /// Whether several can be chosen; else a choice closes the list.
    #[prop(optional)]
    many: bool,
    /// Called with the value pressed.
    #[prop(into)]
    on_pick: Callback<(String,)>,
    /// Asks elsewhere for what was typed; then the list is not narrowed here.
    #[prop(optional, into)]
    on_search: Option<Callback<(String,)>>,
) -> impl IntoView {
    let is_open = RwSignal::new(false);
    let typed = RwSignal::new(String::new());
    let cursor = RwSignal::new(0_usize);
    let (button, input) = (
        NodeRef::<html::Button>::new(),
        NodeRef::<html::Input>::new(),
    );
    let list_id = id::next("pk");
    let found = Memo::new(move |_| {
        let part = folded(&typed.get());
        let all = choices
            .get()
            .into_iter()
            .map(|choice| (choice.value.clone(), choice.label.get().into_owned()));
        all.filter(|(value, name)| {
            on_search.is_some()
                || part.is_empty()
                || folded(name).contains(&part)
                || folded(value).contains(&part)
        })
        .take(SHOWN)
        .collect::<Vec<_>>()
    });
    let close = move || {
        is_open.set(false);
        if let Some(button) = button.get_untracked() {
            let _ = button.focus();
        }
    };
    let open = move |_| {
        if is_open.get_untracked() {
            is_open.set(false);
            return;
        }
        typed.set(String::new());
        cursor.set(0);
        is_open.set(true);
        if let Some(on_search) = on_search {
            on_search.run((String::new(),));
        }
        set_timeout(
            move || {
                if let Some(input) = input.get_untracked() {
                    let _ = input.focus();
                }
            },
            Duration::from_millis(10),
        );
    };
    let pick = move |value: String| {
        on_pick.run((value,));
        if !many {
            close();
        }
    };
    let on_key = move |event: ev::KeyboardEvent| {
        let count = found.with_untracked(Vec::len);
        match event.key().as_str() {
            "Escape" => {
                event.stop_propagation();
                event.prevent_default();
                close();
            }
            "ArrowDown" if count > 0 => {
                event.prevent_default();
                cursor.update(|at| *at = (*at + 1).min(count - 1));
            }
            "ArrowUp" => {
                event.prevent_default();
                cursor.update(|at| *at = at.saturating_sub(1));
            }
            "Enter" if !event.is_composing() => {
                event.prevent_default();
                let at = cursor.get_untracked();
                if let Some((value, _)) = found.with_untracked(|found| found.get(at).cloned()) {
                    pick(value);
                }
            }
            _ => {}
        }
    };
    close_outside(is_open, button);
    let word = move || {
        let chosen = chosen.get();
        let name = |value: &String| {
            choices.with(|choices| {
                let found = choices.iter().find(|choice| choice.value == *value);
                found.map_or_else(
                    || last_part(value),
                    |choice| choice.label.get().trim().to_owned(),
                )
            })
        };
        match chosen.as_slice() {
            [] => nothing.get().into_owned(),
            [one] => name(one),
            [one, rest @ ..] => {
                t::segments::and_others(i64::try_from(rest.len()).unwrap_or(i64::MAX), name(one))
            }
        }
    };
    let spoken = label.clone();
    let panel = {
        let list_id = list_id.clone();
        move || {
            is_open.get().then(|| {
                let list_id = list_id.clone();
                let active = {
                    let list_id = list_id.clone();
                    move || format!("{list_id}-{}", cursor.get())
                };
                view! {
                    <span class="pk">
                        <input
                            class="in"
                            node_ref=input
                            role="combobox"
                            aria-expanded="true"
                            aria-controls=list_id.clone()
                            aria-activedescendant=active
                            aria-label=text(label.clone())
                            placeholder=t::common::search
                            autocomplete="off"
                            prop:value=typed
                            on:keydown=on_key
                            on:input:target=move |event| {
                                typed.set(event.target().value());
                                cursor.set(0);
                                if let Some(on_search) = on_search {
                                    on_search.run((typed.get_untracked(),));
                                }
                            }
                        />
                        <Entries list_id=list_id label=label.clone() found=found chosen=chosen cursor=cursor on_pick=pick/>
                    </span>
                }
            })
        }
    };
    view! {
        <span class="pk-w">
            <button
                type="button"
                class="v"
                node_ref=button
                aria-haspopup="listbox"
                aria-expanded=move || if is_open.get() { "true" } else { "false" }
                aria-description=text(spoken)
                on:click=open
            >
                <span class="v-t">{word}</span>
                {Icon::ChevronDown.view()}
            </button>
            {panel}
        </span>
    }
}

#[component]
fn Entries(
    list_id: String,
    label: TextProp,
    found: Memo<Vec<(String, String)>>,
    chosen: Signal<Vec<String>>,
    cursor: RwSignal<usize>,
    #[prop(into)] on_pick: Callback<(String,)>,
) -> impl IntoView {
    let prefix = list_id.clone();
    let entry = move |(at, (value, name)): (usize, (String, String))| {
        let own = value.clone();
        let is_chosen = Memo::new(move |_| chosen.with(|chosen| chosen.contains(&own)));
        view! {
            <span
                role="option"
                id=format!("{prefix}-{at}")
                class="pk-o"
                class:on=move || cursor.get() == at
                aria-selected=move || if is_chosen.get() { "true" } else { "false" }
                on:pointerdown=|event| event.prevent_default()
                on:click=move |_| on_pick.run((value.clone(),))
                on:pointermove=move |_| cursor.set(at)
            >
                <span class="pk-c">{move || is_chosen.get().then(|| Icon::Check.small())}</span>
                {name}
            </span>
        }
    };
    let rows = move || {
        found
            .get()
            .into_iter()
            .enumerate()
            .map(entry.clone())
            .collect_view()
    };
    let none = move || {
        found
            .with(Vec::is_empty)
            .then(|| view! { <span class="pk-n">{t::segments::nothing_found}</span> })
    };
    view! {
        <span class="pk-l" role="listbox" id=list_id aria-label=text(label)>{rows}</span>
        {none}
    }
}

/// Closes the list when something beside it is pressed.
fn close_outside(is_open: RwSignal<bool>, button: NodeRef<html::Button>) {
    let outside = window_event_listener(ev::pointerdown, move |event| {
        if !is_open.get_untracked() {
            return;
        }
        let target = event
            .target()
            .and_then(|target| target.dyn_into::<web_sys::Node>().ok());
        let own = button
            .get_untracked()
            .and_then(|button| button.parent_element());
        if !own.is_some_and(|own| own.contains(target.as_ref())) {
            is_open.set(false);
        }
    });
    on_cleanup(move || outside.remove());
}

/// Returns the last part of a category path, which is what people call it.
pub(crate) fn last_part(path: &str) -> String {
    path.rsplit(" > ").next().unwrap_or(path).to_owned()
}

/// Writes a text as one searches it: small letters, katakana as hiragana.
fn folded(text: &str) -> String {
    let fold = |c: char| match c {
        'ァ'..='ヶ' => char::from_u32(u32::from(c) - 0x60).unwrap_or(c),
        other => other,
    };
    text.to_lowercase().chars().map(fold).collect()
}
