//! The rows of a table, or their shape while they are read.

use leptos::prelude::*;

use super::{Column, Phone, Row, keys::Keys};
use crate::{
    api::{Load, Page},
    i18n as t,
    ui::{Checkbox, Selection},
};

pub(super) fn rows<T: Clone + Send + Sync + 'static>(
    columns: Vec<Column<T>>,
    load: Load<Page<T>>,
    row: Row<T>,
    selection: Option<Selection>,
    keys: Keys,
) -> AnyView {
    let items = move || {
        load.with(|state| {
            state
                .ready()
                .map(|page| page.items.clone())
                .unwrap_or_default()
        })
    };
    let columns = StoredValue::new(columns);
    let draw = move || {
        items()
            .into_iter()
            .enumerate()
            .map(|(at, item)| {
                columns.with_value(|columns| {
                    draw(columns, &item, &(row.id)(&item), at, selection, keys)
                })
            })
            .collect_view()
    };
    view! { <tbody>{draw}</tbody> }.into_any()
}

fn draw<T>(
    columns: &[Column<T>],
    item: &T,
    id: &str,
    at: usize,
    selection: Option<Selection>,
    keys: Keys,
) -> impl IntoView + use<T> {
    let cells = columns
        .iter()
        .map(|column| {
            let label = column.title.clone();
            view! {
                <td
                    class:num=column.is_number
                    class:ph-title=column.phone == Phone::Title
                    class:ph-no=column.phone == Phone::Hidden
                    class:ph-corner=column.phone == Phone::Corner
                    data-label=move || label.get()
                >
                    <div class="td-v">{(column.cell)(item)}</div>
                </td>
            }
        })
        .collect_view();
    let own = id.to_owned();
    let is_ticked = Signal::derive(move || selection.is_some_and(|selection| selection.has(&own)));
    let own = id.to_owned();
    let tick = selection.map(|selection| {
        view! {
            <td class="pick">
                <Checkbox label=t::ui::select_row silent=true checked=is_ticked on_change=move |_: bool| selection.toggle(&own)/>
            </td>
        }
    });
    view! {
        <tr
            class:is-cursor=move || keys.is_at(at)
            aria-selected=move || selection.map(|_| if is_ticked.get() { "true" } else { "false" })
        >
            {tick}
            {cells}
        </tr>
    }
}

pub(super) fn skeleton<T>(columns: &[Column<T>], count: usize, has_ticks: bool) -> AnyView {
    let widths = [62, 44, 70, 38, 54];
    let cell = |row: usize, at: usize, is_number: bool| {
        let width = widths
            .get((row * 3 + at * 2) % widths.len())
            .copied()
            .unwrap_or(50);
        let width = format!("{}px", width + if at == 0 { 60 } else { 0 });
        view! { <td class:num=is_number><span class="sk" style:width=width></span></td> }
    };
    let row = |row: usize| {
        let cells = columns
            .iter()
            .enumerate()
            .map(|(at, column)| cell(row, at, column.is_number))
            .collect_view();
        view! { <tr>{has_ticks.then(|| view! { <td class="pick"><span class="sk sk-box"></span></td> })} {cells}</tr> }
    };
    view! { <tbody aria-hidden="true">{(0..count).map(row).collect_view()}</tbody> }.into_any()
}
