//! The timeline of one customer: theirs and ours on one thread, the newest first.

use api_types::customers::TimelineView;
use leptos::prelude::*;

use super::{
    feed::{self, Feed},
    logic, words,
};
use crate::{
    api::{Loaded, customers, load},
    format, i18n as t,
    state::{
        poll::{Pace, poll},
        session,
    },
    ui::{EmptyState, InlineError, Skeleton, Timeline, TimelineDay, TimelineItem},
};

/// The thread.
#[component]
pub(super) fn Story(id: String) -> impl IntoView {
    let own = id.clone();
    let first = load(
        move || own.clone(),
        |id, signal| async move { customers::timeline(&id, None, Some(&signal)).await },
    );
    let feed = Feed::new(first);
    // What happens now appears, unless one has gone down into the past: the pages below would no longer join.
    poll(
        move || {
            if feed.is_at_top() {
                Pace::Waiting
            } else {
                Pace::Still
            }
        },
        move || first.reload(),
    );
    let id = StoredValue::new(id);
    move || {
        match first.get() {
        Loaded::Loading => view! { <Skeleton lines=10/> }.into_any(),
        Loaded::Failed(error) => {
            view! { <InlineError error=error on_retry=move || first.reload()/> }.into_any()
        }
        Loaded::Ready(page) if page.items.is_empty() => {
            view! { <EmptyState title=t::customers::story_empty_title body=t::customers::story_empty_body/> }.into_any()
        }
        Loaded::Ready(_) => view! {
            <h2 class="sr">{t::customers::story}</h2>
            <Timeline label=t::customers::story>
                {move || logic::by_day(feed.items()).into_iter().map(day).collect_view()}
            </Timeline>
            {feed::more(feed, move |after| {
                let id = id.get_value();
                async move { customers::timeline(&id, Some(after), None).await }
            })}
        }
        .into_any(),
    }
    }
}

fn day((at, items): logic::Day) -> impl IntoView {
    view! {
        <TimelineDay at=at/>
        {items.into_iter().map(item).collect_view()}
    }
}

fn item(item: TimelineView) -> impl IntoView {
    let at = format::millis(&item.at);
    let told = words::told(&item);
    let amount = item
        .amount
        .filter(|amount| *amount != 0)
        .map(|amount| format::money(amount, &session::currency()))
        .unwrap_or_default();
    let shared = StoredValue::new(item);
    let title = move || shared.with_value(|item| words::told(item).title);
    let note = move || shared.with_value(|item| words::told(item).note);
    view! { <TimelineItem at=at voice=told.voice icon=told.icon title=title note=note amount=amount/> }
}
