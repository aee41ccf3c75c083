//! The segments that a customer is in, and since when; those that she has left.

use api_types::memberships::MembershipView;
use leptos::prelude::*;

use super::{
    feed::{self, Feed},
    words,
};
use crate::{
    api::{Loaded, customers, load},
    format, i18n as t,
    routes::Route,
    ui::{InlineError, Section, Skeleton},
};

/// The list.
#[component]
pub(super) fn Segments(
    /// The customer.
    id: String,
) -> impl IntoView {
    let own = id.clone();
    let first = load(
        move || own.clone(),
        |id, signal| async move { customers::segments(&id, None, Some(&signal)).await },
    );
    let feed = Feed::new(first);
    let id = StoredValue::new(id);
    let body = move || match first.get() {
        Loaded::Loading => view! { <Skeleton lines=3/> }.into_any(),
        Loaded::Failed(error) => {
            view! { <InlineError error=error on_retry=move || first.reload()/> }.into_any()
        }
        Loaded::Ready(page) if page.items.is_empty() => {
            view! { <p class="t-small ink-3">{t::customers::no_segments}</p> }.into_any()
        }
        Loaded::Ready(_) => view! {
            <ul class="cu-cons">{move || feed.items().into_iter().map(line).collect_view()}</ul>
            {feed::more(feed, move |after| {
                let id = id.get_value();
                async move { customers::segments(&id, Some(after), None).await }
            })}
        }
        .into_any(),
    };
    view! { <Section title=t::customers::segments>{body}</Section> }
}

fn line(own: MembershipView) -> impl IntoView {
    let entered = format::millis(&own.entered_at);
    let left = own.left_at.as_deref().map(format::millis);
    let (entered_by, left_by) = (own.entered_by, own.left_by);
    let since = move || match left {
        Some(left) => t::customers::SegmentUntil {
            from: format::date(entered),
            to: format::date(left),
        }
        .say(),
        None => t::customers::since(format::date(entered)),
    };
    let why = move || words::segment_cause(left_by.as_deref().unwrap_or(&entered_by));
    let name = if left.is_some() { "ink-3" } else { "" };
    view! {
        <li>
            <a class=name href=Route::Segment(own.segment_id).path()>{own.segment}</a>
            <small>{why}</small>
            <small>{since}</small>
        </li>
    }
}
