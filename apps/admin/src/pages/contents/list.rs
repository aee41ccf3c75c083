//! All templates.

use leptos::prelude::*;

use crate::{
    i18n as t,
    ui::{EmptyState, PageHeader},
};

/// All templates.
#[component]
pub fn ContentList() -> impl IntoView {
    view! {
        <PageHeader title=t::contents::list_title/>
        <EmptyState title=t::contents::list_empty_title body=t::contents::list_empty_body/>
    }
}
