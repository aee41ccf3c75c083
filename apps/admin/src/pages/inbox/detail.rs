//! One captured message, as its receiver sees it.

use leptos::prelude::*;

use crate::{
    app::bar::use_crumb,
    i18n as t,
    ui::{EmptyState, PageHeader},
};

/// One captured message, as its receiver sees it.
#[component]
pub fn MessagePage(
    /// Which one.
    #[prop(into)]
    id: String,
) -> impl IntoView {
    use_crumb(id);
    view! {
        <PageHeader title=t::inbox::detail_title/>
        <EmptyState title=t::inbox::detail_empty_title body=t::inbox::detail_empty_body/>
    }
}
