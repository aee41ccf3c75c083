//! A new import.

use leptos::prelude::*;

use crate::{
    i18n as t,
    ui::{EmptyState, PageHeader},
};

/// A new import.
#[component]
pub fn NewImport() -> impl IntoView {
    view! {
        <PageHeader title=t::imports::new_title/>
        <EmptyState title=t::imports::new_empty_title body=t::imports::new_empty_body/>
    }
}
