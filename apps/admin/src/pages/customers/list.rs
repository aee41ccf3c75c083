//! All customers.

use leptos::prelude::*;

use crate::{
    i18n as t,
    ui::{EmptyState, PageHeader},
};

/// All customers.
#[component]
pub fn CustomerList() -> impl IntoView {
    view! {
        <PageHeader title=t::customers::list_title/>
        <EmptyState title=t::customers::list_empty_title body=t::customers::list_empty_body/>
    }
}
