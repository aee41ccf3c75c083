//! One list: what it is, a file for it, and who is on it.

use api_types::{
    lists::{ListView, SaveList},
    segments::SegmentPerson,
};
use leptos::prelude::*;

use super::{name::NameDialog, upload::Upload};
use crate::{
    api::{Load, Loaded, Submit, lists, load},
    app::bar::use_crumb,
    format, i18n as t,
    pages::segments::display_name,
    routes::{Route, use_go},
    state::session,
    ui::{
        Button, ButtonKind, ButtonLink, Column, ConfirmByTyping, DataTable, EmptyState, FormError,
        Icon, InlineError, PageHeader, Phone, Section, Skeleton, table::Row, use_list_query,
    },
};

/// One list.
#[component]
pub fn ListPage(
    /// Which one.
    #[prop(into)]
    id: String,
) -> impl IntoView {
    let own = id.clone();
    let list = load(
        move || own.clone(),
        |id, signal| async move { lists::find(&id, &signal).await },
    );
    use_crumb(move || list.value().map(|own| own.name).unwrap_or_default());
    let shape = Memo::new(move |_| {
        list.with(|state| match state {
            Loaded::Loading => 0,
            Loaded::Ready(_) => 1,
            Loaded::Failed(error) if error.is_not_found() => 2,
            Loaded::Failed(_) => 3,
        })
    });
    let id = StoredValue::new(id);
    move || match shape.get() {
        0 => view! { <Skeleton lines=8/> }.into_any(),
        1 => view! { <Opened id=id list=list/> }.into_any(),
        2 => view! {
            <PageHeader title=t::lists::title/>
            <EmptyState title=t::lists::gone_title body=t::lists::gone_body>
                <ButtonLink to=Route::Lists label=t::lists::to_all/>
            </EmptyState>
        }
        .into_any(),
        _ => list
            .error()
            .map(|error| view! { <InlineError error=error on_retry=move || list.reload()/> })
            .into_any(),
    }
}

#[component]
fn Opened(id: StoredValue<String>, list: Load<ListView>) -> impl IntoView {
    let pages = use_list_query(&[]);
    let people = load(
        move || (id.get_value(), pages.get().after),
        |(id, after), signal| async move { lists::members(&id, &after, &signal).await },
    );
    let title = move || list.value().map(|own| own.name).unwrap_or_default();
    let about = move || list.value().map(|own| own.description).unwrap_or_default();
    let count = move || {
        let n = list.value().map(|own| own.n_people);
        n.map(t::lists::count_of).unwrap_or_default()
    };
    let on_done = Callback::new(move |(saved,)| {
        list.set(saved);
        people.reload();
    });
    let n_unknown = Memo::new(move |_| list.value().map_or(0, |own| own.n_unknown));
    let upload = move || {
        session::may("profiles:write")
            .then(|| view! { <Upload id=id n_unknown=n_unknown on_done=on_done/> })
    };
    view! {
        <PageHeader title=title say=about count=count><Deeds id=id list=list/></PageHeader>
        {upload}
        <Section title=t::lists::who>
            <DataTable
                label=t::lists::who
                columns=columns()
                load=people
                row=Row::new(|person: &SegmentPerson| person.id.clone()).opens(|person| Route::Customer(person.id.clone()))
                list=pages
                page_size=8
                empty=|| view! { <EmptyState title=t::lists::nobody_title body=t::lists::nobody_body/> }
            />
        </Section>
    }
}

/// Calls it something else, or removes it.
#[component]
fn Deeds(id: StoredValue<String>, list: Load<ListView>) -> impl IntoView {
    let (is_naming, is_removing) = (RwSignal::new(false), RwSignal::new(false));
    let (naming, removing, go) = (Submit::default(), Submit::default(), use_go());
    let present = Signal::derive(move || {
        let own = list.value().unwrap_or_default();
        SaveList {
            name: own.name,
            description: own.description,
        }
    });
    let save = Callback::new(move |(body,): (SaveList,)| {
        naming.run(
            async move { lists::save(&id.get_value(), &body).await },
            move |saved| {
                list.set(saved);
                is_naming.set(false);
            },
        );
    });
    let remove = Callback::new(move |()| {
        let go = go.clone();
        is_removing.set(false);
        removing.run(
            async move { lists::remove(&id.get_value()).await },
            move |()| {
                go(&Route::Lists);
            },
        );
    });
    let name = untrack(move || present.get().name);
    move || {
        let name = name.clone();
        session::may("segments:write").then(|| view! {
            <Button kind=ButtonKind::Quiet icon=Icon::Pencil label=t::lists::rename on_press=move || is_naming.set(true)/>
            <Button kind=ButtonKind::Quiet icon=Icon::Trash2 label=t::lists::remove busy=removing.busy() on_press=move || is_removing.set(true)/>
            <FormError submit=removing/>
            <NameDialog open=is_naming title=t::lists::rename action=t::common::save present=present submit=naming on_name=save/>
            <ConfirmByTyping open=is_removing title=t::lists::remove_title warning=t::lists::remove_warning word=name action=t::lists::remove on_confirm=remove/>
        })
    }
}

fn columns() -> Vec<Column<SegmentPerson>> {
    let name = |person: &SegmentPerson| {
        let name = display_name(person);
        view! { <a class="nm" href=Route::Customer(person.id.clone()).path()>{name}</a> }
    };
    let number = |person: &SegmentPerson| person.external_id.clone();
    let seen = |person: &SegmentPerson| {
        let at = format::millis(&person.last_seen_at);
        move || format::date(at)
    };
    vec![
        Column::new(t::segments::name_column, name).on_phone(Phone::Title),
        Column::new(t::segments::number_column, number),
        Column::new(t::segments::last_seen, seen).number(),
    ]
}
