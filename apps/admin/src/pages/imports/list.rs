//! The list of imports.

use api_types::imports::ImportView;
use leptos::prelude::*;

use super::words;
use crate::{
    api::{imports, load},
    app::bar::use_crumb,
    format, i18n as t,
    routes::Route,
    state::{
        poll::{Pace, poll},
        session,
    },
    ui::{
        ButtonKind, ButtonLink, Column, DataTable, EmptyState, Icon, PageHeader, Phone, table::Row,
        use_list_query,
    },
};

/// The files taken in, the newest first.
#[component]
pub fn ImportList() -> impl IntoView {
    use_crumb(t::imports::title);
    let list = use_list_query(&[]);
    let files = load(
        move || list.get().after,
        |after, signal| async move { imports::list(&after, &signal).await },
    );
    poll(
        move || {
            let is_moving = files.with(|state| {
                let page = state.ready();
                page.is_some_and(|page| page.items.iter().any(|import| import.state == "running"))
            });
            if is_moving { Pace::Busy } else { Pace::Still }
        },
        move || files.reload(),
    );
    let add = move || {
        session::may("profiles:write").then(|| {
            view! { <ButtonLink to=Route::NewImport kind=ButtonKind::Primary icon=Icon::Upload label=t::imports::new/> }
        })
    };
    view! {
        <PageHeader title=t::imports::title say=t::imports::say>{add}</PageHeader>
        <DataTable
            label=t::imports::title
            columns=columns()
            load=files
            row=Row::new(|import: &ImportView| import.id.clone()).opens(|import| Route::Import(import.id.clone()))
            list=list
            page_size=8
            empty=|| view! { <EmptyState title=t::imports::empty_title body=t::imports::empty_body/> }
        />
    }
}

fn columns() -> Vec<Column<ImportView>> {
    let file = |import: &ImportView| {
        view! { <a class="nm" href=Route::Import(import.id.clone()).path()>{import.file_name.clone()}</a> }
    };
    let kind = |import: &ImportView| {
        let own = import.kind.clone();
        move || words::kind(&own)
    };
    let taken = |import: &ImportView| format::integer(import.n_taken);
    let refused = |import: &ImportView| format::integer(import.n_refused);
    let at = |import: &ImportView| {
        let at = format::millis(&import.created_at);
        move || format::date_time(at)
    };
    vec![
        Column::new(t::imports::file, file).on_phone(Phone::Title),
        Column::new(t::imports::kind, kind),
        Column::new(t::imports::state, words::state),
        Column::new(t::imports::taken, taken).number(),
        Column::new(t::imports::refused, refused).number(),
        Column::new(t::imports::at, at).number(),
    ]
}
