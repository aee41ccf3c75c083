//! The head of a table: names, sorting, "all in view".

use leptos::prelude::*;

use super::{Column, Phone};
use crate::{
    i18n as t,
    ui::{Checkbox, Definition, Icon, Selection, list_query::ListState, text},
};

pub(super) fn head<T>(
    columns: &[Column<T>],
    list: ListState,
    selection: Option<Selection>,
    ids: impl Fn() -> Vec<String> + Copy + Send + Sync + 'static,
) -> AnyView {
    let cells = columns
        .iter()
        .map(|column| cell(column, list))
        .collect_view();
    view! {
        <thead>
            <tr>{selection.map(|selection| view! { <th class="pick"><All selection=selection ids=Signal::derive(ids)/></th> })} {cells}</tr>
        </thead>
    }
    .into_any()
}

#[component]
fn All(selection: Selection, ids: Signal<Vec<String>>) -> impl IntoView {
    let ticked = move || ids.with(|ids| ids.iter().filter(|id| selection.has(id)).count());
    let is_full = move || ids.with(|ids| !ids.is_empty() && ticked() == ids.len());
    let is_mixed = move || ticked() > 0 && !is_full();
    view! {
        <Checkbox
            label=t::ui::select_all_in_view
            silent=true
            checked=Signal::derive(is_full)
            mixed=Signal::derive(is_mixed)
            on_change=move |is_ticked| selection.set_many(&ids.get_untracked(), is_ticked)
        />
    }
}

fn cell<T>(column: &Column<T>, list: ListState) -> AnyView {
    let class = if column.is_number { "num" } else { "" };
    let definition = column
        .definition
        .clone()
        .map(|tip| view! { <Definition term=column.title.clone() tip=tip/> });
    let title = text(column.title.clone());
    let is_title = column.phone == Phone::Title;
    let Some(name) = column.sort else {
        return view! { <th class=class class:ph-title=is_title scope="col">{title} {definition}</th> }.into_any();
    };
    let direction = move || direction(&list.get().sort, name);
    let sorted = move || match direction() {
        Some(Direction::Up) => "ascending",
        Some(Direction::Down) => "descending",
        None => "none",
    };
    let arrow = move || match direction() {
        Some(Direction::Up) => Some(Icon::ArrowUp.view()),
        Some(Direction::Down) => Some(Icon::ArrowDown.view()),
        None => None,
    };
    view! {
        <th class=class class:ph-title=is_title class:sort=move || direction().is_some() scope="col" aria-sort=sorted>
            <button type="button" class="th-b" on:click=move |_| list.change(|query| query.sort = next_sort(&query.sort, name))>
                {title}
                {arrow}
            </button>
            {definition}
        </th>
    }
    .into_any()
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Direction {
    Up,
    Down,
}

fn direction(sort: &str, name: &str) -> Option<Direction> {
    match sort.strip_prefix('-') {
        Some(sorted) if sorted == name => Some(Direction::Down),
        None if sort == name => Some(Direction::Up),
        _ => None,
    }
}

/// Largest first, then smallest first, then as the list comes.
fn next_sort(sort: &str, name: &str) -> String {
    match direction(sort, name) {
        None => format!("-{name}"),
        Some(Direction::Down) => name.to_owned(),
        Some(Direction::Up) => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_head_sorts_down_then_up_then_not() {
        let down = next_sort("", "spent");
        let up = next_sort(&down, "spent");
        assert_eq!(
            (&*down, &*up, &*next_sort(&up, "spent")),
            ("-spent", "spent", "")
        );
        assert_eq!(next_sort("-name", "spent"), "-spent");
    }
}
