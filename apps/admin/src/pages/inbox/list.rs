//! All captured messages.

use leptos::prelude::*;

use crate::{
    i18n as t,
    ui::{EmptyState, PageHeader},
};

/// All captured messages.
#[component]
pub fn Inbox() -> impl IntoView {
    view! {
        <PageHeader title=t::inbox::list_title/>
        <EmptyState title=t::inbox::list_empty_title body=t::inbox::list_empty_body/>
    }
}
