//! A condition about what happened after what: the steps as a thread.
#![expect(clippy::needless_pass_by_value, reason = "a component owns its props")]

use leptos::prelude::*;
use serde_json::Value;

use super::{
    events::{Filters, Names, filter_lines},
    window::WindowControls,
};
use crate::{
    i18n as t,
    pages::segments::{
        control::{NumberBox, Pick},
        editor::Editor,
        logic::sequence::{self, MOST, Row},
    },
    state::locale::{self, Locale},
    ui::{Choice, Icon, Menu, MenuItem, MenuLine},
};

#[component]
pub(super) fn SequenceControls(editor: Editor, at: String) -> impl IntoView {
    let base = StoredValue::new(format!("{at}/sequence"));
    let held = editor.at(base.get_value());
    let rows = Memo::new(move |_| held.with(|held| sequence::rows(held.as_ref())));
    let has_end = Memo::new(move |_| held.with(|held| sequence::has_end(held.as_ref())));
    let is_full = Memo::new(move |_| rows.with(Vec::len) + usize::from(has_end.get()) >= MOST);
    let same = Memo::new(move |_| {
        held.with(|held| {
            let word = held.as_ref().and_then(|held| held.get("same")?.as_str());
            word.unwrap_or("any").to_owned()
        })
    });
    let steps = move || {
        let row = |(i, row): (usize, Row)| step(editor, base, i, row);
        rows.get().into_iter().enumerate().map(row).collect_view()
    };
    let change = move |act: fn(&mut Value)| {
        editor.change(move |document| {
            if let Some(sequence) = document.pointer_mut(&base.get_value()) {
                act(sequence);
            }
        });
    };
    let more = move || {
        (!is_full.get()).then(|| {
            view! {
                <button type="button" class="link t-small" on:click=move |_| change(sequence::add_step)>
                    {Icon::Plus.small()} {t::segments::add_step}
                </button>
            }
        })
    };
    let close = move || {
        (!is_full.get() && !has_end.get()).then(|| {
            view! {
                <button type="button" class="link t-small" on:click=move |_| change(sequence::add_end)>
                    {Icon::Plus.small()} {t::segments::add_then_not}
                </button>
            }
        })
    };
    let pick_same = move |to: String| {
        editor.change(move |document| {
            if let Some(sequence) = document.pointer_mut(&base.get_value()) {
                sequence::set_same(sequence, &to);
            }
        });
    };
    let about = view! { <Pick label=t::segments::same value=same choices=Signal::derive(alike) on_pick=pick_same/> };
    let within = view! { <WindowControls editor=editor at=format!("{at}/sequence/within")/> };
    view! {
        {within}
        {about}
        <span class="say-w">{t::segments::w_in_order}</span>
        <ol class="seq">
            {steps}
            {move || has_end.get().then(|| end(editor, base))}
            <li class="seq-add">{more} {close}</li>
        </ol>
    }
}

fn alike() -> Vec<Choice> {
    vec![
        Choice::new("any", t::segments::same_any),
        Choice::new("product", t::segments::same_product),
        Choice::new("category", t::segments::same_category),
        Choice::new("order", t::segments::same_order),
    ]
}

fn step(editor: Editor, base: StoredValue<String>, i: usize, row: Row) -> AnyView {
    let at = format!("{}/steps/{i}", base.get_value());
    let lines = {
        let at = at.clone();
        Signal::derive(move || step_lines(editor, base, i, row, &at))
    };
    let without = row.has_without.then(|| {
        let at = at.clone();
        let chosen = choice(editor, format!("{at}/without"));
        let remove = move |_| change(editor, at.clone(), |step| sequence::drop_member(step, "without"));
        view! {
            <div class="seq-w">
                <span class="say-w">{t::segments::w_between}</span>
                {chosen}
                <span class="say-w">{t::segments::w_not_between}</span>
                <button type="button" class="flt-x" aria-label=t::segments::remove_without title=t::segments::remove_without on:click=remove>
                    {Icon::X.view()}
                </button>
            </div>
        }
    });
    let lead = if i == 0 {
        view! { <span class="say-w">{t::segments::w_first}</span> }.into_any()
    } else {
        view! { <span class="say-w">{t::segments::w_then}</span> }.into_any()
    };
    let soon = move |at: &str| (i > 0).then(|| span(editor, at));
    let body = {
        let at = at.clone();
        move || {
            let (chosen, soon) = (choice(editor, at.clone()), soon(&at));
            match locale::current() {
                Locale::Ja => view! { {soon} {chosen} }.into_any(),
                Locale::En => view! { {chosen} {soon} }.into_any(),
            }
        }
    };
    view! {
        <li>
            {without}
            <div class="seq-s">
                {lead} {body} <span class="say-w">{t::segments::w_done}</span>
                <Menu label=t::segments::step_menu lines=lines/>
            </div>
        </li>
    }
    .into_any()
}

