//! The people behind a number, in a sheet; which number is part of the address.

use api_types::reports::PersonView;
use leptos::prelude::*;
use leptos_router::{
    NavigateOptions,
    hooks::{use_navigate, use_query_map},
};

use super::Page;
use crate::{
    api::{Page as Rows, load, reports},
    format, i18n as t,
    pages::analytics::definitions::by_language,
    routes::Route,
    state::session,
    ui::{Button, ButtonSize, Icon, InlineError, Sheet, Skeleton},
};

#[component]
pub(super) fn People(page: Page) -> impl IntoView {
    let query = use_query_map();
    let group = Memo::new(move |_| query.with(|query| query.get("people").unwrap_or_default()));
    let open = RwSignal::new(false);
    let trail = RwSignal::new(Vec::<String>::new());
    Effect::new(move |_| {
        let is_open = group.with(|group| !group.is_empty());
        trail.set(Vec::new());
        open.set(is_open);
    });
    let navigate = use_navigate();
    Effect::new(move |was_open: Option<bool>| {
        let is_open = open.get();
        if was_open == Some(true) && !is_open && group.with_untracked(|group| !group.is_empty()) {
            let path = Route::CampaignReport(page.id.get_value()).path();
            let options = NavigateOptions {
                scroll: false,
                replace: true,
                ..NavigateOptions::default()
            };
            navigate(&path, options);
        }
        is_open
    });
    let title = move || t::analytics::people_title(name(page, &group.get()));
    view! {
        <Sheet open=open title=title>
            {move || {
                if session::may("profiles:read") {
                    view! { <List page=page group=group trail=trail/> }.into_any()
                } else {
                    view! { <p class="ink-2">{t::analytics::people_forbidden}</p> }.into_any()
                }
            }}
        </Sheet>
    }
}

/// Returns the name of what the people are behind.
fn name(page: Page, group: &str) -> String {
    if let Some(key) = group.strip_prefix("step:") {
        let steps = page.report.with(|report| report.steps.clone());
        let found = steps.iter().find(|step| step.key == key);
        return found.map_or_else(String::new, |step| {
            by_language(&step.name_ja, &step.name_en).to_owned()
        });
    }
    if let Some(position) = group.strip_prefix("link:") {
        let number: i64 = position.parse().unwrap_or_default();
        return t::analytics::people_link(number + 1);
    }
    if group == "matched" {
        return t::analytics::people_matched().to_owned();
    }
    page.definitions.name(group)
}

#[component]
fn List(page: Page, group: Memo<String>, trail: RwSignal<Vec<String>>) -> impl IntoView {
    let people = load(
        move || {
            let after = trail.with(|trail| trail.last().cloned().unwrap_or_default());
            (page.id.get_value(), group.get(), after)
        },
        |(id, group, after), signal| async move {
            if group.is_empty() {
                return Ok(Rows {
                    items: Vec::new(),
                    next: None,
                });
            }
            reports::people(&id, &group, &after, &signal).await
        },
    );
    let next = move || people.with(|state| state.ready().and_then(|page| page.next.clone()));
    let body = move || {
        match (people.value(), people.error()) {
        (Some(page), _) if page.items.is_empty() => {
            view! { <p class="ink-3">{t::analytics::people_none}</p> }.into_any()
        }
        (Some(page), _) => {
            view! { <ul class="rep-people">{page.items.into_iter().map(person).collect_view()}</ul> }.into_any()
        }
        (None, Some(error)) => {
            view! { <InlineError error=error on_retry=move || people.reload()/> }.into_any()
        }
        (None, None) => view! { <Skeleton lines=6/> }.into_any(),
    }
    };
    let forward = move || {
        if let Some(cursor) = next() {
            trail.update(|trail| trail.push(cursor));
        }
    };
    let back = move || {
        trail.update(|trail| {
            trail.pop();
        });
    };
    let pager = move || {
        let has_back = trail.with(|trail| !trail.is_empty());
        (has_back || next().is_some()).then(|| {
            view! {
                <div class="rep-pager">
                    <Button size=ButtonSize::Small icon=Icon::ChevronLeft label=t::ui::previous disabled=!has_back on_press=back/>
                    <Button size=ButtonSize::Small icon=Icon::ChevronRight label=t::ui::next disabled=next().is_none() on_press=forward/>
                </div>
            }
        })
    };
    view! {
        {body}
        {pager}
    }
}

fn person(person: PersonView) -> impl IntoView {
    let name = person
        .name
        .unwrap_or_else(|| t::analytics::people_nameless().to_owned());
    let at = person
        .at
        .map(|at| format::date_time(format::time::millis(&at)));
    let below: Vec<String> = person.external_id.into_iter().chain(person.email).collect();
    view! {
        <li>
            <a class="nm" href=Route::Customer(person.id).path()>{name}</a>
            <span class="ink-3 t-small num">{at}</span>
            <span class="ink-3 t-small rep-below">{below.join("・")}</span>
        </li>
    }
}
