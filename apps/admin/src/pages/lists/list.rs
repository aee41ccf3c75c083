//! All lists of people.

use api_types::lists::{ListView, SaveList};
use leptos::prelude::*;

use super::name::NameDialog;
use crate::{
    api::{Submit, lists, load},
    app::bar::use_crumb,
    format, i18n as t,
    routes::{Route, use_go},
    state::session,
    ui::{
        Button, ButtonKind, Column, DataTable, EmptyState, Icon, PageHeader, Phone, table::Row,
        use_list_query,
    },
};

/// The lists, the latest changed first.
#[component]
pub fn Lists() -> impl IntoView {
    use_crumb(t::lists::title);
    let list = use_list_query(&[]);
    let found = load(
        move || list.get().after,
        |after, signal| async move { lists::list(&after, &signal).await },
    );
    let (is_naming, submit, go) = (RwSignal::new(false), Submit::default(), use_go());
    let create = Callback::new(move |(body,): (SaveList,)| {
        let go = go.clone();
        submit.run(async move { lists::create(&body).await }, move |made| {
            go(&Route::List(made.id));
        });
    });
    let add = move || {
        session::may("segments:write").then(|| {
            view! { <Button kind=ButtonKind::Primary icon=Icon::Plus label=t::lists::new on_press=move || is_naming.set(true)/> }
        })
    };
    view! {
        <PageHeader title=t::lists::title say=t::lists::say>{add}</PageHeader>
        <DataTable
            label=t::lists::title
            columns=columns()
            load=found
            row=Row::new(|list: &ListView| list.id.clone()).opens(|list| Route::List(list.id.clone()))
            list=list
            page_size=8
            empty=|| view! { <EmptyState title=t::lists::empty_title body=t::lists::empty_body/> }
        />
        <NameDialog open=is_naming title=t::lists::new action=t::lists::create submit=submit on_name=create/>
    }
}

fn columns() -> Vec<Column<ListView>> {
    let name = |list: &ListView| {
        view! { <a class="nm" href=Route::List(list.id.clone()).path()>{list.name.clone()}</a> }
    };
    let about = |list: &ListView| view! { <span class="ink-2">{list.description.clone()}</span> };
    let people = |list: &ListView| {
        let n = list.n_people;
        view! { {format::integer(n)} <span class="u">{t::segments::unit_people}</span> }
    };
    let at = |list: &ListView| {
        let at = format::millis(&list.updated_at);
        move || format::date_time(at)
    };
    vec![
        Column::new(t::lists::name, name).on_phone(Phone::Title),
        Column::new(t::lists::about, about),
        Column::new(t::lists::people, people).number(),
        Column::new(t::lists::changed, at).number(),
    ]
}
