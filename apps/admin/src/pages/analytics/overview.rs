//! The reports.

use leptos::prelude::*;

use crate::{
    i18n as t,
    ui::{EmptyState, PageHeader},
};

/// The reports.
#[component]
pub fn Analytics() -> impl IntoView {
    view! {
        <PageHeader title=t::analytics::overview_title/>
        <EmptyState title=t::analytics::overview_empty_title body=t::analytics::overview_empty_body/>
    }
}
