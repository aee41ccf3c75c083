//! All emails, with the samples above while there are few.

use api_types::contents::ContentSummary;
use leptos::prelude::*;

use super::{logic, starters::Starters};
use crate::{
    api::{Load, Page, client, contents as api, load},
    format, i18n as t,
    routes::{Route, use_go},
    state::{session, toast::use_toasts},
    ui::{
        ButtonKind, ButtonLink, Choice, Column, DataTable, EmptyState, Icon, ListQuery, Menu,
        MenuItem, MenuLine, PageHeader, Phone, SearchField, Section, Segmented,
        list_query::ListState, table::Row, use_list_query,
    },
};

const PAGE: usize = 50;
/// With fewer emails than this the samples stand above the list.
const FEW: usize = 5;

/// All emails.
#[component]
pub fn ContentList() -> impl IntoView {
    let list = use_list_query(&["archived"]);
    let contents = load(
        move || query(&list.get()),
        |query, signal| async move { api::list(&query, &signal).await },
    );
    let is_few = Memo::new(move |_| {
        let is_whole = !list.get().is_filtered() && list.get().after.is_empty();
        is_whole && contents.with(|state| state.ready().is_some_and(|page| page.items.len() < FEW))
    });
    let count = move || {
        contents.with(|state| match state.ready() {
            Some(page) if page.next.is_none() => {
                t::contents::count(i64::try_from(page.items.len()).unwrap_or_default())
            }
            _ => String::new(),
        })
    };
    let may_write = move || session::may("contents:write");
    view! {
        <PageHeader title=t::contents::list_title count=count>
            <ButtonLink to=Route::LineMenus icon=Icon::MessageCircle label=t::contents::menus/>
            <ButtonLink to=Route::Products icon=Icon::Tag label=t::contents::products/>
            {move || may_write().then(|| view! {
                <ButtonLink to=Route::NewContent kind=ButtonKind::Primary icon=Icon::Plus label=t::contents::new/>
            })}
        </PageHeader>
        {move || (is_few.get() && may_write()).then(|| view! {
            <Section title=t::contents::start_with note=t::contents::start_say><Starters/></Section>
        })}
        <div class="tools sec">
            <SearchField label=t::contents::search value=list.search()/>
            <Segmented label=t::contents::which value=archived(list) choices=vec![
                Choice::new("", t::contents::in_use),
                Choice::new("true", t::contents::put_away),
            ]/>
        </div>
        <DataTable
            label=t::contents::table
            columns=columns(contents)
            load=contents
            row=Row::new(|content: &ContentSummary| content.id.clone()).opens(|content| Route::Content(content.id.clone()))
            list=list
            page_size=PAGE
            empty=|| view! { <EmptyState title=t::contents::list_empty_title body=t::contents::list_empty_body/> }
        />
    }
}

fn query(list: &ListQuery) -> String {
    client::query(&[
        ("search", Some(list.q.clone())),
        ("archived", Some(list.filter("archived").to_owned())),
        ("after", Some(list.after.clone())),
        ("limit", Some(PAGE.to_string())),
    ])
}

/// The filter as a signal that follows the address.
fn archived(list: ListState) -> RwSignal<String> {
    let value = RwSignal::new(untrack(|| list.get().filter("archived").to_owned()));
    Effect::new(move |_| {
        let own = list.get().filter("archived").to_owned();
        if value.get_untracked() != own {
            value.set(own);
        }
    });
    Effect::new(move |_| {
        let chosen = value.get();
        if untrack(|| list.get().filter("archived").to_owned()) != chosen {
            list.change(|query| {
                query.filters = vec![("archived".to_owned(), chosen)];
            });
        }
    });
    value
}

fn columns(contents: Load<Page<ContentSummary>>) -> Vec<Column<ContentSummary>> {
    let name = |content: &ContentSummary| {
        view! { <a class="nm" href=Route::Content(content.id.clone()).path()>{content.name.clone()}</a> }
    };
    let subject = |content: &ContentSummary| {
        view! { <span class="ink-2 cut">{content.subject.clone()}</span> }
    };
    let locales = |content: &ContentSummary| {
        let locales = content.locales.clone();
        move || {
            let names: Vec<String> = locales
                .iter()
                .map(|locale| logic::locale_name(locale))
                .collect();
            names.join("・")
        }
    };
    let saved = |content: &ContentSummary| {
        let (at, who) = (
            format::time::millis(&content.updated_at),
            content.updated_by.clone(),
        );
        move || {
            let who = who
                .clone()
                .unwrap_or_else(|| t::contents::someone().to_owned());
            t::contents::UpdatedBy {
                when: format::date_time(at),
                who,
            }
            .say()
        }
    };
    let actions = move |content: &ContentSummary| {
        view! { <Actions content=content.clone() contents=contents/> }
    };
    vec![
        Column::new(t::contents::col_name, name).on_phone(Phone::Title),
        Column::new(t::contents::col_subject, subject).on_phone(Phone::Hidden),
        Column::new(t::contents::col_locales, locales),
        Column::new(t::contents::col_updated, saved),
        Column::new(t::contents::col_actions, actions)
            .number()
            .on_phone(Phone::Corner),
    ]
}

#[component]
fn Actions(content: ContentSummary, contents: Load<Page<ContentSummary>>) -> impl IntoView {
    let (toasts, go) = (use_toasts(), use_go());
    let name = content.name.clone();
    let label = {
        let name = name.clone();
        move || t::contents::more(&name)
    };
    let id = content.id.clone();
    let copy = move || {
        let (id, go) = (id.clone(), go.clone());
        leptos::task::spawn_local(async move {
            match api::copy(&id).await {
                Ok(made) => {
                    toasts.say(t::contents::copied(&made.summary.name));
                    go(&Route::Content(made.summary.id));
                }
                Err(error) => toasts.fail(error.sentence()),
            }
        });
    };
    let is_away = content.archived_at.is_some();
    let id = content.id;
    let shift = move |to_away: bool| {
        let (id, name) = (id.clone(), name.clone());
        leptos::task::spawn_local(async move {
            let done = if to_away {
                api::archive(&id).await
            } else {
                api::restore(&id).await
            };
            contents.reload();
            match done {
                Ok(()) if to_away => {
                    let undo = move || {
                        let id = id.clone();
                        leptos::task::spawn_local(async move {
                            let _ = api::restore(&id).await;
                            contents.reload();
                        });
                    };
                    toasts.say_undoable(t::contents::archived(&name), undo);
                }
                Ok(()) => toasts.say(t::contents::restored(&name)),
                Err(error) => toasts.fail(error.sentence()),
            }
        });
    };
    let lines = Signal::derive(move || {
        let (copy, shift) = (copy.clone(), shift.clone());
        let move_line = if is_away {
            MenuItem::new(Icon::RefreshCw, t::contents::restore, move || shift(false))
        } else {
            MenuItem::new(Icon::Layers, t::contents::archive, move || shift(true))
        };
        vec![
            MenuLine::from(MenuItem::new(Icon::Copy, t::contents::copy, copy)),
            MenuLine::from(move_line),
        ]
    });
    view! { {move || session::may("contents:write").then(|| view! { <Menu label=label.clone() lines=lines/> })} }
}
