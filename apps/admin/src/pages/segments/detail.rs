//! One segment: its sentence, its count, its tree.

use leptos::prelude::*;

use super::builder::{Builder, Start};
use crate::{
    api::{Loaded, load, segments as api},
    i18n as t,
    ui::{InlineError, PageHeader, Skeleton},
};

/// One segment: its sentence, its count, its tree.
#[component]
pub fn SegmentPage(
    /// Which one.
    #[prop(into)]
    id: String,
) -> impl IntoView {
    let found = load(
        move || id.clone(),
        |id, signal| async move { api::find(&id, Some(&signal)).await },
    );
    let state = Memo::new(move |_| match found.get() {
        Loaded::Loading => 0,
        Loaded::Failed(_) => 1,
        Loaded::Ready(_) => 2,
    });
    move || {
        match state.get() {
        0 => view! { <PageHeader title=t::segments::detail_title/> <Skeleton lines=8/> }.into_any(),
        1 => found
            .error()
            .map(|error| view! { <PageHeader title=t::segments::detail_title/> <InlineError error=error on_retry=move || found.reload()/> })
            .into_any(),
        _ => untrack(|| found.value())
            .map(|segment| {
                let start = Start {
                    document: segment.document.clone(),
                    name: segment.name.clone(),
                    description: segment.description.clone(),
                    template: segment.template.clone(),
                    saved: Some(segment),
                };
                view! { <Builder start=start/> }
            })
            .into_any(),
    }
    }
}
