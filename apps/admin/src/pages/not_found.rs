//! No such page.

use leptos::prelude::*;

use crate::{
    i18n as t,
    routes::Route,
    ui::{ButtonLink, EmptyState, PageHeader},
};

/// Says that there is no such page and leads home.
#[component]
pub fn NotFound() -> impl IntoView {
    view! {
        <PageHeader title=t::shell::not_found_title/>
        <EmptyState title=t::shell::not_found_head body=t::shell::not_found_body>
            <ButtonLink to=Route::Home label=t::shell::go_home/>
        </EmptyState>
    }
}
