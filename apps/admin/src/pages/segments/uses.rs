//! Where a segment is used: in campaigns and in other segments.

use api_types::segments::{SegmentUse, SegmentUses};
use leptos::prelude::*;

use crate::{
    api::{Loaded, load, segments as api},
    i18n as t,
    routes::Route,
    ui::{Icon, InlineError, Section, Skeleton},
};

/// The list of users.
#[component]
pub(crate) fn Uses(
    /// The segment.
    id: String,
) -> impl IntoView {
    let uses = load(
        move || id.clone(),
        |id, signal| async move { api::uses(&id, Some(&signal)).await },
    );
    let body = move || match uses.get() {
        Loaded::Loading => view! { <Skeleton lines=2/> }.into_any(),
        Loaded::Failed(error) => {
            view! { <InlineError error=error on_retry=move || uses.reload()/> }.into_any()
        }
        Loaded::Ready(found) => rows(found),
    };
    view! { <Section title=t::segments::uses>{body}</Section> }
}

fn rows(found: SegmentUses) -> AnyView {
    if found.campaigns.is_empty() && found.segments.is_empty() {
        return view! { <p class="t-small ink-2">{t::segments::unused}</p> }.into_any();
    }
    let row = |icon: Icon, used: SegmentUse, to: fn(String) -> Route| {
        view! { <li><span class="ink-3">{icon.small()}</span> <a href=to(used.id).path()>{used.name}</a></li> }
    };
    let campaigns = found.campaigns.into_iter();
    let segments = found.segments.into_iter();
    view! {
        <ul class="uses">
            {campaigns.map(|used| row(Icon::Send, used, Route::Campaign)).collect_view()}
            {segments.map(|used| row(Icon::Funnel, used, Route::Segment)).collect_view()}
        </ul>
    }
    .into_any()
}
