//! All segments: name, sentence, how many people, when saved.

use std::collections::BTreeMap;

use api_types::segments::{SegmentPreview, SegmentTemplate, SegmentView};
use leptos::prelude::*;
use wasm_bindgen_futures::spawn_local;

use super::editor::said;
use crate::{
    api::{ApiError, Load, Page, load, segments as api},
    format, i18n as t,
    routes::Route,
    state::{
        session,
        toast::{Toasts, use_toasts},
    },
    ui::{
        Badge, ButtonKind, ButtonLink, Column, DataTable, EmptyState, Icon, ListQuery, Menu,
        MenuItem, MenuLine, PageHeader, Phone, SearchField,
        table::{Row, whole},
        use_list_query,
    },
};

/// With fewer segments than this the templates stand above the list.
const FEW: usize = 6;

/// Reads a page; the search goes over all names, which are few.
async fn read(
    query: ListQuery,
    signal: web_sys::AbortSignal,
) -> Result<Page<SegmentView>, ApiError> {
    if query.q.trim().is_empty() {
        let query = ListQuery {
            q: String::new(),
            ..query
        };
        return api::list(&query.to_query(Some(50)), Some(&signal)).await;
    }
    let part = format::folded(query.q.trim());
    let all = api::all(Some(&signal)).await?;
    let is_meant = |segment: &SegmentView| {
        format::folded(&segment.name).contains(&part)
            || format::folded(&said(&segment.sentence)).contains(&part)
    };
    Ok(Page {
        items: all.into_iter().filter(is_meant).collect(),
        next: None,
    })
}

/// The list.
#[component]
pub fn SegmentList() -> impl IntoView {
    let list = use_list_query(&[]);
    let segments = load(move || list.get(), read);
    let counts = RwSignal::new(BTreeMap::<String, SegmentPreview>::new());
    count_rows(
        move || segments.value().map(|page| page.items).unwrap_or_default(),
        counts,
    );
    let toasts = use_toasts();
    let archive = Callback::new(move |(segment,)| {
        spawn_local(put_away(segment, segments, toasts));
    });
    let are_few = Memo::new(move |_| {
        let query = list.get();
        !query.is_filtered()
            && query.after.is_empty()
            && segments.with(|state| state.ready().is_some_and(|page| page.items.len() < FEW))
    });
    let count = move || {
        whole(segments, list)
            .map(t::segments::count_of)
            .unwrap_or_default()
    };
    let gallery = move || are_few.get().then(|| view! { <Gallery/> });
    let primary = || {
        session::may("segments:write").then(|| {
            view! { <ButtonLink to=Route::NewSegment kind=ButtonKind::Primary icon=Icon::Plus label=t::segments::new_title/> }
        })
    };
    view! {
        <PageHeader title=t::segments::list_title count=count>{primary}</PageHeader>
        <div class="tools">
            <SearchField label=t::segments::search value=list.search()/>
            <span class="grow"></span>
            <ButtonLink to=Route::Lists kind=ButtonKind::Quiet icon=Icon::Users label=t::lists::title/>
        </div>
        {gallery}
        <DataTable
            label=t::segments::list_title
            columns=columns(counts, archive)
            load=segments
            row=Row::new(|segment: &SegmentView| segment.id.clone()).opens(|segment| Route::Segment(segment.id.clone()))
            list=list
            empty=|| view! { <EmptyState title=t::segments::list_empty_title body=t::segments::list_empty_body/> }
        />
    }
}

/// Puts a segment away, and offers to take it back.
async fn put_away(segment: SegmentView, segments: Load<Page<SegmentView>>, toasts: Toasts) {
    if let Err(error) = api::archive(&segment.id).await {
        toasts.fail(error.sentence());
        return;
    }
    segments.reload();
    let id = segment.id.clone();
    toasts.say_undoable(t::segments::archived(&segment.name), move || {
        let id = id.clone();
        spawn_local(async move {
            match api::restore(&id).await {
                Ok(_) => segments.reload(),
                Err(error) => toasts.fail(error.sentence()),
            }
        });
    });
}

