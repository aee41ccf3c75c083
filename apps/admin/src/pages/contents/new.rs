//! A new template.

use leptos::prelude::*;

use crate::{
    i18n as t,
    ui::{EmptyState, PageHeader},
};

/// A new template.
#[component]
pub fn NewContent() -> impl IntoView {
    view! {
        <PageHeader title=t::contents::new_title/>
        <EmptyState title=t::contents::new_empty_title body=t::contents::new_empty_body/>
    }
}
