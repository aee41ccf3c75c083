//! All segments.

use leptos::prelude::*;

use crate::{
    i18n as t,
    ui::{EmptyState, PageHeader},
};

/// All segments.
#[component]
pub fn SegmentList() -> impl IntoView {
    view! {
        <PageHeader title=t::segments::list_title/>
        <EmptyState title=t::segments::list_empty_title body=t::segments::list_empty_body/>
    }
}
