//! What the pages of RFM and deciles share: what is asked, how it is downloaded, and the way into a segment.

use api_types::analytics::FrameView;
use leptos::prelude::*;

use super::logic;
pub(super) use crate::ui::list_query::ListState;
use crate::{
    api::{Load, analytics as api},
    format, i18n as t,
    routes::Route,
    state::toast::use_toasts,
    ui::{
        Button, Choice, DateField, EmptyState, Icon, InlineError, ListQuery, SelectField, Skeleton,
    },
};

/// What the address says besides the page.
pub(super) const FILTERS: &[&str] = &["as_of", "days", "groups", "method"];

/// Returns the query for the API.
pub(super) fn asked(query: &ListQuery) -> String {
    query.to_query(None)
}

/// A control that follows the address and changes it.
pub(super) fn bound(
    state: ListState,
    name: &'static str,
    default: &'static str,
) -> RwSignal<String> {
    let read = move |query: &ListQuery| match query.filter(name) {
        "" => default.to_owned(),
        value => value.to_owned(),
    };
    let value = RwSignal::new(untrack(|| read(&state.get())));
    // The address goes first: back and forward move the control.
    Effect::new(move |_| {
        let now = read(&state.get());
        if value.get_untracked() != now {
            value.set(now);
        }
    });
    Effect::new(move |former: Option<String>| {
        let now = value.get();
        if former.is_some_and(|former| former != now) && untrack(|| read(&state.get())) != now {
            let held = if now == default {
                String::new()
            } else {
                now.clone()
            };
            state.change(|query| {
                for filter in &mut query.filters {
                    if filter.0 == name {
                        filter.1.clone_from(&held);
                    }
                }
            });
        }
        now
    });
    value
}

/// Window, day, groups and method.
#[component]
pub fn Asked(
    /// The address.
    state: ListState,
    /// How many groups there may be; the first is the usual one.
    groups: &'static [&'static str],
) -> impl IntoView {
    let usual = groups.first().copied().unwrap_or_default();
    let days = Signal::derive(|| {
        let mut choices: Vec<Choice> = [90, 180, 365, 730]
            .map(|days: i64| Choice::new(days.to_string(), move || t::buyers::last_days(days)))
            .into();
        choices.push(Choice::new("ever", t::buyers::ever));
        choices
    });
    let methods = Signal::derive(|| {
        vec![
            Choice::new("equal_counts", t::buyers::equal_counts),
            Choice::new("equal_values", t::buyers::equal_values),
            Choice::new("equal_ranks", t::buyers::equal_ranks),
        ]
    });
    let sizes = Signal::derive(move || {
        let size = |n: &&str| {
            let count: i64 = n.parse().unwrap_or_default();
            Choice::new(*n, move || t::buyers::groups_of(count))
        };
        groups.iter().map(size).collect::<Vec<_>>()
    });
    view! {
        <div class="ask-row">
            <SelectField label=t::buyers::window value=bound(state, "days", "365") choices=days/>
            <DateField label=t::buyers::as_of value=bound(state, "as_of", "") hint=t::buyers::as_of_hint/>
            <SelectField label=t::buyers::groups value=bound(state, "groups", usual) choices=sizes/>
            <SelectField label=t::buyers::method value=bound(state, "method", "equal_counts") choices=methods/>
        </div>
    }
}

/// The button that downloads the exact table.
#[component]
pub fn Export(
    /// `rfm`, `deciles`, `bands` or `retention`.
    analysis: &'static str,
    /// The address.
    state: ListState,
) -> impl IntoView {
    let toasts = use_toasts();
    let is_busy = RwSignal::new(false);
    let export = move || {
        is_busy.set(true);
        let query = untrack(|| asked(&state.get()));
        wasm_bindgen_futures::spawn_local(async move {
            match api::ticket(analysis, &query).await {
                Ok(ticket) => {
                    let _ = window().location().assign(&ticket.url);
                }
                Err(error) => toasts.fail(error.sentence()),
            }
            is_busy.try_set(false);
        });
    };
    view! { <Button icon=Icon::Download label=t::buyers::csv busy=is_busy on_press=export/> }
}

/// The links between the pages of the area.
#[component]
pub fn Pages(
    /// The page that is shown.
    here: Route,
) -> impl IntoView {
    let link = move |route: Route, name: fn() -> &'static str| {
        let is_here = (route == here).then_some("page");
        view! { <a href=route.path() aria-current=is_here>{name}</a> }
    };
    view! {
        <nav class="sub-nav" aria-label=t::buyers::pages>
            {link(Route::Analytics, t::buyers::overview)}
            {link(Route::Rfm, t::buyers::rfm_title)}
            {link(Route::Deciles, t::buyers::deciles_title)}
            {link(Route::Bands, t::buyers::bands_title)}
            {link(Route::Lifecycle, t::computed::lifecycle_title)}
            {link(Route::Retention, t::retention::title)}
        </nav>
    }
}

/// What a page shows of its answer: what went wrong, that nobody bought, a skeleton, or the whole.
pub(super) fn shown<T: Clone + Send + Sync>(
    found: Load<T>,
    n_buyers: impl Fn(&T) -> i64,
    whole: impl FnOnce(T) -> AnyView,
) -> AnyView {
    match (found.value(), found.error()) {
        (_, Some(error)) => {
            view! { <InlineError error=error on_retry=move || found.reload()/> }.into_any()
        }
        (Some(view), None) if n_buyers(&view) == 0 => {
            view! { <EmptyState title=t::buyers::nobody_title body=t::buyers::nobody_body/> }
                .into_any()
        }
        (Some(view), None) => whole(view),
        (None, None) => view! { <Skeleton lines=10/> }.into_any(),
    }
}

/// Says when and over what was counted.
pub(super) fn counted(frame: &FrameView) -> String {
    let at = format::millis(&frame.counted_at);
    match frame.as_of {
        Some(_) => t::buyers::counted_before(format::date(at)),
        None => t::buyers::counted_at(format::date_time(at)),
    }
}

/// The way into a segment of some groups. Its links are `rel="external"`: the page of a new segment reads its address
/// once, and a step inside the admin shows the page before the query has come.
pub(super) fn segment_link(conditions: &[serde_json::Value], name: &str) -> String {
    logic::segment_address(&Route::NewSegment.path(), conditions, name)
}
