//! The stretch of time that a condition looks at.

use leptos::prelude::*;
use serde_json::json;

use crate::{
    format, i18n as t,
    pages::segments::{
        control::{MomentBox, NumberBox, Pick},
        editor::Editor,
        logic::test,
    },
    ui::{Choice, Icon},
};

/// The stretch of time that is looked at.
#[component]
pub(super) fn WindowControls(editor: Editor, at: String) -> impl IntoView {
    let place = StoredValue::new(at.clone());
    let held = editor.at(at);
    let word = Memo::new(move |_| test::window_word(held.get().as_ref()));
    let choices = Signal::derive(|| {
        vec![
            Choice::new("last.days", t::segments::last_days),
            Choice::new("last.weeks", t::segments::last_weeks),
            Choice::new("last.hours", t::segments::last_hours),
            Choice::new("last.minutes", t::segments::last_minutes),
            Choice::new("this.day", t::segments::this_day),
            Choice::new("last_full.days", t::segments::full_days),
            Choice::new("this.week", t::segments::this_week),
            Choice::new("last_full.weeks", t::segments::full_weeks),
            Choice::new("this.month", t::segments::this_month_so_far),
            Choice::new("last_full.months", t::segments::full_months),
            Choice::new("this.quarter", t::segments::this_quarter),
            Choice::new("last_full.quarters", t::segments::full_quarters),
            Choice::new("this.year", t::segments::this_year),
            Choice::new("last_full.years", t::segments::full_years),
            Choice::new("between", t::segments::within_period),
            Choice::new("ever", t::segments::ever),
        ]
    });
    let pick = move |to: String| {
        editor.set(
            &place.get_value(),
            test::make_window(&to, held.get_untracked().as_ref()),
        );
    };
    let chooser =
        move || view! { <Pick label=t::segments::window value=word choices=choices on_pick=pick/> };
    move || {
        let (word, at) = (word.get(), place.get_value());
        match word.split_once('.') {
            Some((family @ ("last" | "last_full"), unit)) => view! {
                <span class="say-w">{t::segments::w_last}</span>
                <NumberBox editor=editor pointer=format!("{at}/{family}/{unit}") label=t::segments::length/>
                {chooser()}
            }
            .into_any(),
            None if word == "between" => view! {
                <Bound editor=editor at=format!("{at}/between/from") word=t::segments::w_from/>
                <Bound editor=editor at=format!("{at}/between/until") word=t::segments::w_until/>
                {chooser()}
            }
            .into_any(),
            _ => view! { {chooser()} }.into_any(),
        }
    }
}

/// One end of a period; it may be open.
#[component]
fn Bound(editor: Editor, at: String, word: fn() -> &'static str) -> impl IntoView {
    let place = StoredValue::new(at.clone());
    let held = editor.at(at);
    let is_there = Memo::new(move |_| held.with(Option::is_some));
    let open = move |_| {
        editor.set(
            &place.get_value(),
            json!({"date": format::day_key(format::zone::now())}),
        );
    };
    let close = move |_| {
        let (parent, key) = place.with_value(|at| {
            at.rsplit_once('/')
                .map(|(parent, key)| (parent.to_owned(), key.to_owned()))
                .unwrap_or_default()
        });
        let mut bounds = editor
            .document_now()
            .pointer(&parent)
            .cloned()
            .unwrap_or_default();
        if let Some(members) = bounds.as_object_mut() {
            members.remove(&key);
        }
        editor.set(&parent, bounds);
    };
    move || {
        if is_there.get() {
            view! {
                <MomentBox editor=editor pointer=place.get_value()/>
                <span class="say-w">{word}</span>
                <button type="button" class="flt-x" aria-label=t::segments::open_end title=t::segments::open_end on:click=close>
                    {Icon::X.view()}
                </button>
            }
            .into_any()
        } else {
            view! { <button type="button" class="link t-small" on:click=open>{Icon::Plus.small()} {word}</button> }.into_any()
        }
    }
}
