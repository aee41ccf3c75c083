//! The overview of the settings.

use leptos::prelude::*;

use crate::{
    i18n as t,
    ui::{EmptyState, PageHeader},
};

/// The overview of the settings.
#[component]
pub fn Settings() -> impl IntoView {
    view! {
        <PageHeader title=t::settings::overview_title/>
        <EmptyState title=t::settings::overview_empty_title body=t::settings::overview_empty_body/>
    }
}
