//! Filters by weekday and by hour.
#![expect(clippy::needless_pass_by_value, reason = "a component owns its props")]

use leptos::prelude::*;
use serde_json::json;

use super::events::{texts, toggled};
use crate::{
    i18n as t,
    pages::segments::{control::NumberBox, editor::Editor, picker::Picker},
    ui::Choice,
};

#[component]
pub(super) fn WeekdayFilter(editor: Editor, at: String) -> impl IntoView {
    let place = StoredValue::new(at.clone());
    let held = editor.at(at);
    let chosen = Signal::derive(move || texts(held.get()));
    let choices = Signal::derive(|| {
        vec![
            Choice::new("monday", t::segments::monday),
            Choice::new("tuesday", t::segments::tuesday),
            Choice::new("wednesday", t::segments::wednesday),
            Choice::new("thursday", t::segments::thursday),
            Choice::new("friday", t::segments::friday),
            Choice::new("saturday", t::segments::saturday),
            Choice::new("sunday", t::segments::sunday),
        ]
    });
    let pick = move |value: String| {
        editor.set(
            &place.get_value(),
            json!(toggled(texts(held.get_untracked()), value)),
        );
    };
    view! {
        <Picker label=t::segments::weekday chosen=chosen choices=choices nothing=t::segments::choose many=true on_pick=pick/>
    }
}

#[component]
pub(super) fn HourFilter(editor: Editor, at: String) -> impl IntoView {
    view! {
        <NumberBox editor=editor pointer=format!("{at}/from") label=t::segments::hour_from/>
        <span class="say-w">{t::segments::w_hour_from}</span>
        <NumberBox editor=editor pointer=format!("{at}/until") label=t::segments::hour_until/>
        <span class="say-w">{t::segments::w_hour_until}</span>
    }
}
