//! All products.

use leptos::prelude::*;

use crate::{
    i18n as t,
    ui::{EmptyState, PageHeader},
};

/// All products.
#[component]
pub fn ProductList() -> impl IntoView {
    view! {
        <PageHeader title=t::products::list_title/>
        <EmptyState title=t::products::list_empty_title body=t::products::list_empty_body/>
    }
}
