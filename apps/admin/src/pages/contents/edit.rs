//! One template: source and preview.

use leptos::prelude::*;

use crate::{
    app::bar::use_crumb,
    i18n as t,
    ui::{EmptyState, PageHeader},
};

/// One template: source and preview.
#[component]
pub fn ContentPage(
    /// Which one.
    #[prop(into)]
    id: String,
) -> impl IntoView {
    use_crumb(id);
    view! {
        <PageHeader title=t::contents::edit_title/>
        <EmptyState title=t::contents::edit_empty_title body=t::contents::edit_empty_body/>
    }
}
