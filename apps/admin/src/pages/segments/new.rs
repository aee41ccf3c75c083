//! A new segment.

use leptos::prelude::*;

use crate::{
    i18n as t,
    ui::{EmptyState, PageHeader},
};

/// A new segment.
#[component]
pub fn NewSegment() -> impl IntoView {
    view! {
        <PageHeader title=t::segments::new_title/>
        <EmptyState title=t::segments::new_empty_title body=t::segments::new_empty_body/>
    }
}
