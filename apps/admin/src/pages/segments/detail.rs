//! One segment: its sentence, its count, its tree.

use leptos::prelude::*;

use crate::{
    app::bar::use_crumb,
    i18n as t,
    ui::{EmptyState, PageHeader},
};

/// One segment: its sentence, its count, its tree.
#[component]
pub fn SegmentPage(
    /// Which one.
    #[prop(into)]
    id: String,
) -> impl IntoView {
    use_crumb(id);
    view! {
        <PageHeader title=t::segments::detail_title/>
        <EmptyState title=t::segments::detail_empty_title body=t::segments::detail_empty_body/>
    }
}
