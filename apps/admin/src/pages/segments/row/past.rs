//! Membership of a segment in the past.
#![expect(clippy::needless_pass_by_value, reason = "a component owns its props")]

use leptos::prelude::*;
use serde_json::json;

use super::{small::SegmentPick, window::WindowControls};
use crate::{
    i18n as t,
    pages::segments::{
        control::{MomentBox, Pick},
        editor::Editor,
    },
    ui::Choice,
};

#[component]
pub(super) fn PastControls(editor: Editor, at: String) -> impl IntoView {
    let when = format!("{at}/was_in/when");
    let place = StoredValue::new(when.clone());
    let held = editor.at(when);
    let word = Memo::new(move |_| {
        held.with(|held| {
            let is_at = held.as_ref().is_some_and(|held| held.get("at").is_some());
            if is_at { "at" } else { "within" }.to_owned()
        })
    });
    let pick = move |to: String| {
        let when = match to.as_str() {
            "at" => json!({"at": {"ago": {"days": 30}}}),
            _ => json!({"within": {"last": {"days": 30}}}),
        };
        editor.set(&place.get_value(), when);
    };
    let stretch = move || {
        let at = format!("{}/{}", place.get_value(), word.get());
        if word.get() == "at" {
            view! { <MomentBox editor=editor pointer=at past=true/> }.into_any()
        } else {
            view! { <WindowControls editor=editor at=at/> }.into_any()
        }
    };
    view! {
        <span class="say-w">{t::segments::w_was_in}</span>
        <SegmentPick editor=editor place=format!("{at}/was_in/id")/>
        <span class="say-w">{t::segments::w_was_in_when}</span>
        {stretch}
        <Pick label=t::segments::was_in_when value=word choices=Signal::derive(whens) on_pick=pick/>
    }
}

fn whens() -> Vec<Choice> {
    vec![
        Choice::new("at", t::segments::was_in_at),
        Choice::new("within", t::segments::was_in_within),
    ]
}
