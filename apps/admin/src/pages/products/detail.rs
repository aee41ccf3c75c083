//! One product.

use leptos::prelude::*;

use crate::{
    app::bar::use_crumb,
    i18n as t,
    ui::{EmptyState, PageHeader},
};

/// One product.
#[component]
pub fn ProductPage(
    /// Which one.
    #[prop(into)]
    id: String,
) -> impl IntoView {
    use_crumb(id);
    view! {
        <PageHeader title=t::products::detail_title/>
        <EmptyState title=t::products::detail_empty_title body=t::products::detail_empty_body/>
    }
}
