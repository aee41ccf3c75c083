//! What today brings.

use leptos::prelude::*;

use crate::{
    i18n as t,
    ui::{EmptyState, PageHeader},
};

/// What today brings.
#[component]
pub fn Home() -> impl IntoView {
    view! {
        <PageHeader title=t::home::page_title/>
        <EmptyState title=t::home::page_empty_title body=t::home::page_empty_body/>
    }
}
