//! The heat map: recency down, frequency across, money all together or one score of it; cells are picked.

use std::collections::BTreeSet;

use api_types::analytics::{RfmScore, RfmView};
use leptos::{ev::KeyboardEvent, prelude::*};

use super::{
    super::{
        buyers,
        definitions::Definitions,
        logic::{self, Cell},
    },
    parts::span,
};
use crate::{
    format, i18n as t,
    ui::{Button, Choice, Definition, Icon, Segmented},
};

/// What is shown and what is picked.
#[derive(Clone, Copy)]
struct Shown {
    view: StoredValue<RfmView>,
    money: RwSignal<String>,
    picked: RwSignal<BTreeSet<Cell>>,
}

impl Shown {
    fn m(self) -> Option<u32> {
        self.money.with(|money| money.parse().ok())
    }
}

/// The grid with what is picked of it.
#[component]
pub fn Grid(
    /// The analysis.
    view: StoredValue<RfmView>,
    /// What the axes mean.
    definitions: Definitions,
) -> impl IntoView {
    let groups = view.with_value(|view| view.frame.groups);
    let shown = Shown {
        view,
        money: RwSignal::new("all".to_owned()),
        picked: RwSignal::new(BTreeSet::new()),
    };
    // What was picked of other scores of money would not be seen.
    Effect::new(move |former: Option<Option<u32>>| {
        let now = shown.m();
        if former.is_some_and(|former| former != now) {
            shown.picked.update(BTreeSet::clear);
        }
        now
    });
    let mut choices = vec![Choice::new("all", t::buyers::every_m)];
    choices.extend(
        (1..=groups)
            .rev()
            .map(|m| Choice::new(m.to_string(), format!("M{m}"))),
    );
    view! {
        <div class="heat-h">
            <Segmented label=move || definitions.name("monetary") value=shown.money choices=choices/>
            <Definition term=move || definitions.name("monetary") tip=move || definitions.formula("monetary")/>
        </div>
        <div class="tbl-x">
            <table class="heat" aria-label=t::buyers::grid_title>
                <thead>{head(shown, groups, definitions)}</thead>
                <tbody>{move || rows(shown, groups)}</tbody>
            </table>
        </div>
        <Picked shown=shown/>
    }
}

fn head(shown: Shown, groups: u32, definitions: Definitions) -> impl IntoView {
    let column = move |f: u32| {
        let under = shown
            .view
            .with_value(|view| axis(&view.frequency, f, t::buyers::orders));
        view! { <th scope="col"><b>{format!("F{f}")}</b><span class="u">{under}</span></th> }
    };
    view! {
        <tr>
            <td class="heat-c">
                <span>"R" <Definition term=move || definitions.name("recency") tip=move || definitions.formula("recency")/></span>
                <span>"F" <Definition term=move || definitions.name("frequency") tip=move || definitions.formula("frequency")/></span>
            </td>
            {(1..=groups).map(column).collect_view()}
        </tr>
    }
}

fn axis(scores: &[RfmScore], score: u32, unit: fn(i64) -> String) -> String {
    let found = scores.iter().find(|one| one.score == score);
    found.map_or_else(String::new, |one| span(one, unit))
}

fn rows(shown: Shown, groups: u32) -> impl IntoView {
    let m = shown.m();
    let cells = |r: u32| (1..=groups).map(move |f| Cell { r, f, m });
    let most = shown.view.with_value(|view| {
        let all = (1..=groups).flat_map(cells);
        all.map(|cell| logic::stood(view, cell).buyers)
            .max()
            .unwrap_or(0)
    });
    let row = |r: u32| {
        let under = shown
            .view
            .with_value(|view| axis(&view.recency, r, t::buyers::days));
        view! {
            <tr>
                <th scope="row"><b>{format!("R{r}")}</b><span class="u">{under}</span></th>
                {cells(r).map(|cell| square(shown, cell, most)).collect_view()}
            </tr>
        }
    };
    (1..=groups).rev().map(row).collect_view()
}

