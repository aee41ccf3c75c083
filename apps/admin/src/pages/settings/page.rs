//! One page of the settings.

use leptos::prelude::*;

use crate::{
    app::bar::use_crumb,
    i18n as t,
    ui::{EmptyState, PageHeader},
};

/// One page of the settings.
#[component]
pub fn SettingsPage(
    /// Which one.
    #[prop(into)]
    name: String,
) -> impl IntoView {
    use_crumb(name);
    view! {
        <PageHeader title=t::settings::page_title/>
        <EmptyState title=t::settings::page_empty_title body=t::settings::page_empty_body/>
    }
}
