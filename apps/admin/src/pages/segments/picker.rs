//! Choosing from long lists inside a sentence: a word that opens a searchable list.

use std::time::Duration;

use leptos::{ev, html, prelude::*, text_prop::TextProp};
use wasm_bindgen::JsCast;

use crate::{
    format::folded,
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
    let typed = RwSignal::new(String::new());
    let is_narrowed_here = on_search.is_none();
    let pick = Pick {
        is_open: RwSignal::new(false),
        typed,
        cursor: RwSignal::new(0),
        button: NodeRef::new(),
        input: NodeRef::new(),
        found: Memo::new(move |_| {
            let part = if is_narrowed_here {
                folded(&typed.get())
            } else {
                String::new()
            };
            choices.with(|choices| matching(choices, &part))
        }),
        many,
        on_choice: on_pick,
        on_search,
    };
    close_outside(pick.is_open, pick.button);
    let word = move || {
        let word = chosen.with(|chosen| choices.with(|choices| word(chosen, choices)));
        word.unwrap_or_else(|| nothing.get().into_owned())
    };
    let spoken = label.clone();
    let panel = move || {
        let label = label.clone();
        let is_open = pick.is_open.get();
        is_open.then(|| view! { <Panel pick=pick label=label chosen=chosen/> })
    };
    view! {
        <span class="pk-w">
            <button
                type="button"
                class="v"
                node_ref=pick.button
                aria-haspopup="listbox"
                aria-expanded=move || if pick.is_open.get() { "true" } else { "false" }
                aria-description=text(spoken)
                on:click=move |_| pick.toggle()
            >
                <span class="v-t">{word}</span>
                {Icon::ChevronDown.view()}
            </button>
            {panel}
        </span>
    }
}

/// Returns value and name of the entries that hold a part of a text; all of them for none.
fn matching(choices: &[Choice], part: &str) -> Vec<(String, String)> {
    let name = |choice: &Choice| (choice.value.clone(), choice.label.get().into_owned());
    let fits = |(value, name): &(String, String)| {
        part.is_empty() || folded(name).contains(part) || folded(value).contains(part)
    };
    choices.iter().map(name).filter(fits).take(SHOWN).collect()
}

/// Says what is chosen; `None` for nothing.
fn word(chosen: &[String], choices: &[Choice]) -> Option<String> {
    let (first, rest) = chosen.split_first()?;
    let found = choices.iter().find(|choice| choice.value == *first);
    let name = found.map_or_else(
        || last_part(first),
        |choice| choice.label.get().trim().to_owned(),
    );
    if rest.is_empty() {
        return Some(name);
    }
    let count = i64::try_from(rest.len()).unwrap_or(i64::MAX);
    Some(t::segments::AndOthers { count, first: name }.say())
}

/// A list that is chosen from.
#[derive(Clone, Copy)]
struct Pick {
    is_open: RwSignal<bool>,
    typed: RwSignal<String>,
    cursor: RwSignal<usize>,
    button: NodeRef<html::Button>,
    input: NodeRef<html::Input>,
    found: Memo<Vec<(String, String)>>,
    many: bool,
    on_choice: Callback<(String,)>,
    on_search: Option<Callback<(String,)>>,
}

impl Pick {
    fn toggle(self) {
        if self.is_open.get_untracked() {
            self.is_open.set(false);
            return;
        }
        self.is_open.set(true);
        self.write(String::new());
        set_timeout(
            move || {
                if let Some(input) = self.input.get_untracked() {
                    let _ = input.focus();
                }
            },
            Duration::from_millis(10),
        );
    }

    fn close(self) {
        self.is_open.set(false);
        if let Some(button) = self.button.get_untracked() {
            let _ = button.focus();
        }
    }

    fn write(self, text: String) {
        self.typed.set(text.clone());
        self.cursor.set(0);
        if let Some(on_search) = self.on_search {
            on_search.run((text,));
        }
    }

    fn take(self, value: String) {
        self.on_choice.run((value,));
        if !self.many {
            self.close();
        }
    }

    fn on_key(self, event: &ev::KeyboardEvent) {
        let count = self.found.with_untracked(Vec::len);
        match event.key().as_str() {
            "Escape" => {
                event.stop_propagation();
                self.close();
            }
            "ArrowDown" if count > 0 => {
                self.cursor.update(|at| *at = (*at + 1).min(count - 1));
            }
            "ArrowUp" => self.cursor.update(|at| *at = at.saturating_sub(1)),
            "Enter" if !event.is_composing() => {
                let at = self.cursor.get_untracked();
                let entry = self.found.with_untracked(|found| found.get(at).cloned());
                if let Some((value, _)) = entry {
                    self.take(value);
                }
            }
            _ => return,
        }
        event.prevent_default();
    }
}

/// The search field and what it finds.
#[component]
fn Panel(pick: Pick, label: TextProp, chosen: Signal<Vec<String>>) -> impl IntoView {
    let list_id = id::next("pk");
    let active = {
        let list_id = list_id.clone();
        move || format!("{list_id}-{}", pick.cursor.get())
    };
    view! {
        <span class="pk">
            <input
                class="in"
                node_ref=pick.input
                role="combobox"
                aria-expanded="true"
                aria-controls=list_id.clone()
                aria-activedescendant=active
                aria-label=text(label.clone())
                placeholder=t::common::search
                autocomplete="off"
                prop:value=pick.typed
                on:keydown=move |event| pick.on_key(&event)
                on:input:target=move |event| pick.write(event.target().value())
            />
            <Entries list_id=list_id label=label found=pick.found chosen=chosen cursor=pick.cursor on_pick=move |value| pick.take(value)/>
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_typed_finds_names_however_they_are_written() {
        let choices = [
            Choice::new("食品 > チーズ", "チーズ"),
            Choice::new("食品 > バター", "バター"),
        ];
        let names = |part: &str| -> Vec<String> {
            let found = matching(&choices, &folded(part));
            found.into_iter().map(|(_, name)| name).collect()
        };
        assert_eq!(names("ちーず"), ["チーズ"]);
        assert_eq!(names(""), ["チーズ", "バター"]);
        assert_eq!(
            word(&["食品 > チーズ".to_owned()], &choices).as_deref(),
            Some("チーズ")
        );
        assert_eq!(
            word(&["菓子 > あめ".to_owned()], &choices).as_deref(),
            Some("あめ")
        );
        assert_eq!(word(&[], &choices), None);
    }
}
