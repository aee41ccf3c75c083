//! What another event the counted ones came after.
#![expect(clippy::needless_pass_by_value, reason = "a component owns its props")]

use leptos::prelude::*;
use serde_json::json;

use super::events::{Filters, Names, filter_lines};
use crate::{
    i18n as t,
    pages::segments::{control::Pick, editor::Editor, logic::sequence},
    state::locale::{self, Locale},
    ui::{Choice, Icon, Menu, MenuItem, MenuLine},
};

/// Draws nothing where all events count; `at` is the condition about events.
#[component]
pub(super) fn SinceControls(editor: Editor, at: String) -> impl IntoView {
    let place = StoredValue::new(at.clone());
    let held = editor.at(format!("{at}/since"));
    let which = Memo::new(move |_| {
        held.with(|held| {
            let word = held
                .as_ref()
                .and_then(|held| held.as_object()?.keys().next());
            word.cloned()
        })
    });
    move || {
        which.get().map(|word| {
            let of = format!("{}/since/{word}", place.get_value());
            let turn = move |to: String| {
                let other = held
                    .get_untracked()
                    .and_then(|held| held.as_object()?.values().next().cloned());
                let since = json!({ to: other.unwrap_or_default() });
                editor.set(&format!("{}/since", place.get_value()), since);
            };
            let remove = move |_| {
                editor.change(move |document| {
                    if let Some(events) = document.pointer_mut(&place.get_value()) {
                        sequence::drop_member(events, "since");
                    }
                });
            };
            let lines = {
                let of = of.clone();
                Signal::derive(move || filter_lines(editor, &of))
            };
            let (named, chosen) = (of.clone(), move || word.clone());
            let body = move || {
                let since = view! { <span class="say-w">{t::segments::w_since}</span> };
                let of = named.clone();
                let choice = view! {
                    <Pick label=t::segments::since_which value=Signal::derive(chosen.clone()) choices=Signal::derive(sides) on_pick=turn/>
                    <Names editor=editor at=of.clone()/>
                    <Filters editor=editor at=of/>
                };
                match locale::current() {
                    Locale::Ja => view! { {choice} {since} }.into_any(),
                    Locale::En => view! { {since} {choice} }.into_any(),
                }
            };
            view! {
                <span class="flt">
                    {body}
                    <Menu label=t::segments::since_menu lines=lines/>
                    <button type="button" class="flt-x" aria-label=t::segments::remove_since title=t::segments::remove_since on:click=remove>
                        {Icon::X.view()}
                    </button>
                </span>
            }
        })
    }
}

fn sides() -> Vec<Choice> {
    vec![
        Choice::new("latest", t::segments::since_latest),
        Choice::new("first", t::segments::since_first),
    ]
}

/// Returns the line of a menu that counts only what came after another event.
pub(crate) fn since_line(editor: Editor, at: &str) -> MenuLine {
    let place = format!("{at}/since");
    let add = MenuItem::new(Icon::History, t::segments::add_since, {
        let place = place.clone();
        move || editor.set(&place, sequence::fresh_since())
    });
    let is_there = editor.document_now().pointer(&place).is_some();
    MenuLine::from(if is_there {
        add.blocked(t::segments::is_since)
    } else {
        add
    })
}