/// Counts the rows in view one after the other, so that a long list does not ask for fifty counts at once.
fn count_rows(
    rows: impl Fn() -> Vec<SegmentView> + Send + Sync + 'static,
    counts: RwSignal<BTreeMap<String, SegmentPreview>>,
) {
    let turn = StoredValue::new(0_u32);
    Effect::new(move |_| {
        let rows = rows();
        turn.update_value(|turn| *turn = turn.wrapping_add(1));
        let own = turn.get_value();
        spawn_local(async move {
            for segment in rows {
                if turn.try_get_value() != Some(own) {
                    return;
                }
                let is_counted =
                    counts.try_with_untracked(|counts| counts.contains_key(&segment.id));
                if is_counted == Some(false)
                    && let Ok(preview) = api::preview(segment.document, None).await
                {
                    counts.try_update(|counts| counts.insert(segment.id, preview));
                }
            }
        });
    });
}

fn columns(
    counts: RwSignal<BTreeMap<String, SegmentPreview>>,
    archive: Callback<(SegmentView,)>,
) -> Vec<Column<SegmentView>> {
    let name = |segment: &SegmentView| {
        view! {
            <a class="nm" href=Route::Segment(segment.id.clone()).path()>{segment.name.clone()}</a>
            {segment.is_vip.then(|| view! { " " <Badge icon=Icon::BadgeCheck label=t::segments::vip_word/> })}
        }
    };
    let sentence = |segment: &SegmentView| {
        let sentence = segment.sentence.clone();
        view! { <span class="ink-2 sen">{move || said(&sentence)}</span> }
    };
    let people = move |segment: &SegmentView| {
        let id = segment.id.clone();
        move || {
            counts.with(|counts| counts.get(&id).map(|preview| preview.total)).map_or_else(
                || view! { <span class="sk sk-cnt"></span> }.into_any(),
                |total| view! { {format::integer(total)} <span class="u">{t::segments::unit_people}</span> }.into_any(),
            )
        }
    };
    let updated = |segment: &SegmentView| {
        let at = format::millis(&segment.updated_at);
        move || format::date_time(at)
    };
    let menu = move |segment: &SegmentView| {
        let segment = segment.clone();
        let lines = Signal::derive(move || {
            let own = segment.clone();
            let entry = MenuItem::new(Icon::Trash2, t::segments::archive, move || {
                archive.run((own.clone(),));
            });
            vec![MenuLine::from(if session::may("segments:write") {
                entry
            } else {
                entry.blocked(t::error::forbidden)
            })]
        });
        view! { <Menu label=t::segments::row_actions lines=lines/> }
    };
    vec![
        Column::new(t::segments::name, name).on_phone(Phone::Title),
        Column::new(t::segments::rule, sentence),
        Column::new(t::segments::people, people).number(),
        Column::new(t::segments::updated, updated).number(),
        Column::new(t::segments::row_actions, menu)
            .number()
            .on_phone(Phone::Corner),
    ]
}

/// Ready-made rules, while there are few of one's own.
#[component]
fn Gallery() -> impl IntoView {
    let templates = load(
        || (),
        |(), signal| async move { api::templates(Some(&signal)).await },
    );
    let card = |template: SegmentTemplate| {
        let href = format!("{}?template={}", Route::NewSegment.path(), template.key);
        let (name, sentence) = (template.name.clone(), template.sentence.clone());
        let description = template.description.clone();
        // A step inside the admin would show the page before the query has come, and so without the template.
        view! {
            <li>
                <a class="tpl" href=href rel="external">
                    <b>{move || said(&name)}</b>
                    <span class="t-small ink-2">{move || said(&description)}</span>
                    <span class="t-micro ink-3 sen">{move || said(&sentence)}</span>
                </a>
            </li>
        }
    };
    move || {
        templates
            .value()
            .filter(|found| !found.is_empty())
            .map(|found| {
                view! {
                    <section class="tpls" aria-label=t::segments::start_with>
                        <h2 class="t-sub">{t::segments::start_with}</h2>
                        <ul>{found.into_iter().map(card).collect_view()}</ul>
                    </section>
                }
            })
    }
}