/// What must not follow.
fn end(editor: Editor, base: StoredValue<String>) -> AnyView {
    let at = format!("{}/then_not", base.get_value());
    let lines = {
        let at = at.clone();
        Signal::derive(move || {
            let mut lines = filter_lines(editor, &at);
            lines.push(MenuLine::Rule);
            lines.push(MenuLine::from(MenuItem::new(
                Icon::Trash2,
                t::segments::remove_step,
                move || {
                    change(editor, base.get_value(), |sequence| {
                        sequence::drop_member(sequence, "then_not");
                    });
                },
            )));
            lines
        })
    };
    let body = move || {
        let (chosen, soon) = (choice(editor, at.clone()), span(editor, &at));
        match locale::current() {
            Locale::Ja => view! { {soon} {chosen} }.into_any(),
            Locale::En => view! { {chosen} {soon} }.into_any(),
        }
    };
    view! {
        <li class="seq-n">
            <div class="seq-s">
                <span class="say-w">{t::segments::w_then_not}</span>
                {body}
                <span class="say-w">{t::segments::w_not_done}</span>
                <Menu label=t::segments::step_menu lines=lines/>
            </div>
        </li>
    }
    .into_any()
}

fn choice(editor: Editor, at: String) -> impl IntoView {
    view! { <Names editor=editor at=at.clone()/> <Filters editor=editor at=at/> }
}

fn change(editor: Editor, at: String, act: impl FnOnce(&mut Value) + Send + 'static) {
    editor.change(move |document| {
        if let Some(there) = document.pointer_mut(&at) {
            act(there);
        }
    });
}

fn step_lines(
    editor: Editor,
    base: StoredValue<String>,
    i: usize,
    row: Row,
    at: &str,
) -> Vec<MenuLine> {
    let mut lines = filter_lines(editor, at);
    if i > 0 && !row.has_without {
        let at = at.to_owned();
        lines.push(MenuLine::from(MenuItem::new(
            Icon::Ban,
            t::segments::add_without,
            move || change(editor, at.clone(), sequence::add_without),
        )));
    }
    lines.push(MenuLine::Rule);
    let can_remove = editor
        .document_now()
        .pointer(&base.get_value())
        .is_some_and(|sequence| sequence::can_remove(Some(sequence)));
    let remove = MenuItem::new(Icon::Trash2, t::segments::remove_step, move || {
        change(editor, base.get_value(), move |sequence| {
            sequence::remove_step(sequence, i);
        });
    });
    lines.push(MenuLine::from(if can_remove {
        remove
    } else {
        remove.blocked(t::segments::two_steps_at_least)
    }));
    lines
}

/// How soon after the step before.
fn span(editor: Editor, at: &str) -> AnyView {
    let (place, held) = (
        StoredValue::new(at.to_owned()),
        editor.at(format!("{at}/within")),
    );
    let word = Memo::new(move |_| held.with(|held| sequence::span_word(held.as_ref())));
    let choices = Signal::derive(|| {
        vec![
            Choice::new("any", t::segments::soon_any),
            Choice::new("minutes", t::segments::soon_minutes),
            Choice::new("hours", t::segments::soon_hours),
            Choice::new("days", t::segments::soon_days),
            Choice::new("weeks", t::segments::soon_weeks),
        ]
    });
    let pick = move |to: String| {
        change(editor, place.get_value(), move |step| {
            sequence::set_span(step, &to);
        });
    };
    let number = move || {
        let word = word.get();
        (word != "any").then(|| {
            let at = format!("{}/within/{word}", place.get_value());
            // In Japanese the unit says it.
            let within = move || (locale::current() == Locale::En).then(t::segments::w_within);
            view! {
                <span class="say-w">{within}</span>
                <NumberBox editor=editor pointer=at label=t::segments::length/>
            }
        })
    };
    view! { {number} <Pick label=t::segments::how_soon value=word choices=choices on_pick=pick/> }
        .into_any()
}
