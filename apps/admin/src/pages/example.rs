//! The worked example of `README.md`: a list with search, sorting, ticked rows and every state, in one file.
//!
//! It serves its own rows, so that it works without a server; a real page's `fetch` is one line over `api::get`.

use leptos::prelude::*;

use crate::{
    api::{ApiError, Page, load},
    format, i18n as t,
    routes::Route,
    state::{session, toast::use_toasts},
    ui::{
        BulkBar, Button, ButtonKind, Column, DataTable, EmptyState, Icon, ListQuery, PageHeader,
        Phone, SearchField, Selection, Status, Tone, table::Row, use_list_query,
    },
};

/// A row as the API sends it; real ones come from `api_types`.
#[derive(Clone, Debug, PartialEq)]
struct Customer {
    id: String,
    name: String,
    last_order_at: i64,
    spent_minor: i64,
    is_reachable: bool,
}

/// The example.
#[component]
pub fn Example() -> impl IntoView {
    let list = use_list_query(&[]);
    let customers = load(move || list.get(), |query, _signal| fetch(query));
    let selection = Selection::default();
    let total = Signal::derive(move || customers.value().map(|_| 2_431));
    let count = move || total.get().map(t::example::count).unwrap_or_default();
    let toasts = use_toasts();
    let tag = move || {
        let count = i64::try_from(selection.len()).unwrap_or_default();
        selection.clear();
        toasts.say_undoable(t::example::tagged(count), move || {
            toasts.say(t::example::untagged());
        });
    };
    view! {
        <PageHeader title=t::example::title count=count>
            <Button kind=ButtonKind::Primary icon=Icon::Plus label=t::example::new/>
        </PageHeader>
        <div class="tools"><SearchField label=t::example::search value=list.search()/></div>
        <BulkBar selection=selection total=total>
            <Button kind=ButtonKind::Quiet icon=Icon::Tag label=t::example::tag on_press=tag/>
        </BulkBar>
        <DataTable
            label=t::example::table
            columns=columns()
            load=customers
            row=Row::new(|customer: &Customer| customer.id.clone()).opens(|customer| Route::Customer(customer.id.clone()))
            list=list
            page_size=10
            note=count
            selection=selection
            empty=|| view! { <EmptyState title=t::example::empty_title body=t::example::empty_body/> }
        />
    }
}

fn columns() -> Vec<Column<Customer>> {
    let name = |customer: &Customer| {
        view! { <a class="nm" href=Route::Customer(customer.id.clone()).path()>{customer.name.clone()}</a> }
    };
    let last_order = |customer: &Customer| {
        let at = customer.last_order_at;
        move || format::date(at)
    };
    let spent = |customer: &Customer| format::money(customer.spent_minor, &session::currency());
    let reach = |customer: &Customer| {
        if customer.is_reachable {
            view! { <Status tone=Tone::Good icon=Icon::Check label=t::example::reaches help=t::example::reaches_help/> }.into_any()
        } else {
            view! { <Status tone=Tone::Neutral icon=Icon::Ban label=t::example::no_consent/> }
                .into_any()
        }
    };
    vec![
        Column::new(t::example::name, name)
            .sorted_by("name")
            .on_phone(Phone::Title),
        Column::new(t::example::number, |customer: &Customer| {
            customer.id.clone()
        })
        .on_phone(Phone::Hidden),
        Column::new(t::example::last_order, last_order)
            .number()
            .sorted_by("last_order"),
        Column::new(t::example::spent, spent)
            .number()
            .sorted_by("spent")
            .defined(t::example::spent_definition),
        Column::new(t::example::reach, reach),
    ]
}

/// Stands for `api::get(&format!("/customers{}", query.to_query(Some(10))), Some(&signal)).await`.
#[expect(clippy::unused_async, reason = "a real one asks the server")]
async fn fetch(query: ListQuery) -> Result<Page<Customer>, ApiError> {
    let names: Vec<&str> = t::example::sample_names().split(',').collect();
    let make = |(at, name): (usize, &&str)| {
        let step = i64::try_from(at).unwrap_or_default();
        Customer {
            id: format!("C-{:05}", 2_011 - step * 137),
            name: (*name).to_owned(),
            last_order_at: 1_784_003_400_000 - step * 86_400_000,
            spent_minor: 398_450 - step * 31_207,
            is_reachable: at % 4 != 2,
        }
    };
    let mut items: Vec<Customer> = names
        .iter()
        .enumerate()
        .map(make)
        .filter(|customer| customer.name.contains(&query.q))
        .collect();
    match query.sort.as_str() {
        "name" => items.sort_by(|a, b| a.name.cmp(&b.name)),
        "-name" => items.sort_by(|a, b| b.name.cmp(&a.name)),
        "spent" | "last_order" => items.reverse(),
        _ => {}
    }
    let next = (query.after.is_empty() && query.q.is_empty()).then(|| "10".to_owned());
    let items = if query.after.is_empty() {
        items.into_iter().take(10).collect()
    } else {
        items.into_iter().skip(10).collect()
    };
    Ok(Page { items, next })
}