fn square(shown: Shown, cell: Cell, most: i64) -> impl IntoView {
    let stood = shown.view.with_value(|view| logic::stood(view, cell));
    let currency = shown.view.with_value(|view| view.frame.currency.clone());
    let is_picked = move || shown.picked.with(|picked| picked.contains(&cell));
    let toggle = move |_| {
        shown.picked.update(|picked| {
            if !picked.remove(&cell) {
                picked.insert(cell);
            }
        });
    };
    let class = format!("heat-b heat-{}", logic::heat(stood.buyers, most));
    let spoken = t::buyers::Cell {
        amount: format::money(stood.amount, &currency),
        buyers: format::integer(stood.buyers),
        name: logic::cell_name(cell),
    }
    .say();
    view! {
        <td>
            <button
                type="button"
                class=class
                title=spoken.clone()
                aria-label=spoken
                aria-pressed=move || if is_picked() { "true" } else { "false" }
                disabled=stood.buyers == 0
                on:click=toggle
                on:keydown=|event| step(&event)
            >
                {format::integer(stood.buyers)}
            </button>
        </td>
    }
}

/// Moves the focus to a neighbour by arrow; empty cells are jumped over.
fn step(event: &KeyboardEvent) {
    use wasm_bindgen::JsCast;
    let way: (i32, i32) = match event.key().as_str() {
        "ArrowLeft" => (0, -1),
        "ArrowRight" => (0, 1),
        "ArrowUp" => (-1, 0),
        "ArrowDown" => (1, 0),
        _ => return,
    };
    let button = event
        .current_target()
        .and_then(|target| target.dyn_into::<web_sys::Element>().ok());
    let Some(cell) = button.and_then(|button| button.closest("td").ok().flatten()) else {
        return;
    };
    event.prevent_default();
    let mut at = cell;
    loop {
        let next = match way {
            (0, -1) => at.previous_element_sibling(),
            (0, _) => at.next_element_sibling(),
            (down, _) => beside(&at, down),
        };
        let Some(found) = next else { return };
        if let Some(button) = found
            .query_selector("button:not([disabled])")
            .ok()
            .flatten()
            && let Ok(button) = button.dyn_into::<web_sys::HtmlElement>()
        {
            let _ = button.focus();
            return;
        }
        at = found;
    }
}

/// Returns the cell above or below.
fn beside(cell: &web_sys::Element, down: i32) -> Option<web_sys::Element> {
    let row = cell.parent_element()?;
    let other = if down > 0 {
        row.next_element_sibling()
    } else {
        row.previous_element_sibling()
    }?;
    let mut place = 0;
    let mut before = cell.previous_element_sibling();
    while let Some(one) = before {
        place += 1;
        before = one.previous_element_sibling();
    }
    other.children().item(place)
}

/// What is picked, and the way into a segment.
#[component]
fn Picked(shown: Shown) -> impl IntoView {
    let total = move || {
        let picked = shown.picked.get();
        shown.view.with_value(|view| {
            picked
                .iter()
                .map(|cell| logic::stood(view, *cell).buyers)
                .sum::<i64>()
        })
    };
    let address = Signal::derive(move || {
        let picked = shown.picked.get();
        let conditions: Vec<_> = shown.view.with_value(|view| {
            picked
                .iter()
                .rev()
                .map(|cell| logic::cell(&view.frame, *cell))
                .collect()
        });
        let names: Vec<String> = picked
            .iter()
            .rev()
            .take(3)
            .map(|cell| logic::cell_name(*cell))
            .collect();
        buyers::segment_link(&conditions, &names.join(t::segments::comma()))
    });
    move || {
        if shown.picked.with(BTreeSet::is_empty) {
            return view! { <p class="heat-p t-small ink-3">{t::buyers::pick_hint}</p> }.into_any();
        }
        let count = shown
            .picked
            .with(|picked| i64::try_from(picked.len()).unwrap_or(i64::MAX));
        view! {
            <div class="heat-p" role="status">
                <span>{t::buyers::Picked { count, people: format::integer(total()) }.say()}</span>
                <a class="btn btn-primary" rel="external" href=address>{Icon::Funnel.view()} {t::buyers::to_segment}</a>
                <Button icon=Icon::X label=t::buyers::unpick on_press=move || shown.picked.update(BTreeSet::clear)/>
            </div>
        }
        .into_any()
    }
}
