//! The list of customers.

use api_types::customers::CustomerSummary;
use leptos::prelude::*;

use super::{create::CreateSheet, logic, ways};
use crate::{
    api::{
        customers::{self, Wanted},
        load,
    },
    format::{self, zone},
    i18n as t,
    routes::Route,
    state::session,
    ui::{
        Button, ButtonKind, ButtonLink, Choice, Column, DataTable, EmptyState, Icon, PageHeader,
        Phone, SearchField, Segmented, list_query::ListState, table::Row, use_list_query,
    },
};

const PAGE: usize = 50;

/// Everybody, the newest first.
#[component]
pub fn CustomerList() -> impl IntoView {
    let list = use_list_query(&["who"]);
    let people = load(
        move || {
            let query = list.get();
            Wanted {
                who: query.filter("who").to_owned(),
                search: query.q,
                after: query.after,
            }
        },
        |wanted, signal| async move { customers::list(&wanted, PAGE, &signal).await },
    );
    let found = load(
        move || {
            let query = list.get();
            Wanted {
                who: query.filter("who").to_owned(),
                search: query.q,
                after: String::new(),
            }
        },
        |wanted, signal| async move { customers::count(&wanted, &signal).await },
    );
    let how_many = move || found.value().map(logic::how_many).unwrap_or_default();
    let is_adding = RwSignal::new(false);
    let acts = move || {
        session::may("profiles:write").then(|| {
            view! {
                <ButtonLink to=Route::NewImport icon=Icon::Upload label=t::customers::import_csv/>
                <Button kind=ButtonKind::Primary icon=Icon::Plus label=t::customers::add on_press=move || is_adding.set(true)/>
            }
        })
    };
    view! {
        <PageHeader title=t::customers::title count=how_many>{acts}</PageHeader>
        <div class="tools">
            <SearchField label=t::customers::search value=list.search()/>
            <Who list=list/>
            <span class="grow"></span>
            <ButtonLink to=Route::Imports kind=ButtonKind::Quiet icon=Icon::History label=t::customers::imports/>
        </div>
        <DataTable
            label=t::customers::title
            columns=columns()
            load=people
            row=Row::new(|person: &CustomerSummary| person.id.clone()).opens(|person| Route::Customer(person.id.clone()))
            list=list
            page_size=PAGE
            empty=|| {
                view! {
                    <EmptyState title=t::customers::empty_title body=t::customers::empty_body>
                        <ButtonLink to=Route::NewImport icon=Icon::Upload label=t::customers::import_csv/>
                    </EmptyState>
                }
            }
        />
        <CreateSheet open=is_adding/>
    }
}

/// Everybody, those one knows, or those who only came by.
#[component]
fn Who(list: ListState) -> impl IntoView {
    let who = RwSignal::new(untrack(|| list.get().filter("who").to_owned()));
    Effect::new(move |_| {
        let own = list.get().filter("who").to_owned();
        if who.get_untracked() != own {
            who.set(own);
        }
    });
    Effect::new(move |_| {
        let chosen = who.get();
        if untrack(|| list.get().filter("who") != chosen) {
            list.change(|query| query.filters = vec![("who".to_owned(), chosen)]);
        }
    });
    let choices = vec![
        Choice::new("", t::customers::who_all),
        Choice::new("known", t::customers::who_known),
        Choice::new("anonymous", t::customers::who_anonymous),
    ];
    view! { <Segmented label=t::customers::who value=who choices=choices/> }
}

fn columns() -> Vec<Column<CustomerSummary>> {
    let name = |person: &CustomerSummary| {
        let (own, is_anonymous) = (person.full_name.clone(), person.is_anonymous);
        let name = move || logic::name(own.as_deref(), is_anonymous);
        view! { <a class="nm" href=Route::Customer(person.id.clone()).path()>{name}</a> }
    };
    let number =
        |person: &CustomerSummary| person.external_id.clone().unwrap_or_else(|| "–".to_owned());
    let email = |person: &CustomerSummary| person.email.clone().unwrap_or_else(|| "–".to_owned());
    let bought = |person: &CustomerSummary| {
        let at = person.totals.last_order_at.as_deref().map(format::millis);
        move || at.map_or_else(|| "–".to_owned(), format::date)
    };
    let orders = |person: &CustomerSummary| {
        let count = person.totals.n_orders;
        view! { {move || format::integer(count)} <span class="u">{t::customers::times}</span> }
    };
    let spent = |person: &CustomerSummary| {
        let amount = person.totals.amount;
        move || format::money(amount, &session::currency())
    };
    let last = |person: &CustomerSummary| {
        let at = format::millis(&person.last_seen_at);
        view! { <span title=move || format::date_time(at)>{move || format::elapsed(at, zone::now())}</span> }
    };
    vec![
        Column::new(t::customers::name, name).on_phone(Phone::Title),
        Column::new(t::customers::number, number),
        Column::new(t::customers::email, email).on_phone(Phone::Hidden),
        Column::new(t::customers::last_order, bought).number(),
        Column::new(t::customers::n_orders, orders)
            .number()
            .on_phone(Phone::Hidden),
        Column::new(t::customers::spent, spent).number(),
        Column::new(t::customers::ways, |person: &CustomerSummary| {
            ways::view(person.reach.clone())
        }),
        Column::new(t::customers::last_seen, last).number(),
    ]
}
