//! All imports.

use leptos::prelude::*;

use crate::{
    i18n as t,
    ui::{EmptyState, PageHeader},
};

/// All imports.
#[component]
pub fn ImportList() -> impl IntoView {
    view! {
        <PageHeader title=t::imports::list_title/>
        <EmptyState title=t::imports::list_empty_title body=t::imports::list_empty_body/>
    }
}
